use sluice_site::windows::ClientFault;
use sluice_wsus::messages::reporting::ReportEventBatch2;

use super::super::ask::{Answered, Ask};

/// The operation names a computer without showing a cookie, so anybody could report for anybody. No
/// agent of WSUS calls it; one that does is sent back to the form with a cookie.
pub(super) fn answer(_ask: &Ask<'_>, _request: &ReportEventBatch2) -> Answered {
    Err(ClientFault::InvalidCookie.into())
}
