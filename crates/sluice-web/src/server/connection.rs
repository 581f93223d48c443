//! One connection from handshake to end.

use std::future::Future as _;
use std::net::IpAddr;
use std::task::Poll;
use std::time::Duration;

use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::Peer;
use super::cutoff::Cutoff;
use super::direct::{Ended, Talk};
use super::served::{Resumed, Served};
use super::stall::Stalling;

/// Time for the TLS handshake.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// Time for a request's header, also the longest a connection may be idle.
pub(super) const HEADER_TIME: Duration = Duration::from_secs(30);

/// How often an HTTP/2 peer is asked whether it is still there, and how long it may take to say.
const PING: Duration = Duration::from_secs(30);

/// Longest life of a connection; agents open a new one without noticing. Nobody holds a place for ever.
const LIFE: Duration = Duration::from_secs(3600);

/// Most streams at a time on one HTTP/2 connection.
const MAX_STREAMS: u32 = 8;

/// Largest request header, bytes.
const MAX_HEADER: usize = 32 << 10;

pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) peer: IpAddr,
    pub(super) acceptor: Option<TlsAcceptor>,
    pub(super) served: Served,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Http1,
    Http2,
}

impl Connection {
    /// Serves it until the peer leaves or `shutdown` is cancelled. What goes wrong is the peer's
    /// or the network's doing, so it is logged for debugging only.
    pub(super) async fn serve(self, shutdown: CancellationToken) {
        // Answers are small and waited for. A peer that is gone already shows at the first read.
        let _ = self.stream.set_nodelay(true);
        let peer = Peer(self.peer);
        let Some(acceptor) = self.acceptor else {
            return run(self.stream, Version::Http1, self.served, peer, shutdown).await;
        };
        let handshake = tokio::select! {
            () = shutdown.cancelled() => return,
            handshake = tokio::time::timeout(HANDSHAKE_TIME, acceptor.accept(self.stream)) => handshake,
        };
        match handshake {
            Ok(Ok(stream)) => {
                let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let version = if h2 { Version::Http2 } else { Version::Http1 };
                run(stream, version, self.served, peer, shutdown).await;
            }
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }
}

async fn run<S>(stream: S, version: Version, served: Served, peer: Peer, shutdown: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Served { router, direct, last } = served;
    let mut stream = Stalling::new(stream);
    let mut waiting = std::pin::pin!(ending(&shutdown));
    let mut over = false;
    // Once reached, it stays.
    let mut ending = std::pin::pin!(std::future::poll_fn(|cx| {
        over = over || waiting.as_mut().poll(cx).is_ready();
        if over { Poll::Ready(()) } else { Poll::Pending }
    }));
    let mut read = Vec::new();
    if let Some(direct) = direct.filter(|_| version == Version::Http1) {
        match Talk::new(&mut stream, &direct, peer.0).serve(ending.as_mut()).await {
            Ok(Ended::Other(bytes)) => read = bytes,
            Ok(Ended::Closed) => return,
            Err(error) => return tracing::debug!(%error, "a connection ended early"),
        }
    }
    let builder = builder(version);
    let cutoff = Cutoff::default();
    let of_requests = cutoff.clone();
    let router = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(of_requests.clone());
        request
    });
    let connection = builder.serve_connection(TokioIo::new(Resumed { read, stream }), TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    let served = async {
        tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = ending.as_mut() => {
                connection.as_mut().graceful_shutdown();
                tokio::time::timeout(last, connection).await.ok()
            }
        }
    };
    let ended = tokio::select! {
        ended = served => ended,
        () = cutoff.reached() => None,
    };
    match ended {
        Some(Ok(())) => {}
        Some(Err(error)) => tracing::debug!(%error, "a connection ended early"),
        None => tracing::debug!("a connection was ended: its peer takes answers too slowly"),
    }
}

/// When no new request is taken any more.
async fn ending(shutdown: &CancellationToken) {
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = tokio::time::sleep(LIFE) => {}
    }
}

/// The version is known from the handshake, so that no connection waits in guessing it.
fn builder(version: Version) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIME).max_buf_size(MAX_HEADER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(MAX_HEADER).unwrap_or(u32::MAX));
    match version {
        Version::Http1 => builder.http1_only(),
        Version::Http2 => builder.http2_only(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use axum::body::Body;
    use axum::routing::get;
    use axum::{Extension, Router};
    use bytes::Bytes;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio_util::sync::DropGuard;

    use super::*;

    struct Large(Vec<u8>, #[expect(dead_code, reason = "held for its end")] DropGuard);

    impl AsRef<[u8]> for Large {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }

    /// As an HTTP/2 peer whose streams have no window: nothing is ever pending on the socket.
    #[tokio::test(start_paused = true)]
    async fn an_answer_that_never_ends_does_not_keep_a_connection_for_ever() {
        let endless = async || Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
        let router = Router::new().route("/", get(endless));
        let (mut peer, ours) = duplex(4096);
        let last = Duration::from_secs(600);
        let served = Served { last, ..router.into() };
        let stop = CancellationToken::new();
        let mut served = tokio::spawn(run(ours, Version::Http1, served, Peer(Ipv4Addr::LOCALHOST.into()), stop));
        peer.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        assert!(tokio::time::timeout(LIFE + last / 2, &mut served).await.is_err(), "it may still come to its end");
        tokio::time::timeout(last, served).await.expect("it is ended").unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_reads_a_large_answer_byte_by_byte_is_cut_off() {
        let large = async |Extension(cutoff): Extension<Cutoff>| {
            Body::from(Bytes::from_owner(Large(vec![7; 1 << 20], cutoff.start())))
        };
        let router = Router::new().route("/", get(large));
        let (mut peer, ours) = duplex(64);
        let stop = CancellationToken::new();
        let served = tokio::spawn(run(ours, Version::Http1, router.into(), Peer(Ipv4Addr::LOCALHOST.into()), stop));
        peer.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut seconds = 0;
        while !served.is_finished() {
            let mut byte = [0];
            let _read = peer.read(&mut byte).await;
            tokio::time::sleep(Duration::from_secs(20)).await;
            seconds += 20;
            assert!(seconds < 700, "still served");
        }
        assert!(seconds > 500, "{seconds}");
    }
}
