//! A package repository of our own, so that nothing outside this machine is needed.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::command::{output, words};

/// Longest head of a request.
const MAX_HEAD: u64 = 16 << 10;

/// A signed repository, served on this machine; it ends with this value.
pub struct Repository {
    directory: Arc<TempDir>,
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Repository {
    /// Makes one and serves it.
    pub async fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/console/make-repository.sh");
        let directory = Arc::new(tempfile::tempdir().expect("a temporary directory"));
        output(words(&["sh"]).arg(script).arg(directory.path())).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let served = Arc::clone(&directory);
        let server = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let served = Arc::clone(&served);
                // What goes wrong with one connection is its client's to report.
                tokio::spawn(async move { answer(client, served.path()).await.unwrap_or_default() });
            }
        });
        Self { directory, address, server }
    }

    /// The key that signs it.
    pub fn key(&self) -> PathBuf {
        self.directory.path().join("archive.gpg")
    }

    /// Package sources that name it, for somebody who has its key in `key`.
    pub fn sources(&self, key: &str) -> String {
        let line = |suite| format!("deb [signed-by={key}] http://{}/ {suite} main\n", self.address);
        ["anvil", "anvil-security"].map(line).concat()
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Answers one request with a file.
async fn answer(client: TcpStream, directory: &Path) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    let mut head = (&mut client).take(MAX_HEAD);
    let (mut request, mut line) = (String::new(), String::new());
    head.read_line(&mut request).await?;
    while head.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let path = request.split(' ').nth(1).unwrap_or_default().trim_matches('/');
    let file = if path.contains("..") { None } else { tokio::fs::read(directory.join(path)).await.ok() };
    let status = if file.is_some() { "200 OK" } else { "404 Not Found" };
    let body = file.unwrap_or_default();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    client.write_all(head.as_bytes()).await?;
    client.write_all(&body).await?;
    client.shutdown().await
}
