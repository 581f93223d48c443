//! An HTTP server that a test fills with files, asks what was requested, and tells to misbehave.
//! It answers requests in absolute form too, as a proxy does.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Longest request head read.
const MAX_HEAD: usize = 16 << 10;

/// A running server; it ends with the test's runtime.
#[derive(Clone)]
pub struct Upstream {
    state: Arc<State>,
    address: String,
}

#[derive(Default)]
struct State {
    files: Mutex<BTreeMap<String, Arc<Vec<u8>>>>,
    faults: Mutex<HashMap<String, VecDeque<Fault>>>,
    asked: Mutex<Vec<Asked>>,
}

/// How one request is answered otherwise.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// With this status.
    Status(u16),
    /// With the first half only, though the whole length is announced.
    Truncated,
    /// Not at all: the connection is closed.
    Closed,
    /// In pieces of this many bytes, with this time between them.
    Slow(usize, Duration),
}

/// A request that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `GET`, `CONNECT`.
    pub method: String,
    /// As it came: a path, or a whole address when a proxy is asked.
    pub target: String,
    /// Whether it asked for changes only.
    pub conditional: bool,
    /// The status answered; 0 when the connection was closed.
    pub status: u16,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Upstream {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                // A client that goes away in the middle is its own affair.
                tokio::spawn(async move { serve(&state, stream).await.unwrap_or_default() });
            }
        });
        Self { state, address }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn put(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        lock(&self.state.files).insert(path.to_owned(), Arc::new(bytes.into()));
    }

    pub fn remove(&self, path: &str) {
        assert!(lock(&self.state.files).remove(path).is_some(), "{path} is not there");
    }

    /// Removes everything below a directory.
    pub fn clear(&self, directory: &str) {
        lock(&self.state.files).retain(|path, _| !path.starts_with(directory));
    }

    pub fn file(&self, path: &str) -> Vec<u8> {
        lock(&self.state.files).get(path).unwrap_or_else(|| panic!("{path} is not there")).to_vec()
    }

    /// Everything there is, to be put back later.
    pub fn snapshot(&self) -> BTreeMap<String, Arc<Vec<u8>>> {
        lock(&self.state.files).clone()
    }

    pub fn restore(&self, files: &BTreeMap<String, Arc<Vec<u8>>>) {
        lock(&self.state.files).clone_from(files);
        lock(&self.state.faults).clear();
    }

    /// The next requests of a path are answered so, in this order.
    pub fn fault(&self, path: &str, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.state.faults).entry(path.to_owned()).or_default().extend(faults);
    }

    /// What was requested since this was asked last.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut lock(&self.state.asked))
    }

    /// The paths that were requested since this was asked last.
    pub fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.target).collect()
    }
}

struct Request {
    method: String,
    target: String,
    if_none_match: Option<String>,
}

async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let (mut request, mut total) = (None, 0);
    loop {
        let mut line = String::new();
        total += stream.read_line(&mut line).await?;
        if line.is_empty() || total > MAX_HEAD {
            return Ok(None);
        }
        let line = line.trim_end();
        match (&mut request, line.split_once(' ')) {
            (Some(_), None) if line.is_empty() => return Ok(request),
            (None, Some((method, rest))) => {
                let target = rest.split(' ').next().unwrap_or_default().to_owned();
                request = Some(Request { method: method.to_owned(), target, if_none_match: None });
            }
            (Some(request), Some((name, value))) if name.eq_ignore_ascii_case("if-none-match:") => {
                request.if_none_match = Some(value.trim().to_owned());
            }
            _ => {}
        }
    }
}

/// The path of a target in either form.
fn path(target: &str) -> &str {
    match target.strip_prefix("http://") {
        Some(rest) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => target,
    }
}

async fn serve(state: &State, stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await? {
        let path = path(&request.target).trim_start_matches('/').to_owned();
        let fault = lock(&state.faults).get_mut(&path).and_then(VecDeque::pop_front);
        let file = lock(&state.files).get(&path).cloned();
        let etag = file.as_ref().map(|bytes| format!("\"{}\"", crate::archive::sha256(bytes)));
        let conditional = request.if_none_match.is_some();
        let status = match (fault, &file) {
            (Some(Fault::Closed), _) => 0,
            (Some(Fault::Status(status)), _) => status,
            _ if request.method != "GET" => 405,
            (_, None) => 404,
            _ if conditional && request.if_none_match == etag => 304,
            _ => 200,
        };
        let Request { method, target, .. } = request;
        lock(&state.asked).push(Asked { method, target, conditional, status });
        let body = file.filter(|_| status == 200).unwrap_or_default();
        let etag = etag.filter(|_| matches!(status, 200 | 304)).map_or(String::new(), |e| format!("ETag: {e}\r\n"));
        let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\n{etag}\r\n", body.len());
        if status == 0 {
            return Ok(());
        }
        stream.write_all(head.as_bytes()).await?;
        match fault {
            Some(Fault::Truncated) => {
                stream.write_all(&body[..body.len() / 2]).await?;
                return stream.flush().await;
            }
            Some(Fault::Slow(piece, pause)) => {
                for part in body.chunks(piece) {
                    stream.write_all(part).await?;
                    stream.flush().await?;
                    tokio::time::sleep(pause).await;
                }
            }
            _ => stream.write_all(&body).await?,
        }
        stream.flush().await?;
    }
    Ok(())
}
