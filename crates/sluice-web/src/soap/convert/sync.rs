use sluice_site::windows::sync::{OfferedUpdate, SyncAnswer};
use sluice_wsus::messages::shared::{SyncInfo, UpdateInfo};

use super::{deployment, fragment, issued};

/// A round of a scan.
pub(crate) fn sync_info(answer: &SyncAnswer) -> SyncInfo<'_> {
    SyncInfo {
        new_updates: answer.new.iter().map(update_info).collect(),
        out_of_scope_revision_ids: answer.out_of_scope.clone(),
        changed_updates: answer.changed.iter().map(update_info).collect(),
        truncated: answer.truncated,
        new_cookie: answer.cookie.clone().map(issued),
        deployed_out_of_scope_revision_ids: answer.outside_filter.clone(),
        driver_sync_not_needed: answer.no_drivers,
        ..SyncInfo::default()
    }
}

pub(super) fn update_info(update: &OfferedUpdate) -> UpdateInfo<'_> {
    UpdateInfo {
        id: update.id,
        deployment: Some(deployment(update.deployment.clone())),
        is_leaf: update.leaf,
        xml: update.core.as_ref().map(fragment),
    }
}
