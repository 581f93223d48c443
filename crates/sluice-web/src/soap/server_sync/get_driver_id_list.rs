use sluice_site::downstream::ServerFault;
use sluice_wsus::messages::server_sync::{GetDriverIdList, GetDriverIdListResponse};

use super::super::ask::{Answered, Ask};
use super::super::convert::data;

/// There are no driver sets here, as in WSUS, whose limits for them are 0 (Q65): what asks for more
/// is wrong, and what asks for none gets none (\[MS-WSUSSS\] 3.1.4.7).
pub(super) fn answer(ask: &Ask<'_>, request: GetDriverIdList) -> Answered {
    let cookie = data(request.cookie);
    let Some(filter) = request.filter else {
        ask.site.downstream_check(&cookie)?;
        return Err(ServerFault::InvalidParameters("filter").into());
    };
    let anchor = ask.site.downstream_driver_anchor(&cookie, &filter.anchor)?;
    if !filter.computer_ids.is_empty() || !filter.pnp_hardware_ids.is_empty() {
        return Err(ServerFault::InvalidParameters("filter").into());
    }
    ask.write(&GetDriverIdListResponse { anchor, ..GetDriverIdListResponse::default() })
}
