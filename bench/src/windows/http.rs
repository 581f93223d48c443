//! HTTP/1.1 over one connection that is kept, as plainly as a load generator wants it: requests are ready bytes,
//! answers are measured and not understood.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// Largest head of an answer.
const MAX_HEAD: usize = 16 << 10;

/// A connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer; its body is in the connection until the next request.
pub struct Answer {
    /// Status.
    pub status: u16,
    /// `Content-Encoding: xpress`.
    pub packed: bool,
    head: usize,
    end: usize,
}

impl Connection {
    /// Connects from one of the loopback addresses: servers count connections by address.
    pub async fn open(to: SocketAddr, number: usize) -> anyhow::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        let last = u8::try_from(number % 200).unwrap_or(0);
        socket.bind((Ipv4Addr::new(127, 0, 1, 1 + last), 0).into())?;
        let stream = socket.connect(to).await.with_context(|| format!("connecting to {to}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(256 << 10) })
    }

    /// Sends a request and waits for the whole answer.
    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut answer = loop {
            self.more().await?;
            if let Some(answer) = head(&self.buffer)? {
                break answer;
            }
            anyhow::ensure!(self.buffer.len() < MAX_HEAD, "the answer's head does not end");
        };
        answer.end += answer.head;
        while self.buffer.len() < answer.end {
            self.more().await?;
        }
        anyhow::ensure!(self.buffer.len() == answer.end, "the answer is longer than its head says");
        Ok(answer)
    }

    /// The body of the last answer, as it came.
    pub fn body(&self, answer: &Answer) -> &[u8] {
        self.buffer.get(answer.head..answer.end).unwrap_or_default()
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        anyhow::ensure!(read > 0, "the server closed the connection");
        Ok(())
    }
}

/// Reads the head, when it is whole; `end` is the length of the body.
fn head(bytes: &[u8]) -> anyhow::Result<Option<Answer>> {
    let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(bytes.get(..head).unwrap_or_default())?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status line")?.parse()?;
    let (mut length, mut packed) = (None, false);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = Some(value.trim().parse::<usize>()?),
            "content-encoding" => packed = value.trim().eq_ignore_ascii_case("xpress"),
            _ => {}
        }
    }
    let length = length.context("the answer has no Content-Length")?;
    Ok(Some(Answer { status, packed, head: head + 4, end: length }))
}
