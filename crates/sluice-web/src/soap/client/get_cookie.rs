use sluice_site::windows::Protocol;
use sluice_site::windows::session::CookieRequest;
use sluice_wsus::messages::client::{GetCookie, GetCookieResponse};

use super::super::ask::{Answered, Ask};
use super::super::convert::{data, issued};

pub(super) fn answer(ask: &Ask<'_>, request: GetCookie) -> Answered {
    let request = CookieRequest {
        authorizations: request.auth_cookies.into_iter().map(|cookie| cookie.cookie_data).collect(),
        old: data(request.old_cookie),
        last_change: request.last_change,
        protocol: Protocol::parse(&request.protocol_version),
    };
    let cookie = issued(ask.site.windows_cookie(&request)?);
    ask.write(&GetCookieResponse { cookie })
}
