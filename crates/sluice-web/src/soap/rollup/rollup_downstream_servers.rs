use sluice_model::WindowsComputer;
use sluice_site::downstream::rollup::{ServerReport, SystemCount};
use sluice_wsus::messages::rollup::{
    ClientSummary, DownstreamServerRollupInfo, RollupDownstreamServers, RollupDownstreamServersResponse, ServerSummary,
};

use super::super::ask::{Answered, Ask};

pub(super) async fn answer(ask: &Ask<'_>, request: RollupDownstreamServers) -> Answered {
    let servers = request.downstream_servers.into_iter().map(server).collect();
    ask.site.downstream_report_servers(ask.peer, request.client_time, servers).await?;
    ask.write(&RollupDownstreamServersResponse)
}

fn server(server: DownstreamServerRollupInfo) -> ServerReport {
    ServerReport {
        id: server.server_id,
        parent: server.parent_server_id,
        name: server.full_domain_name,
        version: server.version,
        replica: server.is_replica,
        last_sync_at: server.last_sync_time,
        last_rollup_at: server.last_rollup_time,
        summary: server.server_summary.map(counters),
        systems: server.client_summaries.into_iter().map(system).collect(),
    }
}

/// How many computers there are of a kind; how often each update was installed is not kept.
fn system(summary: ClientSummary) -> SystemCount {
    let computer = WindowsComputer {
        os_version: [summary.os_major_version, summary.os_minor_version, summary.os_build_number],
        service_pack: [summary.os_service_pack_major_number, summary.os_service_pack_minor_number],
        architecture: summary.processor_architecture,
        edition: summary.new_product_type,
        product_type: summary.old_product_type,
        suite_mask: summary.suite_mask,
        ..WindowsComputer::default()
    };
    SystemCount { computer, count: summary.count }
}

fn counters(s: ServerSummary) -> [i32; 18] {
    [
        s.update_count,
        s.declined_update_count,
        s.approved_update_count,
        s.not_approved_update_count,
        s.updates_with_stale_update_approvals_count,
        s.expired_update_count,
        s.critical_or_security_updates_not_approved_for_install_count,
        s.wsus_infrastructure_updates_not_approved_for_install_count,
        s.updates_with_client_errors_count,
        s.updates_with_server_errors_count,
        s.updates_needing_files_count,
        s.updates_needed_by_computers_count,
        s.updates_up_to_date_count,
        s.custom_computer_target_group_count,
        s.computer_target_count,
        s.computer_targets_needing_updates_count,
        s.computer_targets_with_update_errors_count,
        s.computers_up_to_date_count,
    ]
}
