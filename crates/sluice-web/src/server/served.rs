//! What a listener serves.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::cutoff;
use super::direct::Direct;

/// Time that answers under way get on a connection of an administrator at the end of its life: bundles are exported
/// and imported for hours.
const LAST_OF_ADMINISTRATORS: Duration = Duration::from_secs(24 * 3600);

/// A router, and for agents of Windows a shorter way.
#[derive(Clone)]
pub struct Served {
    pub(super) router: Router,
    pub(super) direct: Option<Direct>,
    /// Time that answers under way get at the end of a connection's life.
    pub(super) last: Duration,
}

impl From<Router> for Served {
    fn from(router: Router) -> Self {
        Self { router, direct: None, last: LAST_OF_ADMINISTRATORS }
    }
}

impl Served {
    /// For devices, which go on with a file by its ranges on another connection.
    pub(crate) fn directly(router: Router, direct: Direct) -> Self {
        Self { router, direct: Some(direct), last: cutoff::TIME }
    }
}

/// A stream of which the beginning was read already.
pub(super) struct Resumed<S> {
    pub(super) read: Vec<u8>,
    pub(super) stream: S,
}

impl<S: AsyncRead + Unpin> AsyncRead for Resumed<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.read.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, into);
        }
        let length = into.remaining().min(self.read.len());
        into.put_slice(self.read.get(..length).unwrap_or_default());
        self.read.drain(..length);
        if self.read.is_empty() {
            self.read = Vec::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Resumed<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
