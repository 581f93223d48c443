//! Answers with the headers of Microsoft's server (Q5), in the form of the router and as bytes.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use sluice_site::windows::AnswerShare;
use sluice_wsus::soap::{ContentEncoding, SoapVersion, Style};
use tokio_util::sync::DropGuard;

use super::Service;
use super::ask::{Answer, Writing};
use crate::server::Cutoff;

/// Pieces of a body: before the cookie, the cookie, after it.
const PIECES: usize = 3;

/// An answer or a fault.
pub(crate) struct Reply {
    status: StatusCode,
    cache: &'static str,
    content_type: &'static str,
    success: bool,
    packed: bool,
    pieces: [Bytes; PIECES],
    /// Kept until the last byte has been sent.
    memory: Option<AnswerShare>,
}

impl Reply {
    /// An answer.
    pub(super) fn success(service: Service, writing: Writing, answer: Answer) -> Self {
        let Answer { pieces, memory } = answer;
        let packed = writing.encoding == ContentEncoding::Xpress;
        Self { success: true, packed, pieces, memory, ..Self::of(StatusCode::OK, service, writing.version) }
    }

    /// A fault.
    pub(super) fn failure(service: Service, version: SoapVersion, bytes: Vec<u8>) -> Self {
        let pieces = [bytes.into(), Bytes::new(), Bytes::new()];
        Self { pieces, ..Self::of(StatusCode::INTERNAL_SERVER_ERROR, service, version) }
    }

    fn of(status: StatusCode, service: Service, version: SoapVersion) -> Self {
        let cache = match service.style() {
            Style::Asmx => "private, max-age=0",
            Style::Wcf | Style::Agent => "private",
        };
        let content_type = version.content_type();
        let pieces = [const { Bytes::new() }; PIECES];
        Self { status, cache, content_type, success: false, packed: false, pieces, memory: None }
    }

    fn length(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum()
    }

    /// Whether others may have to wait until it has been sent.
    pub(crate) fn is_counted(&self) -> bool {
        self.memory.as_ref().is_some_and(AnswerShare::is_counted)
    }

    /// For the router. The connection ends if a large one is not read in time.
    pub(super) fn into_response(self, cutoff: Option<&Cutoff>) -> Response {
        let in_time = cutoff.filter(|_| self.is_counted()).map(Cutoff::start);
        let length = self.length();
        let Self { status, cache, content_type, success, packed, pieces, memory } = self;
        let mut response = Response::new(Body::new(Sent { pieces: pieces.into_iter(), left: length, memory, in_time }));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        if success {
            headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        if packed {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("xpress"));
        }
        response
    }

    /// The head of an HTTP/1.1 answer with the same headers and those that [`crate::layers`] add, and the pieces of its
    /// body.
    pub(crate) fn head(&self, date: &str, close: bool) -> Vec<u8> {
        let mut head = Vec::with_capacity(384);
        let mut push = |parts: &[&str]| parts.iter().for_each(|part| head.extend_from_slice(part.as_bytes()));
        push(&["HTTP/1.1 ", if self.status == StatusCode::OK { "200 OK" } else { "500 Internal Server Error" }]);
        push(&["\r\ncache-control: ", self.cache, "\r\ncontent-type: ", self.content_type, "\r\ncontent-length: "]);
        push(&[&self.length().to_string()]);
        push(&[if self.success { "\r\nvary: Accept-Encoding" } else { "" }]);
        push(&[if self.packed { "\r\ncontent-encoding: xpress" } else { "" }]);
        push(&["\r\nx-content-type-options: nosniff\r\nreferrer-policy: no-referrer"]);
        push(&[if close { "\r\nconnection: close" } else { "" }, "\r\ndate: ", date, "\r\n\r\n"]);
        head
    }

    /// The pieces of its body.
    pub(crate) fn pieces(&self) -> [Bytes; PIECES] {
        self.pieces.clone()
    }
}

/// The body, piece by piece.
struct Sent {
    pieces: std::array::IntoIter<Bytes, PIECES>,
    left: usize,
    memory: Option<AnswerShare>,
    in_time: Option<DropGuard>,
}

impl hyper::body::Body for Sent {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let piece = self.pieces.find(|piece| !piece.is_empty());
        let Some(piece) = piece else { return Poll::Ready(None) };
        self.left -= piece.len();
        // The share of memory goes when the last byte has.
        let piece = match (self.left, self.memory.take_if(|share| share.is_counted())) {
            (_, None) => piece,
            (0, memory) => Bytes::from_owner(Held { piece, memory, in_time: self.in_time.take() }),
            (_, memory) => {
                self.memory = memory;
                piece
            }
        };
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left as u64)
    }
}

/// The last piece of a counted answer.
struct Held {
    piece: Bytes,
    #[expect(dead_code, reason = "held for its end")]
    memory: Option<AnswerShare>,
    #[expect(dead_code, reason = "held for its end")]
    in_time: Option<DropGuard>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.piece
    }
}
