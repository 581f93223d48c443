//! A device as an upstream server is told of it (\[MS-WSUSSS\] 3.1.4.15.2).

use jiff::Timestamp;
use sluice_catalog::DeviceRow;
use sluice_model::DeviceKind;
use sluice_wsus::messages::rollup::{ComputerRollupDetails, ComputerRollupInfo, LastSyncResult};
use uuid::Uuid;

use super::states::digest_of;

/// The family of operating systems by which a Sluice tells devices apart; WSUS knows only the first.
const WINDOWS: &str = "Windows";
const LINUX: &str = "Linux";

/// What a device is called there: as its agent calls itself, so that a device that moved to another server is the same.
pub(super) fn id(row: &DeviceRow) -> String {
    match &row.windows {
        Some(windows) if !windows.particulars.client_id.is_empty() => windows.particulars.client_id.clone(),
        _ => row.id.0.to_string(),
    }
}

/// When it last asked for updates.
pub(super) fn contact(row: &DeviceRow) -> Option<Timestamp> {
    let scan = row.windows.as_ref().and_then(|windows| windows.last_scan_at);
    scan.or_else(|| row.last_contact_at())
}

/// Since when its states are so.
pub(super) fn reported_at(row: &DeviceRow) -> Option<Timestamp> {
    let status = row.windows.as_ref().and_then(|windows| windows.status.as_ref());
    status.map(|status| status.at).or(row.last_inventory_at)
}

/// What is said of it every time; `account` is who this site is there.
pub(super) fn info(row: &DeviceRow, account: Uuid, details: Option<ComputerRollupDetails>) -> ComputerRollupInfo {
    let failed = row.windows.as_ref().and_then(|windows| windows.last_scan_error);
    let contact = contact(row);
    ComputerRollupInfo {
        computer_id: id(row),
        last_sync_time: contact,
        last_sync_result: match (contact, failed) {
            (None, _) => LastSyncResult::Unknown,
            (Some(_), Some(_)) => LastSyncResult::Failed,
            (Some(_), None) => LastSyncResult::Succeeded,
        },
        last_reported_reboot_time: None,
        last_reported_status_time: reported_at(row),
        last_inventory_time: row.last_inventory_at,
        parent_server_id: row.origin().map_or(account, |origin| origin.server.0),
        details,
    }
}

/// What it is; `groups` are those of the upstream server that it is in.
pub(super) fn details(row: &DeviceRow, groups: Vec<Uuid>) -> ComputerRollupDetails {
    let kind = row.kind();
    let mut details = ComputerRollupDetails {
        full_domain_name: row.name.to_string(),
        os_family: if kind == DeviceKind::Linux { LINUX } else { WINDOWS }.to_owned(),
        client_version: row.agent_version.to_string(),
        target_group_ids: groups,
        ..ComputerRollupDetails::default()
    };
    let Some(windows) = &row.windows else {
        // The numbers stay 0: those of a distribution are no versions of Windows.
        details.os_description = row.os.as_ref().map(|os| os.title.clone()).unwrap_or_default();
        details.processor_architecture =
            row.facts.as_ref().map(|facts| facts.architecture().to_owned()).unwrap_or_default();
        return details;
    };
    let computer = &windows.particulars.computer;
    [details.os_major_version, details.os_minor_version, details.os_build_number] = computer.os_version;
    [details.os_service_pack_major_number, details.os_service_pack_minor_number] = computer.service_pack;
    details.os_locale.clone_from(&computer.locale);
    details.os_description.clone_from(&computer.os_description);
    details.computer_make.clone_from(&computer.manufacturer);
    details.computer_model.clone_from(&computer.model);
    details.bios_version.clone_from(&computer.firmware_version);
    details.bios_name.clone_from(&computer.firmware_name);
    details.processor_architecture.clone_from(&computer.architecture);
    details.suite_mask = computer.suite_mask;
    details.old_product_type = computer.product_type;
    details.new_product_type = computer.edition;
    details.client_version = computer.agent_version.map(|part| part.to_string()).join(".");
    details.requested_target_group_names.clone_from(&windows.particulars.target_groups);
    details
}

/// A number that is another one for other details, and for another server that it belongs to.
pub(super) fn digest(row: &DeviceRow, details: &ComputerRollupDetails) -> i64 {
    digest_of(format!("{:?} {details:?}", row.origin().map(|origin| origin.server)).as_bytes())
}
