//! Listening: TLS or not, HTTP/1.1 and HTTP/2, with limits on what a peer can hold on to.

mod addresses;
mod connection;
pub(crate) mod cutoff;
mod direct;
mod head;
mod served;
mod stall;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use addresses::Addresses;
use connection::Connection;
pub(crate) use cutoff::Cutoff;
pub(crate) use direct::Direct;
pub use served::Served;

/// Most connections at a time on one listener. Each costs a few tens of kB.
const MAX_CONNECTIONS: usize = 8192;

/// Time that answers under way get when the process ends.
const GRACE: Duration = Duration::from_secs(10);

/// Wait after a failed accept: the usual cause is that the process has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Who a request comes from; in the extensions of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// Serves a router (or more, see [`Served`]) until `shutdown` is cancelled, then lets the answers under way finish.
///
/// Without `tls` it speaks plain HTTP; the caller decides where that is safe. TLS picks HTTP/2
/// when the configuration offers it by ALPN.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    served: impl Into<Served>,
    shutdown: CancellationToken,
) {
    let served = served.into();
    let acceptor = tls.map(TlsAcceptor::from);
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let tasks = TaskTracker::new();
    let addresses = Addresses::default();
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { break };
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let peer = peer.ip();
                let Some(place) = addresses.enter(peer) else {
                    tracing::debug!(%peer, "a connection was refused: the peer has too many");
                    continue;
                };
                let connection = Connection { stream, peer, acceptor: acceptor.clone(), served: served.clone() };
                let shutdown = shutdown.clone();
                tasks.spawn(async move {
                    connection.serve(shutdown).await;
                    drop((place, slot));
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    tasks.close();
    if tokio::time::timeout(GRACE, tasks.wait()).await.is_err() {
        tracing::info!(connections = tasks.len(), "some connections did not end in time and are dropped");
    }
}
