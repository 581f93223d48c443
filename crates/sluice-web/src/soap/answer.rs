//! Answers with the headers of Microsoft's server (Q5).

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use sluice_site::windows::AnswerShare;
use sluice_wsus::soap::{ContentEncoding, SoapVersion, Style};
use tokio_util::sync::DropGuard;

use super::Service;
use super::ask::{Answer, Writing};
use crate::server::Cutoff;

/// An answer. The connection ends if a large one is not read in time.
pub(super) fn success(service: Service, writing: Writing, answer: Answer, cutoff: Option<&Cutoff>) -> Response {
    let length = answer.bytes.len();
    let counted = answer.memory.as_ref().is_some_and(AnswerShare::is_counted);
    let in_time = cutoff.filter(|_| counted).map(Cutoff::start);
    // The share of memory goes when the last byte has.
    let body = Body::from(Bytes::from_owner(Sent { answer, in_time }));
    let mut response = response(StatusCode::OK, service, writing.version, length, body);
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if writing.encoding == ContentEncoding::Xpress {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("xpress"));
    }
    response
}

/// A fault.
pub(super) fn failure(service: Service, version: SoapVersion, bytes: Vec<u8>) -> Response {
    response(StatusCode::INTERNAL_SERVER_ERROR, service, version, bytes.len(), Body::from(bytes))
}

struct Sent {
    answer: Answer,
    #[expect(dead_code, reason = "held for its end")]
    in_time: Option<DropGuard>,
}

impl AsRef<[u8]> for Sent {
    fn as_ref(&self) -> &[u8] {
        &self.answer.bytes
    }
}

fn response(status: StatusCode, service: Service, version: SoapVersion, length: usize, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let cache = match service.style() {
        Style::Asmx => "private, max-age=0",
        Style::Wcf | Style::Agent => "private",
    };
    let all: [(HeaderName, HeaderValue); 3] = [
        (CACHE_CONTROL, HeaderValue::from_static(cache)),
        (CONTENT_TYPE, HeaderValue::from_static(version.content_type())),
        (CONTENT_LENGTH, HeaderValue::from(length)),
    ];
    response.headers_mut().extend(all);
    response
}
