//! Reading the body of a request: bounded in size, time and number.

use std::sync::LazyLock;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONNECTION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use sluice_wsus::soap::Limits;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Largest body, bytes.
const MAX: usize = Limits::REQUEST.bytes;

/// Bodies above this many bytes take turns. The largest of an ordinary scan are 100 KB.
pub(crate) const LARGE: usize = 256 << 10;

/// Large bodies at a time: in the worst case they take 128 MiB, and their contents a few times that.
const LARGE_AT_A_TIME: usize = 16;

/// Time to send a body, waiting for its turn included. Agents give up after a minute or two.
pub(crate) const TIME: Duration = Duration::from_secs(60);

/// The turns of large bodies.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(LARGE_AT_A_TIME));

/// A turn: held until the request is answered.
pub(super) type Turn = SemaphorePermit<'static>;

/// Why a body was not read. The connection ends, since the rest of the body is still to come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    TooLarge,
    TooSlow,
    Broken,
}

impl Unread {
    /// The answer's status and body.
    pub(crate) fn answer(&self) -> (StatusCode, &'static str) {
        match self {
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "The message is larger than 8 MiB.\n"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "The message took longer than a minute to come.\n"),
            Self::Broken => (StatusCode::BAD_REQUEST, "The message did not come whole.\n"),
        }
    }
}

impl IntoResponse for Unread {
    fn into_response(self) -> Response {
        let (status, line) = self.answer();
        (status, [(CONNECTION, "close")], line).into_response()
    }
}

/// The body, and the turn it took if it is large.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<(Bytes, Option<Turn>), Unread> {
    let declared = super::text(headers, "content-length").and_then(|length| length.parse::<usize>().ok());
    if declared.is_some_and(|length| length > MAX) {
        return Err(Unread::TooLarge);
    }
    within(TIME, declared, body).await
}

async fn within(time: Duration, declared: Option<usize>, body: Body) -> Result<(Bytes, Option<Turn>), Unread> {
    tokio::time::timeout(time, take(declared, body)).await.unwrap_or(Err(Unread::TooSlow))
}

async fn take(declared: Option<usize>, body: Body) -> Result<(Bytes, Option<Turn>), Unread> {
    let mut turn = None;
    let mut stream = body.into_data_stream();
    let Some(first) = stream.next().await else { return Ok((Bytes::new(), None)) };
    let first = first.map_err(|_| Unread::Broken)?;
    // Most bodies come in one piece, which needs no copy.
    if declared == Some(first.len()) && first.len() <= LARGE {
        return Ok((first, None));
    }
    // What is declared is believed only as far as it costs little.
    let mut all = BytesMut::with_capacity(declared.unwrap_or(0).clamp(first.len(), LARGE.max(first.len())));
    let mut piece = Some(Ok(first));
    while let Some(bytes) = piece {
        let bytes = bytes.map_err(|_| Unread::Broken)?;
        if all.len() + bytes.len() > MAX {
            return Err(Unread::TooLarge);
        }
        if turn.is_none() && all.len() + bytes.len() > LARGE {
            // Never closed.
            turn = TURNS.acquire().await.ok();
        }
        all.extend_from_slice(&bytes);
        piece = stream.next().await;
    }
    Ok((all.freeze(), turn))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn length(body: Body) -> Result<usize, Unread> {
        read(&HeaderMap::new(), body).await.map(|(bytes, _)| bytes.len())
    }

    #[tokio::test]
    async fn bodies_are_bounded() {
        assert_eq!(length(Body::empty()).await, Ok(0));
        assert_eq!(length(Body::from("x")).await, Ok(1));
        assert_eq!(length(Body::from(vec![0; MAX])).await, Ok(MAX));
        assert_eq!(length(Body::from(vec![0; MAX + 1])).await, Err(Unread::TooLarge));
        let pieces = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[0; 1 << 16])));
        assert_eq!(length(Body::from_stream(pieces)).await, Err(Unread::TooLarge), "endless");
        let mut headers = HeaderMap::new();
        headers.insert("content-length", "99999999".parse().unwrap());
        assert_eq!(read(&headers, Body::empty()).await.err(), Some(Unread::TooLarge), "not even begun");
    }

    #[tokio::test]
    async fn a_body_that_never_ends_is_given_up() {
        let slow = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let read = within(Duration::ZERO, None, Body::from_stream(slow)).await;
        assert_eq!(read.err(), Some(Unread::TooSlow));
    }
}
