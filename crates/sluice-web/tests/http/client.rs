//! Requests.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

/// An answer that has been read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    /// The stable word of a refusal; checks that it is one that helps.
    pub fn problem(&self) -> String {
        let value = self.json();
        assert_eq!(self.headers["content-type"], "application/problem+json", "{value}");
        assert_eq!(value["status"], self.status.as_u16(), "{value}");
        for field in ["title", "detail", "fix"] {
            assert!(value[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {value}");
        }
        let kind = value["type"].as_str().unwrap();
        kind.strip_prefix("urn:sluice:problem:").unwrap().to_owned()
    }
}

/// A request to make.
pub struct Ask<'a> {
    router: &'a Router,
    request: axum::http::request::Builder,
    body: Body,
}

impl<'a> Ask<'a> {
    pub fn new(router: &'a Router, method: &str, path: &str) -> Self {
        let request = Request::builder().method(method.to_uppercase().as_str()).uri(path);
        Self { router, request, body: Body::empty() }
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn body(self, kind: &str, body: impl Into<Body>) -> Self {
        let ask = self.header("content-type", kind);
        Self { body: body.into(), ..ask }
    }

    /// The answer without its body: for streams.
    pub async fn head(self) -> axum::response::Response {
        self.router.clone().oneshot(self.request.body(self.body).unwrap()).await.unwrap()
    }

    pub async fn send(self) -> Answer {
        let response = self.head().await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
