//! Bodies that are files: of any size, handed on as they come.

use std::io;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

/// The announced size of a body.
pub(super) fn size(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A body as a stream. A connection that breaks is an error of the stream.
pub(super) fn stream(body: Body) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static {
    body.into_data_stream().map(|piece| piece.map_err(io::Error::other))
}
