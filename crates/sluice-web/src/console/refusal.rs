//! Refusals and faults as pages: what, why, what to do.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sluice_site::error::chain;
use sluice_site::{ErrorKind, SiteError};

use super::address::Address;
use super::component::Prose;
use super::reply;
use super::text::{ENGLISH, Text, Words};
use super::view::failure::Failure;
use super::visit::anonymous_shell;

/// What a page answers instead of itself.
#[derive(Debug)]
pub enum Refusal {
    /// A use case refused or failed.
    Site(Box<SiteError>),
    /// Somebody has to sign in first, and comes back here.
    SignIn {
        /// A path of this site.
        next: String,
    },
    /// There is no such page.
    NoSuchPage,
    /// The page does not take this method.
    NoSuchMethod,
    /// The form was made for another session.
    StaleForm,
    /// The form could not be read.
    BadForm,
}

impl From<SiteError> for Refusal {
    fn from(error: SiteError) -> Self {
        Self::Site(Box::new(error))
    }
}

/// Answers every path that nothing else does.
pub async fn no_such_page() -> Refusal {
    Refusal::NoSuchPage
}

/// Answers every method that a page does not take.
pub async fn no_such_method() -> Refusal {
    Refusal::NoSuchMethod
}

impl Refusal {
    /// There is no such page.
    pub fn no_such_page() -> Self {
        Self::NoSuchPage
    }

    /// A fault of ours.
    pub fn internal(doing: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        SiteError::internal(doing, source).into()
    }
}

/// Status and title of a kind of failure.
fn describe(t: &Text, kind: ErrorKind) -> (StatusCode, Words) {
    let t = &t.common;
    match kind {
        ErrorKind::Unauthenticated => (StatusCode::UNAUTHORIZED, t.error_forbidden),
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, t.error_forbidden),
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, t.error_not_found),
        ErrorKind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, t.error_invalid),
        ErrorKind::Conflict => (StatusCode::CONFLICT, t.error_conflict),
        ErrorKind::TooMany => (StatusCode::TOO_MANY_REQUESTS, t.error_too_many),
        ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, t.error_unavailable),
        ErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, t.error_internal),
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let t = &ENGLISH;
        let c = &t.common;
        match self {
            Self::SignIn { next } => {
                let next = if next == "/" { String::new() } else { next };
                Redirect::to(&Address::new("/sign-in").with("next", next).to_string()).into_response()
            }
            Self::Site(error) => {
                if error.kind == ErrorKind::Internal {
                    tracing::error!(error = %chain(&*error), "a page failed");
                }
                let (status, title) = describe(t, error.kind);
                failure(status, title, sentence(&error.message), error.fix)
            }
            Self::NoSuchPage => {
                failure(StatusCode::NOT_FOUND, c.error_not_found, c.error_not_found_text, c.error_not_found_fix)
            }
            Self::NoSuchMethod => {
                failure(StatusCode::METHOD_NOT_ALLOWED, c.error_method, c.error_method_text, c.error_not_found_fix)
            }
            Self::StaleForm => {
                failure(StatusCode::FORBIDDEN, c.error_stale_form, c.error_stale_form_text, c.error_stale_form_fix)
            }
            Self::BadForm => failure(StatusCode::BAD_REQUEST, c.error_invalid, c.error_body, c.error_body_fix),
        }
    }
}

fn failure(status: StatusCode, title: Words, text: impl ToString, fix: impl ToString) -> Response {
    let fix = fix.to_string();
    let page = Failure {
        shell: anonymous_shell(title.to_string()),
        status: status.as_u16(),
        title: title.to_string(),
        text: text.to_string(),
        fix: (!fix.is_empty()).then(|| Prose::new(fix)),
    };
    match page.render() {
        Ok(html) => reply::html(status, html),
        Err(_) => status.into_response(),
    }
}

/// With a capital at its start.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
