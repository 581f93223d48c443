//! What this site counts, for its upstream servers (\[MS-WSUSSS\] 3.1.4.14.2.3 and 3.1.4.14.2.4).

use std::collections::{BTreeMap, HashSet};

use sluice_catalog::Fleet;
use sluice_model::{Classification, Intent, ReportedState, UpdateId};
use sluice_wsus::messages::rollup::{ClientSummary, ServerSummary};

use crate::collections::ALL_DEVICES;
use crate::directory::Directory;

/// Most kinds of computers that are told: builds and editions of Windows, not devices.
const MAX_KINDS: usize = 1_000;

/// The counts of the site's own devices and of its updates.
pub(super) fn server(fleet: &Fleet, directory: &Directory) -> ServerSummary {
    let catalog = fleet.catalog();
    let (current, declined) = (catalog.current_revisions(), catalog.declined_revisions());
    let approved: HashSet<UpdateId> = directory
        .deployments
        .iter()
        .filter(|d| d.enabled && d.cancelled_at.is_none() && d.spec.intent != Intent::Block)
        .flat_map(|deployment| directory.updates(deployment).iter().copied())
        .collect();
    let mut summary = ServerSummary {
        update_count: count(current.len()),
        declined_update_count: count((current & declined).len()),
        custom_computer_target_group_count: count(
            directory.collections.iter().filter(|c| c.record.id != ALL_DEVICES).count(),
        ),
        ..ServerSummary::default()
    };
    for revision in (current - declined).iter().map(sluice_model::RevisionId) {
        let Some(update) = catalog.revision(revision) else { continue };
        let is_approved = approved.contains(&update.id);
        let grave = [Classification::CriticalUpdates, Classification::SecurityUpdates].contains(&update.classification);
        summary.approved_update_count += i32::from(is_approved);
        summary.not_approved_update_count += i32::from(!is_approved);
        summary.critical_or_security_updates_not_approved_for_install_count += i32::from(!is_approved && grave);
        let needed = fleet.revision_devices(revision).is_some_and(|devices| !devices.required.is_empty());
        summary.updates_needed_by_computers_count += i32::from(needed);
        summary.updates_up_to_date_count += i32::from(!needed);
    }
    let mut failed_updates = HashSet::new();
    for row in fleet.devices().filter(|row| row.origin().is_none()) {
        let reported = row.windows.as_ref().and_then(|windows| windows.status.as_ref());
        let entries = reported.map(|status| status.states.entries()).unwrap_or_default();
        let mut failed: Vec<_> = fleet.failures(row).map(|record| record.update).collect();
        failed.extend(entries.iter().filter(|(_, state)| *state == ReportedState::Failed).map(|(update, _)| *update));
        let needs = row.compliance.as_ref().is_some_and(|compliance| !compliance.required.is_empty());
        let up_to_date = row.compliance.as_ref().is_some_and(|compliance| compliance.is_compliant());
        summary.computer_target_count += 1;
        summary.computer_targets_needing_updates_count += i32::from(needs);
        summary.computer_targets_with_update_errors_count += i32::from(!failed.is_empty());
        summary.computers_up_to_date_count += i32::from(up_to_date);
        failed_updates.extend(failed);
    }
    summary.updates_with_client_errors_count = count(failed_updates.len());
    summary
}

/// The site's own Windows devices by kind. The protocol has no words for other systems; they are told one by one.
pub(super) fn clients(fleet: &Fleet) -> Vec<ClientSummary> {
    let mut kinds: BTreeMap<_, ClientSummary> = BTreeMap::new();
    for row in fleet.devices().filter(|row| row.origin().is_none()) {
        let Some(windows) = &row.windows else { continue };
        let computer = &windows.particulars.computer;
        let kind = (computer.os_version, computer.service_pack, computer.product_type, computer.edition);
        let kind = (kind, computer.suite_mask, &computer.locale, &computer.architecture);
        if kinds.len() >= MAX_KINDS && !kinds.contains_key(&kind) {
            continue;
        }
        let summary = kinds.entry(kind).or_insert_with(|| ClientSummary {
            os_major_version: computer.os_version[0],
            os_minor_version: computer.os_version[1],
            os_build_number: computer.os_version[2],
            os_service_pack_major_number: computer.service_pack[0],
            os_service_pack_minor_number: computer.service_pack[1],
            os_locale: computer.locale.clone(),
            suite_mask: computer.suite_mask,
            old_product_type: computer.product_type,
            new_product_type: computer.edition,
            processor_architecture: computer.architecture.clone(),
            ..ClientSummary::default()
        });
        summary.count = summary.count.saturating_add(1);
    }
    kinds.into_values().collect()
}

fn count(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

/// Counts that another server reported, in the order of the specification.
pub(super) fn of_counters(counters: [i32; 18]) -> ServerSummary {
    let [
        update_count,
        declined_update_count,
        approved_update_count,
        not_approved_update_count,
        updates_with_stale_update_approvals_count,
        expired_update_count,
        critical_or_security_updates_not_approved_for_install_count,
        wsus_infrastructure_updates_not_approved_for_install_count,
        updates_with_client_errors_count,
        updates_with_server_errors_count,
        updates_needing_files_count,
        updates_needed_by_computers_count,
        updates_up_to_date_count,
        custom_computer_target_group_count,
        computer_target_count,
        computer_targets_needing_updates_count,
        computer_targets_with_update_errors_count,
        computers_up_to_date_count,
    ] = counters;
    ServerSummary {
        update_count,
        declined_update_count,
        approved_update_count,
        not_approved_update_count,
        updates_with_stale_update_approvals_count,
        expired_update_count,
        critical_or_security_updates_not_approved_for_install_count,
        wsus_infrastructure_updates_not_approved_for_install_count,
        updates_with_client_errors_count,
        updates_with_server_errors_count,
        updates_needing_files_count,
        updates_needed_by_computers_count,
        updates_up_to_date_count,
        custom_computer_target_group_count,
        computer_target_count,
        computer_targets_needing_updates_count,
        computer_targets_with_update_errors_count,
        computers_up_to_date_count,
    }
}
