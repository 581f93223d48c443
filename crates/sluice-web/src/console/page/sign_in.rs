//! Signing in and out.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect};
use sluice_site::ErrorKind;

use super::session;
use crate::admin::AdminState;
use crate::console::component::{Input, Notice, Tone};
use crate::console::cookie;
use crate::console::form::{Posted, Unsigned};
use crate::console::origin;
use crate::console::query::Query;
use crate::console::refusal::{Refusal, sentence};
use crate::console::reply::{Reply, page_with};
use crate::console::text::ENGLISH;
use crate::console::view::account::SignIn;
use crate::console::visit::anonymous_shell;

/// `GET /sign-in`.
pub async fn show(State(state): State<AdminState>, uri: Uri) -> Reply {
    let t = &ENGLISH.account;
    let next = Query::of(&uri)?.text("next").map(origin::local).unwrap_or("/").to_owned();
    let problem = if state.site.needs_first_administrator().await? {
        Some(Notice::new(Tone::Warn, t.no_account).fix(t.no_account_fix))
    } else {
        None
    };
    page_with(StatusCode::OK, &view("", next, problem))
}

/// `POST /sign-in`.
pub async fn sign_in(State(state): State<AdminState>, headers: HeaderMap, Unsigned(form): Unsigned) -> Reply {
    let t = &ENGLISH.account;
    let (name, next) = (form.one("name"), origin::local(form.one("next")));
    if !origin::is_own(&headers) {
        let problem = Notice::new(Tone::Bad, t.wrong).text(t.other_site).fix(t.other_site_fix);
        return page_with(StatusCode::FORBIDDEN, &view("", "/".to_owned(), Some(problem)));
    }
    match state.site.sign_in(name, form.raw("password")).await {
        Ok(signed_in) => session::begin(&state, &signed_in, next),
        Err(error) => {
            let status = match error.kind {
                ErrorKind::Unauthenticated | ErrorKind::Invalid => StatusCode::UNAUTHORIZED,
                ErrorKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
                _ => return Err(Refusal::from(error)),
            };
            let problem = Notice::new(Tone::Bad, t.wrong).text(sentence(&error.message) + ".").fix(&error.fix);
            page_with(status, &view(name, next.to_owned(), Some(problem)))
        }
    }
}

/// `POST /sign-out`.
pub async fn sign_out(State(state): State<AdminState>, headers: HeaderMap, posted: Posted) -> Reply {
    let secure = state.options.secure_cookies;
    if let Some(cookie) = cookie::read(&headers, secure) {
        posted.visit.site.sign_out(cookie).await?;
    }
    Ok(([(SET_COOKIE, cookie::forget(secure)?)], Redirect::to("/sign-in")).into_response())
}

fn view(name: &str, next: String, problem: Option<Notice>) -> SignIn {
    let t = &ENGLISH.account;
    SignIn {
        shell: anonymous_shell(t.sign_in.to_string()),
        t,
        problem,
        name: Input::text("name", t.name, name).autocomplete("username").required(),
        password: Input::password("password", t.password, "current-password"),
        next,
    }
}
