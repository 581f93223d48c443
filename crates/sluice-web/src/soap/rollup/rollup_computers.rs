use sluice_model::{ServerId, WindowsComputer};
use sluice_site::downstream::rollup::{ComputerChange as Change, ComputerDetails, ComputerReport};
use sluice_wsus::messages::rollup::{
    ChangedComputer, ComputerChange, ComputerRollupDetails, ComputerRollupInfo, LastSyncResult, RollupComputers,
    RollupComputersResponse,
};

use super::super::ask::{Answered, Ask};

pub(super) async fn answer(ask: &Ask<'_>, request: RollupComputers) -> Answered {
    let computers = request.computers.into_iter().map(computer).collect();
    let changes = ask.site.downstream_report_computers(ask.peer, request.client_time, computers).await?;
    let changed = |(computer_id, change)| {
        let change = match change {
            Change::NewParent => ComputerChange::NewParent,
            Change::Deleted => ComputerChange::Deleted,
        };
        ChangedComputer { computer_id, change }
    };
    ask.write(&RollupComputersResponse { changed_computers: changes.into_iter().map(changed).collect() })
}

fn computer(computer: ComputerRollupInfo) -> ComputerReport {
    ComputerReport {
        id: computer.computer_id,
        server: ServerId(computer.parent_server_id),
        last_sync_at: computer.last_sync_time,
        last_sync_failed: computer.last_sync_result == LastSyncResult::Failed,
        details: computer.details.map(details),
    }
}

fn details(details: ComputerRollupDetails) -> ComputerDetails {
    let mut agent_version = [0; 4];
    let parts = details.client_version.split('.').map(|part| part.parse().unwrap_or_default());
    agent_version.iter_mut().zip(parts).for_each(|(place, part)| *place = part);
    ComputerDetails {
        address: details.ip_address,
        name: details.full_domain_name,
        family: details.os_family,
        computer: WindowsComputer {
            os_version: [details.os_major_version, details.os_minor_version, details.os_build_number],
            service_pack: [details.os_service_pack_major_number, details.os_service_pack_minor_number],
            os_description: details.os_description,
            locale: details.os_locale,
            architecture: details.processor_architecture,
            edition: details.new_product_type,
            product_type: details.old_product_type,
            suite_mask: details.suite_mask,
            agent_version,
            manufacturer: details.computer_make,
            model: details.computer_model,
            firmware_name: details.bios_name,
            firmware_version: details.bios_version,
            device_type: String::new(),
        },
        requested_groups: details.requested_target_group_names,
    }
}
