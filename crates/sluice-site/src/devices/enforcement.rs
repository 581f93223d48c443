//! How far deployments have come on devices.

use jiff::Timestamp;
use sluice_catalog::{self as catalog, Fleet};
use sluice_model::{DeploymentId, DeviceId, EnforcementState, ErrorCode, UpdateId};
use sluice_store::enforcement;

/// How far a deployed update has come on a device.
#[derive(Clone, Debug, PartialEq)]
pub struct Enforcement {
    /// The device.
    pub device: DeviceId,
    /// Its name.
    pub device_name: String,
    /// The update.
    pub update: UpdateId,
    /// Its title.
    pub title: String,
    /// For which deployment.
    pub deployment: Option<DeploymentId>,
    /// The state.
    pub state: EnforcementState,
    /// What went wrong.
    pub error: Option<ErrorCode>,
    /// One line more.
    pub detail: String,
    /// End of the package manager's output.
    pub output: String,
    /// Since when.
    pub at: Timestamp,
}

/// What the snapshot knows; the output is in the store.
pub(crate) fn enforcement_view(
    fleet: &Fleet,
    row: &catalog::DeviceRow,
    record: &catalog::EnforcementRecord,
) -> Enforcement {
    Enforcement {
        device: row.id,
        device_name: row.name.to_string(),
        update: record.update,
        title: title(fleet, record.update),
        deployment: record.deployment,
        state: record.state,
        error: record.code,
        detail: record.detail.to_string(),
        output: String::new(),
        at: record.at,
    }
}

pub(super) fn stored_enforcement_view(
    fleet: &Fleet,
    row: &catalog::DeviceRow,
    record: enforcement::EnforcementRecord,
) -> Enforcement {
    Enforcement {
        device: row.id,
        device_name: row.name.to_string(),
        title: title(fleet, record.update),
        update: record.update,
        deployment: record.deployment,
        state: record.state,
        error: record.code,
        detail: record.detail,
        output: record.output,
        at: record.at,
    }
}

fn title(fleet: &Fleet, update: UpdateId) -> String {
    fleet.catalog().update(update).map_or_else(|| update.to_string(), |(_, update)| update.title.clone())
}
