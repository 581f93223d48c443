//! The session's cookie (RFC 6265).

use axum::http::{HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};

use crate::auth::session_cookie;
use crate::console::refusal::Refusal;

/// The value of the session's cookie, if the browser sent one.
pub fn read(headers: &HeaderMap, secure: bool) -> Option<&str> {
    session_cookie(headers, secure)
}

/// Keeps a session until it ends.
pub fn keep(session: &str, expires_at: Timestamp, now: Timestamp, secure: bool) -> Result<HeaderValue, Refusal> {
    let left = expires_at.duration_since(now).max(SignedDuration::ZERO).as_secs();
    header(session, left, secure)
}

/// Forgets the session.
pub fn forget(secure: bool) -> Result<HeaderValue, Refusal> {
    header("", 0, secure)
}

fn header(value: &str, max_age: i64, secure: bool) -> Result<HeaderValue, Refusal> {
    let name = crate::auth::session_cookie_name(secure);
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    HeaderValue::try_from(text).map_err(|e| Refusal::internal("making the session's cookie", e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes() {
        let now = Timestamp::UNIX_EPOCH;
        let later = Timestamp::from_second(60).unwrap();
        let text = |secure| keep("abc", later, now, secure).map(|v| v.to_str().unwrap().to_owned()).ok();
        assert_eq!(text(false).unwrap(), "sluice_session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
        assert_eq!(
            text(true).unwrap(),
            "__Host-sluice_session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
        );
        assert!(keep("a\nb", later, now, false).is_err());
    }
}
