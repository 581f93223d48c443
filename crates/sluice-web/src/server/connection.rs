//! One connection from handshake to end.

use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// Time for the TLS handshake.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// Time for a request's header, also the longest a connection may be idle.
const HEADER_TIME: Duration = Duration::from_secs(30);

/// How often an HTTP/2 peer is asked whether it is still there, and how long it may take to say.
const PING: Duration = Duration::from_secs(30);

/// Most streams at a time on one HTTP/2 connection.
const MAX_STREAMS: u32 = 64;

/// Largest request header, bytes.
const MAX_HEADER: usize = 32 << 10;

pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) acceptor: Option<TlsAcceptor>,
    pub(super) router: Router,
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
        let Some(acceptor) = self.acceptor else {
            return run(self.stream, Version::Http1, self.router, shutdown).await;
        };
        let handshake = tokio::select! {
            () = shutdown.cancelled() => return,
            handshake = tokio::time::timeout(HANDSHAKE_TIME, acceptor.accept(self.stream)) => handshake,
        };
        match handshake {
            Ok(Ok(stream)) => {
                let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let version = if h2 { Version::Http2 } else { Version::Http1 };
                run(stream, version, self.router, shutdown).await;
            }
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }
}

async fn run<S>(stream: S, version: Version, router: Router, shutdown: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let builder = builder(version);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
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
