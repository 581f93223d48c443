//! As much of HTTP as the tests need: requests with a body, answers that may be cut off.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// A request.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    /// `POST /path HTTP/1.1`
    pub(super) line: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The path; proxies are asked for whole addresses.
    pub(super) fn path(&self) -> &str {
        let target = self.line.split(' ').nth(1).unwrap_or_default();
        match target.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => target,
        }
    }

    /// The next request of a connection; `None` at its end.
    pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte).await? == 0 {
                return Ok(None);
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let mut request = Self { line: lines.next().unwrap().to_owned(), ..Self::default() };
        for line in lines {
            let (name, value) = line.split_once(':').unwrap();
            request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = request.header("content-length").map_or(0, |text| text.parse().unwrap());
        request.body = vec![0; length];
        stream.read_exact(&mut request.body).await?;
        Ok(Some(request))
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// Bytes of the body after which the connection breaks off.
    pub(super) cut: Option<usize>,
}

impl Reply {
    pub(super) fn ok(body: Vec<u8>) -> Self {
        Self { status: 200, body, cut: None }
    }

    pub(super) fn status(status: u16) -> Self {
        Self { status, body: b"<html><body>No.</body></html>".to_vec(), cut: None }
    }

    /// Writes the answer; false when the connection is over.
    pub(super) async fn write(&self, stream: &mut (impl AsyncWrite + Unpin)) -> io::Result<bool> {
        let head = format!(
            "HTTP/1.1 {} X\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
            self.status,
            self.body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&self.body[..self.cut.unwrap_or(self.body.len())]).await?;
        stream.flush().await?;
        Ok(self.cut.is_none())
    }
}
