//! The devices' way to the package mirror: an HTTP proxy on this machine, so that a device needs
//! no route to anywhere but its site, and a cut link cuts it off from the mirror too.

use std::io::{Error, Result};
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Longest head of a request.
const MAX_HEAD: usize = 16 << 10;

/// A proxy; it ends with this value.
pub struct Relay {
    port: u16,
    task: JoinHandle<()>,
}

impl Relay {
    /// Starts one. `onward` is the proxy (`host:port`) this machine itself uses, if it does.
    pub async fn start(onward: Option<String>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let onward = onward.clone();
                // What goes wrong with one connection is apt's to report.
                tokio::spawn(async move { relay(client, onward).await.unwrap_or_default() });
            }
        });
        Self { port, task }
    }

    /// Options for an apt that reaches this machine by `address`: names and values.
    pub fn options(&self, address: Ipv4Addr) -> [(&'static str, String); 2] {
        let proxy = format!("http://{}", SocketAddr::from((address, self.port)));
        [("Acquire::http::Proxy", proxy.clone()), ("Acquire::https::Proxy", proxy)]
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection. apt uses one for each host, so the first request says where all of them go.
async fn relay(mut client: TcpStream, onward: Option<String>) -> Result<()> {
    let (head, beyond) = head(&mut client).await?;
    let wrong = || Error::other("not a request for a proxy");
    let text = String::from_utf8_lossy(&head);
    let mut words = text.split(' ');
    let (method, target) = (words.next().ok_or_else(wrong)?, words.next().ok_or_else(wrong)?);
    let tunnel = method == "CONNECT" && onward.is_none();
    let mut place = target.strip_prefix("http://").unwrap_or(target).split('/').next().unwrap_or_default().to_owned();
    if !place.contains(':') {
        place.push_str(":80");
    }
    let mut server = TcpStream::connect(onward.unwrap_or(place)).await?;
    if tunnel {
        client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
    } else {
        server.write_all(&head).await?;
    }
    server.write_all(&beyond).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// The head of the first request, and what was read beyond it.
async fn head(client: &mut TcpStream) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let beyond = read.split_off(end + 4);
            return Ok((read, beyond));
        }
        if read.len() > MAX_HEAD || client.read_buf(&mut read).await? == 0 {
            return Err(Error::other("no request"));
        }
    }
}
