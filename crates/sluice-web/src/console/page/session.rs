//! The start of a session.

use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use sluice_site::accounts::SignedIn;

use crate::admin::AdminState;
use crate::console::cookie;
use crate::console::refusal::Refusal;

/// Gives the browser its session and sends it on.
pub fn begin(state: &AdminState, signed_in: &SignedIn, to: &str) -> Result<Response, Refusal> {
    let secure = state.options.secure_cookies;
    let cookie = cookie::keep(&signed_in.session, signed_in.expires_at, state.site.now(), secure)?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(to)).into_response())
}
