use sluice_site::windows::session::IssuedCookie;
use sluice_wsus::messages::shared::Cookie;

/// What a cookie of a request is about; empty when there is none. Its clear-text expiry counts for
/// nothing.
pub(crate) fn data(cookie: Option<Cookie>) -> Vec<u8> {
    cookie.map(|cookie| cookie.encrypted_data).unwrap_or_default()
}

/// A cookie for a client.
pub(crate) fn issued(cookie: IssuedCookie) -> Cookie {
    Cookie { expiration: Some(cookie.expires), encrypted_data: cookie.data }
}
