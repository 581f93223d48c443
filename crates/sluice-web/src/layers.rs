//! What happens around every request: time limits, headers, panics.

use std::any::Any;
use std::time::Duration;

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use crate::problem::Problem;

/// Time an ordinary request may take, body included.
pub const REQUEST_TIME: Duration = Duration::from_secs(60);

/// Time a backup or a check of the whole store may take.
pub const STORE_TIME: Duration = Duration::from_secs(3600);

/// Time an upload may take: tens of gigabytes over a slow line.
pub const UPLOAD_TIME: Duration = Duration::from_secs(12 * 3600);

/// What a browser may do with the console: only with what this site serves, no inline code, in no
/// frame.
const CONSOLE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
);

/// Answers that are data only: nothing at all.
const DATA_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Gives up on a request that takes longer than [`REQUEST_TIME`].
pub async fn request_time(request: Request, next: Next) -> Response {
    within(REQUEST_TIME, request, next).await
}

/// Gives up on a request that takes longer than [`STORE_TIME`].
pub async fn store_time(request: Request, next: Next) -> Response {
    within(STORE_TIME, request, next).await
}

/// Gives up on an upload that takes longer than [`UPLOAD_TIME`].
pub async fn upload_time(request: Request, next: Next) -> Response {
    within(UPLOAD_TIME, request, next).await
}

async fn within(time: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::timeout(time).into_response(),
    }
}

/// Headers of everything on the administrators' listener. What sets a header itself keeps it.
pub async fn console_headers(request: Request, next: Next) -> Response {
    let mut response = plain_headers(request, next).await;
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(CONSOLE_POLICY);
    headers.entry(OPENER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    headers.entry(X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    response
}

/// Headers of everything: not guessed at, not kept, not told to others.
pub async fn plain_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Headers of the REST API, before [`console_headers`] get to it.
pub async fn api_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().entry(CONTENT_SECURITY_POLICY).or_insert(DATA_POLICY);
    response
}

/// A handler that panics answers with a problem, and the process goes on.
pub fn catch_panic() -> CatchPanicLayer<fn(Box<dyn Any + Send + 'static>) -> Response> {
    CatchPanicLayer::custom(panicked as fn(_) -> _)
}

fn panicked(payload: Box<dyn Any + Send + 'static>) -> Response {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    tracing::error!(panic = text, "a request handler panicked; please report this");
    Problem::internal().into_response()
}
