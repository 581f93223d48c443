use sluice_site::downstream::ServerAuthorization;
use sluice_wsus::messages::dss_auth::{GetAuthorizationCookie, GetAuthorizationCookieResponse};
use sluice_wsus::messages::shared::AuthorizationCookie;

use super::super::ask::{Answered, Ask};
use super::super::server_sync::PLUG_IN;

pub(super) async fn answer(ask: &Ask<'_>, request: GetAuthorizationCookie) -> Answered {
    let GetAuthorizationCookie { account_name, account_guid, program_keys } = request;
    let asked = ServerAuthorization { name: account_name, id: account_guid, programs: program_keys, peer: ask.peer };
    let cookie_data = ask.site.downstream_authorize(asked).await?;
    let cookie = AuthorizationCookie { plug_in_id: PLUG_IN.to_owned(), cookie_data };
    ask.write(&GetAuthorizationCookieResponse { cookie })
}
