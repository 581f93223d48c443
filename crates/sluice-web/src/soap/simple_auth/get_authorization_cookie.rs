use sluice_site::windows::session::AuthorizeRequest;
use sluice_wsus::messages::shared::AuthorizationCookie;
use sluice_wsus::messages::simple_auth::{GetAuthorizationCookie, GetAuthorizationCookieResponse};

use super::super::ask::{Answered, Ask};
use super::super::client::PLUG_IN;

pub(super) fn answer(ask: &Ask<'_>, request: GetAuthorizationCookie) -> Answered {
    let GetAuthorizationCookie { client_id, target_group_name, dns_name } = request;
    let request = AuthorizeRequest { client_id, target_group: target_group_name, dns_name, peer: ask.peer };
    let cookie_data = ask.site.windows_authorize(request)?;
    let cookie = AuthorizationCookie { plug_in_id: PLUG_IN.to_owned(), cookie_data };
    ask.write(&GetAuthorizationCookieResponse { cookie })
}
