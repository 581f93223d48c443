//! The reporting service, as far as servers further down call it: one file per operation. Their
//! cookie is always the same and says nothing.

mod get_out_of_sync_computers;
mod get_rollup_configuration;
mod rollup_computer_status;
mod rollup_computers;
mod rollup_downstream_servers;

use sluice_wsus::messages::rollup::RollupRequest;

use super::ask::{Answered, Ask};

/// The operations of servers; all others of the service are those of devices.
pub(super) const OPERATIONS: [&str; 5] = [
    "GetRollupConfiguration",
    "RollupDownstreamServers",
    "RollupComputers",
    "GetOutOfSyncComputers",
    "RollupComputerStatus",
];

pub(super) async fn answer(ask: &Ask<'_>, request: RollupRequest) -> Answered {
    match request {
        RollupRequest::GetRollupConfiguration(_) => get_rollup_configuration::answer(ask),
        RollupRequest::RollupDownstreamServers(request) => rollup_downstream_servers::answer(ask, *request).await,
        RollupRequest::RollupComputers(request) => rollup_computers::answer(ask, *request).await,
        RollupRequest::GetOutOfSyncComputers(request) => get_out_of_sync_computers::answer(ask, *request),
        RollupRequest::RollupComputerStatus(request) => rollup_computer_status::answer(ask, *request).await,
    }
}
