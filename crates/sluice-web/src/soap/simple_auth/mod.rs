//! Simple authorization: one file per operation.

mod get_authorization_cookie;

use sluice_wsus::messages::simple_auth::SimpleAuthRequest;

use super::ask::{Answered, Ask};

pub(super) fn answer(ask: &Ask<'_>, request: SimpleAuthRequest) -> Answered {
    match request {
        SimpleAuthRequest::GetAuthorizationCookie(request) => get_authorization_cookie::answer(ask, *request),
    }
}
