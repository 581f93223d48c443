//! Somebody signed in looks at a page.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use jiff::Timestamp;
use sluice_site::{Caller, Site};

use super::component::{Notice, Tone};
use super::query::Query;
use super::refusal::Refusal;
use super::reply::Done;
use super::text::{ENGLISH, Text, Words};
use super::view::shell::{Here, Shell};
use super::{assets, cookie};
use crate::admin::{AdminOptions, AdminState};

/// A request of a session, with what every page needs.
pub struct Visit {
    pub site: Arc<Site>,
    pub options: AdminOptions,
    pub caller: Caller,
    pub t: &'static Text,
    pub now: Timestamp,
    pub query: Query,
    csrf: String,
}

impl FromRequestParts<AdminState> for Visit {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AdminState) -> Result<Self, Refusal> {
        let next = || Refusal::SignIn { next: back(&parts.method, &parts.uri) };
        let cookie = cookie::read(&parts.headers, state.options.secure_cookies).ok_or_else(next)?;
        let session = state.site.session(cookie).await?.ok_or_else(next)?;
        Ok(Self {
            site: Arc::clone(&state.site),
            options: state.options.clone(),
            caller: session.caller,
            t: &ENGLISH,
            now: state.site.now(),
            query: Query::of(&parts.uri)?,
            csrf: session.csrf,
        })
    }
}

/// Where somebody goes on after signing in: a form is not sent again.
fn back(method: &Method, uri: &Uri) -> String {
    match *method {
        Method::GET => uri.path_and_query().map_or("/", |to| to.as_str()).to_owned(),
        _ => "/".to_owned(),
    }
}

impl Visit {
    /// Whether a form was made for this session. Takes as long wherever the two differ.
    pub fn is_own_form(&self, token: &str) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(token.as_bytes(), self.csrf.as_bytes()).is_ok()
    }

    /// The frame of a page.
    pub fn shell(&self, title: impl ToString, here: Here) -> Result<Shell, Refusal> {
        Ok(Shell {
            t: self.t,
            title: title.to_string(),
            here,
            user: self.caller.name.clone(),
            csrf: self.csrf.clone(),
            site: self.site.info(&self.caller)?.name,
            assets: assets::urls(),
            notice: self.query.text("done").and_then(Done::of).map(|done| self.said(done)),
            live: true,
        })
    }

    fn said(&self, done: Done) -> Notice {
        let t = &self.t.common;
        let words: Words = match done {
            Done::Saved => t.notice_saved,
            Done::Deployed => t.notice_deployed,
            Done::Cancelled => t.notice_cancelled,
            Done::Enabled => t.notice_enabled,
            Done::Disabled => t.notice_disabled,
            Done::Deleted => t.notice_deleted,
            Done::SyncStarted => t.notice_sync_started,
            Done::Retried => t.notice_retried,
            Done::Added => t.notice_added,
            Done::RemovedDevice => t.notice_removed_device,
            Done::SourcesAdded => t.notice_sources_added,
            Done::Welcome => t.notice_welcome,
        };
        Notice::new(Tone::Good, words)
    }

    /// The name of this machine as the visitor reaches it, without the port.
    pub fn host_name(headers: &HeaderMap) -> Option<&str> {
        let host = headers.get(axum::http::header::HOST)?.to_str().ok()?;
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host,
        };
        let fine = |b: u8| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b);
        (!name.is_empty() && name.bytes().all(fine)).then_some(name)
    }
}

/// The frame of a page that nobody has to sign in for.
pub fn anonymous_shell(title: String) -> Shell {
    Shell {
        t: &ENGLISH,
        title,
        here: Here::Nowhere,
        user: String::new(),
        csrf: String::new(),
        site: String::new(),
        assets: assets::urls(),
        notice: None,
        live: false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::HOST;

    use super::*;

    #[test]
    fn only_reading_is_taken_up_again() {
        let uri: Uri = "/devices?text=a".parse().unwrap();
        assert_eq!(back(&Method::GET, &uri), "/devices?text=a");
        assert_eq!(back(&Method::POST, &uri), "/");
    }

    #[test]
    fn host_names_are_taken_with_care() {
        let name = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(text));
            Visit::host_name(&headers).map(str::to_owned)
        };
        assert_eq!(name("site.example:8443").as_deref(), Some("site.example"));
        assert_eq!(name("[::1]:8480").as_deref(), Some("[::1]"));
        assert_eq!(name("a; rm -rf /"), None);
    }
}
