//! A way into a network namespace: what connects to a port here reaches the same port there.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::os::fd::AsFd as _;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// An open door; it closes with this value.
pub struct Door(JoinHandle<()>);

impl Door {
    /// Opens one for a loopback port of a named namespace.
    pub async fn open(namespace: &str, port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("a free port");
        let namespace = namespace.to_owned();
        Self(tokio::spawn(async move {
            while let Ok((outside, _)) = listener.accept().await {
                let namespace = namespace.clone();
                tokio::spawn(async move {
                    let inside = tokio::task::spawn_blocking(move || connect(&namespace, port));
                    // Nobody listens while the site is down: the connection ends, as it would there.
                    if let Ok(Ok(inside)) = inside.await {
                        let (mut outside, mut inside) = (outside, inside);
                        copy_bidirectional(&mut outside, &mut inside).await.unwrap_or_default();
                    }
                });
            }
        }))
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A connection made inside. A socket stays in the namespace of the thread that made it; that thread is one of its own,
/// so no other code of the test moves with it.
fn connect(namespace: &str, port: u16) -> std::io::Result<TcpStream> {
    let namespace = File::open(format!("/run/netns/{namespace}"))?;
    let runtime = tokio::runtime::Handle::current();
    let made = std::thread::spawn(move || {
        move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?;
        std::net::TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    });
    let stream = made.join().map_err(|_| std::io::Error::other("the thread ended"))??;
    stream.set_nonblocking(true)?;
    let _inside = runtime.enter();
    TcpStream::from_std(stream)
}
