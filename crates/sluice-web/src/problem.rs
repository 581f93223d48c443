//! Refusals: problem details (RFC 9457) with what to do about it.

use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sluice_site::error::chain;
use sluice_site::{ErrorKind, SiteError};
use utoipa::ToSchema;

/// Result of a handler.
pub type WebResult<T> = Result<T, Problem>;

/// A refusal (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// What sort of problem, as a stable word after `urn:sluice:problem:`.
    #[serde(rename = "type")]
    #[schema(example = "urn:sluice:problem:not-found")]
    pub kind: String,
    /// The sort of problem in words.
    #[schema(example = "Not found")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What failed and why.
    pub detail: String,
    /// What to do about it; may be empty.
    pub fix: String,
    /// The field or parameter it is about, when it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// Longest part of somebody's input that is repeated back to them, characters.
const MAX_ECHO: usize = 80;

/// Longest sentence of a decoder that is passed on, characters: it lists the fields it expected.
const MAX_SENTENCE: usize = 600;

/// Outside text as it may appear in a message: one line, bounded, no control characters.
#[must_use]
pub fn echo(text: &str) -> String {
    bounded(text, MAX_ECHO)
}

/// A decoder's sentence, which may repeat outside text, as it may appear in a message.
#[must_use]
pub fn sentence(text: &str) -> String {
    bounded(text, MAX_SENTENCE)
}

fn bounded(text: &str, max: usize) -> String {
    let mut shown: String = text.chars().take(max).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(max).is_some() {
        shown.push('…');
    }
    shown
}

impl Problem {
    fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:sluice:problem:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            fix: fix.into(),
            field: None,
        }
    }

    /// The request cannot be read at all.
    pub fn malformed(detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", "Malformed request", detail, fix)
    }

    /// A parameter makes no sense.
    pub fn invalid(field: &str, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Invalid request", detail, fix);
        Self { field: Some(field.to_owned()), ..problem }
    }

    /// The body has a type this path does not take.
    pub fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "Unsupported media type",
            "the body is not declared as JSON",
            "Send `Content-Type: application/json`.",
        )
    }

    /// The body is larger than this path takes.
    pub fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "Too large",
            "the body is larger than this path takes",
            "Send less at once.",
        )
    }

    /// The request took too long.
    pub fn timeout(limit: Duration) -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "timeout",
            "Timed out",
            format!("the request was not done within {} seconds", limit.as_secs()),
            "Try again; if it happens again, see the site's log.",
        )
    }

    /// A browser's request that does not come from the console.
    pub fn csrf() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "csrf",
            "Not from the console",
            "the request carries a session cookie but not the session's `X-CSRF-Token`",
            "Programs use an API token: `Authorization: Bearer …`.",
        )
    }

    /// A fault of ours.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Internal error",
            "the site could not answer because of a fault of its own",
            "See the site's log; run `sluice doctor`.",
        )
    }
}

/// Status, stable word and title of a kind of failure.
fn describe(kind: ErrorKind) -> (StatusCode, &'static str, &'static str) {
    match kind {
        ErrorKind::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "Not signed in"),
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "Not allowed"),
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, "not-found", "Not found"),
        ErrorKind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Invalid request"),
        ErrorKind::Conflict => (StatusCode::CONFLICT, "conflict", "Conflict"),
        ErrorKind::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many attempts"),
        ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available now"),
        ErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error"),
    }
}

impl From<SiteError> for Problem {
    fn from(error: SiteError) -> Self {
        if error.kind == ErrorKind::Internal {
            tracing::error!(error = %chain(&error), "a request failed");
        } else if std::error::Error::source(&error).is_some() {
            tracing::warn!(error = %chain(&error), "a request was refused");
        }
        let (status, kind, title) = describe(error.kind);
        let field = error.field.map(str::to_owned);
        Self { field, ..Self::new(status, kind, title, error.message, error.fix) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(CONTENT_TYPE, kind)], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// There is nothing at this path.
pub async fn no_such_path(uri: Uri) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "no-such-path",
        "Not found",
        format!("there is nothing at {}", echo(uri.path())),
        "See the paths in the API's description, /api/v1/openapi.json.",
    )
}

/// There is something at this path, but not for this method.
pub async fn no_such_method(method: Method, uri: Uri) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "no-such-method",
        "Method not allowed",
        format!("{} is not possible at {}", echo(method.as_str()), echo(uri.path())),
        "See the `Allow` header for the methods that are.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_repeated_is_bounded_and_on_one_line() {
        assert_eq!(echo("a\u{1b}[2J\nb"), "a\u{fffd}[2J\u{fffd}b");
        assert_eq!(echo(&"x".repeat(200)).chars().count(), MAX_ECHO + 1);
    }

    #[test]
    fn faults_are_logged_and_not_shown() {
        let error = SiteError::internal("reading the catalog", "row 7 of table secret_things");
        let text = serde_json::to_string(&Problem::from(error)).unwrap();
        assert!(!text.contains("secret_things"));
        assert!(text.contains("reading the catalog failed"));
    }
}
