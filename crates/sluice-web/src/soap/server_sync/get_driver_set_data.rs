use sluice_site::downstream::ServerFault;
use sluice_wsus::messages::server_sync::{GetDriverSetData, GetDriverSetDataResponse};

use super::super::ask::{Answered, Ask};
use super::super::convert::data;

/// See `get_driver_id_list`. An empty list is no mistake, no list is one (\[MS-WSUSSS\] 3.1.4.8.2.1).
pub(super) fn answer(ask: &Ask<'_>, request: GetDriverSetData) -> Answered {
    ask.site.downstream_check(&data(request.cookie))?;
    if request.driver_sets.is_none_or(|sets| !sets.is_empty()) {
        return Err(ServerFault::InvalidParameters("driverSets").into());
    }
    ask.write(&GetDriverSetDataResponse::default())
}
