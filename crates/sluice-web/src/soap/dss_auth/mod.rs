//! Authorization of servers further down: one file per operation.

mod get_authorization_cookie;

use sluice_wsus::messages::dss_auth::DssAuthRequest;

use super::Service;
use super::ask::{Answered, Ask};
use super::reporting::ping;

pub(super) async fn answer(ask: &Ask<'_>, request: DssAuthRequest) -> Answered {
    match request {
        DssAuthRequest::GetAuthorizationCookie(request) => get_authorization_cookie::answer(ask, *request).await,
        DssAuthRequest::Ping(_) => ping::answer(ask, Service::DssAuth),
    }
}
