//! The first administrator, made with the one-time setup token.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use sluice_site::{ErrorKind, SiteError};

use super::session;
use crate::admin::AdminState;
use crate::console::component::{Input, Notice, Tone};
use crate::console::form::{Form, Unsigned};
use crate::console::origin;
use crate::console::query::Query;
use crate::console::refusal::{Refusal, sentence};
use crate::console::reply::{Reply, page, page_with};
use crate::console::text::ENGLISH;
use crate::console::view::account::Setup;
use crate::console::visit::anonymous_shell;

/// `GET /setup?token=…`, the address printed at the first start.
pub async fn show(State(state): State<AdminState>, uri: Uri) -> Reply {
    let token = Query::of(&uri)?.text("token").unwrap_or_default().to_owned();
    let done = !state.site.needs_first_administrator().await?;
    page(&view(&token, "", None, None, done))
}

/// `POST /setup`.
pub async fn create(State(state): State<AdminState>, headers: HeaderMap, Unsigned(form): Unsigned) -> Reply {
    let t = &ENGLISH.account;
    if !origin::is_own(&headers) {
        let problem = Notice::new(Tone::Bad, t.other_site).fix(t.other_site_fix);
        return page_with(StatusCode::FORBIDDEN, &view("", "", Some(problem), None, false));
    }
    if form.raw("password") != form.raw("again") {
        return problem(&form, SiteError::invalid("again", t.differ.to_string(), ""));
    }
    let (token, name) = (form.one("token"), form.one("name"));
    match state.site.create_first_administrator(token, name, form.raw("password")).await {
        Ok(signed_in) => session::begin(&state, &signed_in, "/?done=welcome"),
        Err(error) if error.kind == ErrorKind::Conflict => {
            page_with(StatusCode::CONFLICT, &view("", "", None, None, true))
        }
        Err(error) => problem(&form, error),
    }
}

fn problem(form: &Form, error: SiteError) -> Reply {
    let (token, name) = (form.one("token"), form.one("name"));
    let message = sentence(&error.message) + ".";
    match (error.kind, error.field) {
        (ErrorKind::Invalid, Some(field)) => {
            let page = view(token, name, None, Some((field, message)), false);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        (ErrorKind::Invalid | ErrorKind::Unauthenticated | ErrorKind::TooMany, _) => {
            let problem = Notice::new(Tone::Bad, message).fix(&error.fix);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &view(token, name, Some(problem), None, false))
        }
        _ => Err(Refusal::from(error)),
    }
}

fn view(token: &str, name: &str, problem: Option<Notice>, wrong: Option<(&str, String)>, done: bool) -> Setup {
    let t = &ENGLISH.account;
    let at = |field: &str| wrong.as_ref().filter(|(name, _)| *name == field).map(|(_, message)| message.clone());
    Setup {
        shell: anonymous_shell(t.setup.to_string()),
        t,
        problem,
        token: Input::text("token", t.setup_token, token).hint(t.setup_token_hint).required(),
        name: Input::text("name", t.name, name).autocomplete("username").required().problem(at("name")),
        password: Input::password("password", t.password, "new-password").hint(t.password_hint).problem(at("password")),
        again: Input::password("again", t.password_again, "new-password").problem(at("again")),
        done,
    }
}
