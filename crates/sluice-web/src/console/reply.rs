//! What pages answer.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, REFERRER_POLICY};
use axum::response::{IntoResponse, Redirect, Response};

use super::address::Address;
use super::refusal::Refusal;

/// Result of a page.
pub type Reply = Result<Response, Refusal>;

/// Rendered HTML. Browsers tell this site, and only this site, which page a form came from: the
/// sign-in page looks at it.
pub fn html(status: StatusCode, html: String) -> Response {
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (REFERRER_POLICY, "same-origin")];
    (status, headers, html).into_response()
}

/// A page.
pub fn page(view: &impl Template) -> Reply {
    page_with(StatusCode::OK, view)
}

/// A page with a status of its own, as a form with problems in it.
pub fn page_with(status: StatusCode, view: &impl Template) -> Reply {
    view.render().map(|text| html(status, text)).map_err(|e| Refusal::internal("rendering the page", e))
}

/// Something was done: to the page that shows it, which says so.
pub fn done(path: impl Into<String>, notice: Done) -> Reply {
    Ok(Redirect::to(&Address::new(path).with("done", notice.word()).to_string()).into_response())
}

/// What was done; only these words are possible, so that no link can put words of its own on a
/// page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    Saved,
    Deployed,
    Cancelled,
    Enabled,
    Disabled,
    Deleted,
    SyncStarted,
    Retried,
    Added,
    RemovedDevice,
    SourcesAdded,
    Welcome,
}

impl Done {
    const ALL: [Self; 12] = [
        Self::Saved,
        Self::Deployed,
        Self::Cancelled,
        Self::Enabled,
        Self::Disabled,
        Self::Deleted,
        Self::SyncStarted,
        Self::Retried,
        Self::Added,
        Self::RemovedDevice,
        Self::SourcesAdded,
        Self::Welcome,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Deployed => "deployed",
            Self::Cancelled => "cancelled",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
            Self::SyncStarted => "sync-started",
            Self::Retried => "retried",
            Self::Added => "added",
            Self::RemovedDevice => "removed-device",
            Self::SourcesAdded => "sources-added",
            Self::Welcome => "welcome",
        }
    }

    /// What a word of an address means.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|done| done.word() == word)
    }
}
