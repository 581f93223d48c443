//! The rollup between servers (\[MS-WSUSSS\] 3.1.4.13 to 3.1.4.17, `reporting.wsdl`): downstream servers report their
//! computers and what these need to their upstream server. It is part of the reporting service; agents call none of it.

mod client_summary;
mod computer_details;
mod get_out_of_sync_computers;
mod get_rollup_configuration;
mod rollup_computer_status;
mod rollup_computers;
mod rollup_downstream_servers;
mod server_summary;
mod summarization_state;

pub use client_summary::{ClientActivitySummary, ClientSummary};
pub use computer_details::ComputerRollupDetails;
pub use get_out_of_sync_computers::{ComputerLastRollupNumber, GetOutOfSyncComputers, GetOutOfSyncComputersResponse};
pub use get_rollup_configuration::{GetRollupConfiguration, GetRollupConfigurationResponse, RollupConfiguration};
pub use rollup_computer_status::{
    ComputerStatusRollupInfo, ComputerStatusRollupUpdateStatus, RollupComputerStatus, RollupComputerStatusResponse,
};
pub use rollup_computers::{
    ChangedComputer, ComputerChange, ComputerRollupInfo, LastSyncResult, RollupComputers, RollupComputersResponse,
};
pub use rollup_downstream_servers::{
    DownstreamServerRollupInfo, RollupDownstreamServers, RollupDownstreamServersResponse,
};
pub use server_summary::ServerSummary;
pub use summarization_state::SummarizationState;

use crate::soap::Service;

/// `/ReportingWebService/ReportingWebService.asmx`, as of the operations that agents call.
pub const SERVICE: Service = super::reporting::SERVICE;

/// Servers, computers or clients of a kind in one request. WSUS lets 20,000 at most be sent at once.
const MAX_BATCH: usize = 50_000;

requests! {
    /// A request of a downstream server to the reporting service. Which requests to this service are of agents and which
    /// of servers is told by [`RollupRequest::has`].
    RollupRequest:
    GetRollupConfiguration, RollupDownstreamServers, RollupComputers, GetOutOfSyncComputers, RollupComputerStatus,
}
