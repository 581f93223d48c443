use sluice_site::downstream::ServerFault;
use sluice_wsus::messages::server_sync::{GetDriverIdList, GetDriverIdListResponse};

use super::super::ask::{Answered, Ask};
use super::super::convert::data;

/// There are no driver sets here, as in WSUS, whose limits for them are 0 (Q65): what asks for more
/// is wrong, and what asks for none gets none.
pub(super) fn answer(ask: &Ask<'_>, request: GetDriverIdList) -> Answered {
    ask.site.downstream_check(&data(request.cookie))?;
    let filter = request.filter.unwrap_or_default();
    if !filter.computer_ids.is_empty() || !filter.pnp_hardware_ids.is_empty() {
        return Err(ServerFault::InvalidParameters("filter").into());
    }
    ask.write(&GetDriverIdListResponse { anchor: filter.anchor, ..GetDriverIdListResponse::default() })
}
