//! Bodies.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::problem::{Problem, sentence};

/// A JSON body. Its size limit is the router's `DefaultBodyLimit`.
#[derive(Clone, Copy, Debug)]
pub struct ApiJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ApiJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(&request) {
            return Err(Problem::unsupported_media_type());
        }
        let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
        // A derived `Deserialize` would take an array for the fields in their order.
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err(Problem::malformed("the body is not a JSON object", "Send the fields as `{…}`."));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|error| refuse(&error))
    }
}

fn is_json(request: &Request) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn unreadable(rejection: BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::too_large();
    }
    Problem::malformed("the body could not be read to its end", "Send the request again.")
}

fn refuse(error: &serde_json::Error) -> Problem {
    let place = format!("line {} column {}", error.line(), error.column());
    match error.classify() {
        Category::Data => {
            // serde's sentence without its place, which is said once, by us.
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or(&text);
            let fix = "See the fields in the API's description, /api/v1/openapi.json.";
            Problem::malformed(format!("the JSON does not fit: {} ({place})", sentence(text)), fix)
        }
        Category::Eof => Problem::malformed(format!("the JSON ends too early ({place})"), "Send it whole."),
        Category::Syntax | Category::Io => {
            Problem::malformed(format!("the body is not JSON ({place})"), "Check its quotes, commas and brackets.")
        }
    }
}
