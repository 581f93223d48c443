use sluice_site::downstream::ServerCookieRequest;
use sluice_wsus::messages::server_sync::{GetCookie, GetCookieResponse};

use super::super::ask::{Answered, Ask};
use super::super::convert::issued;

/// What an old cookie says counts for nothing: servers keep their anchors themselves.
pub(super) fn answer(ask: &Ask<'_>, request: GetCookie) -> Answered {
    let request = ServerCookieRequest {
        authorizations: request.auth_cookies.into_iter().map(|cookie| cookie.cookie_data).collect(),
        protocol: request.protocol_version,
    };
    let cookie = issued(ask.site.downstream_cookie(&request)?);
    ask.write(&GetCookieResponse { cookie })
}
