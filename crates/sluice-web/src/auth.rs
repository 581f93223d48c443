//! Who asks: an API token, or the console's session.

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use sluice_site::{Caller, SiteError};

use crate::admin::AdminState;
use crate::problem::Problem;

/// The cookie that carries the console's session.
pub const SESSION_COOKIE: &str = "sluice_session";

/// The header that carries the session's anti-forgery token.
pub const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");

/// An authenticated caller. Handlers take it first, so that nothing else of a request of somebody
/// unknown is looked at.
#[derive(Clone, Debug)]
pub struct Authenticated(pub Caller);

impl FromRequestParts<AdminState> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AdminState) -> Result<Self, Problem> {
        if let Some(bearer) = bearer(&parts.headers) {
            return Ok(Self(state.site.token_caller(bearer?).await?));
        }
        let Some(cookie) = session_cookie(&parts.headers, state.options.secure_cookies) else { return Err(nobody()) };
        let session = state.site.session(cookie).await?.ok_or_else(nobody)?;
        if !parts.method.is_safe() {
            let given = parts.headers.get(CSRF_HEADER).map_or(&[][..], |value| value.as_bytes());
            aws_lc_rs::constant_time::verify_slices_are_equal(given, session.csrf.as_bytes())
                .map_err(|_| Problem::csrf())?;
        }
        Ok(Self(session.caller))
    }
}

fn nobody() -> Problem {
    SiteError::unauthenticated(
        "the request carries no API token and no session",
        "Send `Authorization: Bearer TOKEN`; `sluice token create` makes one.",
    )
    .into()
}

/// The token of an `Authorization: Bearer` header, if there is that header.
pub fn bearer(headers: &HeaderMap) -> Option<Result<&str, Problem>> {
    let value = headers.get(AUTHORIZATION)?;
    let token = value.to_str().ok().and_then(|text| text.split_once(' ')).and_then(|(scheme, token)| {
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    });
    Some(token.ok_or_else(|| {
        SiteError::unauthenticated(
            "the `Authorization` header is not a bearer token",
            "Send `Authorization: Bearer TOKEN`.",
        )
        .into()
    }))
}

/// [`SESSION_COOKIE`] as it is named on a secure listener: with the prefix browsers accept only
/// from the host itself, over TLS (RFC 6265bis section 4.1.3.2).
const SECURE_SESSION_COOKIE: &str = "__Host-sluice_session";

/// The name of the session's cookie.
#[must_use]
pub fn session_cookie_name(secure: bool) -> &'static str {
    if secure { SECURE_SESSION_COOKIE } else { SESSION_COOKIE }
}

/// The value of the session's cookie (RFC 6265 section 4.2).
#[must_use]
pub fn session_cookie(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let wanted = session_cookie_name(secure);
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted).then_some(value))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn cookies_and_tokens_are_found() {
        let mut headers = HeaderMap::new();
        assert!(bearer(&headers).is_none());
        headers.insert(COOKIE, HeaderValue::from_static("a=b; sluice_session=x.y; c=d"));
        assert_eq!(session_cookie(&headers, false), Some("x.y"));
        assert_eq!(session_cookie(&headers, true), None);
        headers.insert(AUTHORIZATION, HeaderValue::from_static("bearer  abc"));
        assert_eq!(bearer(&headers).unwrap().unwrap(), "abc");
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Basic abc"));
        assert!(bearer(&headers).unwrap().is_err());
    }
}
