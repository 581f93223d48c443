//! A web server that misbehaves as it is told.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// What it does with one request.
#[derive(Clone)]
pub enum Act {
    /// Sends what is asked for.
    Serve,
    /// Announces everything and closes the connection after so many bytes of it.
    Cut(usize),
    /// Sends the whole, whatever range is asked for.
    Whole,
    /// Sends so many bytes, and the rest when it is let.
    Hold(usize),
    /// Sends something else of the same length.
    Lie,
    /// Sends more than there is.
    More,
    /// Only a status.
    Status(u16),
    /// To another address.
    Redirect(String),
}

pub struct Origin {
    pub url: String,
    state: Arc<State>,
}

struct State {
    files: Mutex<HashMap<String, Vec<u8>>>,
    acts: Mutex<VecDeque<Act>>,
    asked: Mutex<Vec<String>>,
    go_on: Semaphore,
}

impl Origin {
    pub async fn start() -> Self {
        let _first = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            files: Mutex::default(),
            acts: Mutex::default(),
            asked: Mutex::default(),
            go_on: Semaphore::new(0),
        });
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A peer that goes away is nothing to us.
                tokio::spawn(serve(Arc::clone(&serving), stream));
            }
        });
        Self { url, state }
    }

    /// A file under a path; its address.
    pub fn file(&self, path: &str, bytes: &[u8]) -> String {
        self.state.files.lock().unwrap().insert(path.into(), bytes.to_vec());
        format!("{}{path}", self.url)
    }

    /// What to do with the next requests; afterwards it serves.
    pub fn acts(&self, acts: impl IntoIterator<Item = Act>) {
        *self.state.acts.lock().unwrap() = acts.into_iter().collect();
    }

    /// Lets one held answer go on.
    pub fn go_on(&self) {
        self.state.go_on.add_permits(1);
    }

    /// The requests so far: `GET /path` and the range.
    pub fn asked(&self) -> Vec<String> {
        self.state.asked.lock().unwrap().clone()
    }
}

async fn serve(state: Arc<State>, stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut path, mut range) = (String::new(), None);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(rest) = line.strip_prefix("GET ") {
            path = rest.split(' ').next().unwrap_or_default().to_owned();
        } else if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("range")
        {
            range = Some(value.trim().to_owned());
        }
    }
    state.asked.lock().unwrap().push(format!("{path} {}", range.as_deref().unwrap_or("-")));
    let bytes = state.files.lock().unwrap().get(&path).cloned();
    let act = state.acts.lock().unwrap().pop_front().unwrap_or(Act::Serve);
    let mut out = stream.into_inner();
    let Some(mut bytes) = bytes else { return status(&mut out, 404, "").await };
    let from: usize =
        range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()).unwrap_or(0);
    let from = if matches!(act, Act::Whole) { 0 } else { from.min(bytes.len()) };
    let total = bytes.len();
    match act {
        Act::Status(code) => return status(&mut out, code, "").await,
        Act::Redirect(to) => return status(&mut out, 302, &format!("Location: {to}\r\n")).await,
        Act::Lie => bytes.iter_mut().for_each(|byte| *byte ^= 0x55),
        Act::More => {
            out.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await?;
            out.write_all(&bytes).await?;
            out.write_all(b"and more").await?;
            return out.shutdown().await;
        }
        Act::Serve | Act::Whole | Act::Cut(_) | Act::Hold(_) => {}
    }
    let rest = &bytes[from..];
    let head = if from > 0 {
        format!("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{}/{total}\r\n", total - 1)
    } else {
        "HTTP/1.1 200 OK\r\n".to_owned()
    };
    out.write_all(format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n", rest.len()).as_bytes()).await?;
    match act {
        Act::Cut(after) => out.write_all(&rest[..after.min(rest.len())]).await?,
        Act::Hold(after) => {
            let (first, last) = rest.split_at(after.min(rest.len()));
            out.write_all(first).await?;
            out.flush().await?;
            state.go_on.acquire().await.expect("never closed").forget();
            out.write_all(last).await?;
        }
        _ => out.write_all(rest).await?,
    }
    out.shutdown().await
}

async fn status(out: &mut TcpStream, code: u16, header: &str) -> std::io::Result<()> {
    out.write_all(format!("HTTP/1.1 {code} X\r\n{header}Content-Length: 0\r\nConnection: close\r\n\r\n").as_bytes())
        .await?;
    out.shutdown().await
}
