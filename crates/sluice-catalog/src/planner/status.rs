//! How far a deployment has come.
//!
//! Compliance is what is; enforcement records are what devices said while they worked. Where the
//! two differ compliance wins: an update that a device no longer needs is done, whoever did it, and
//! one that it still needs is not, whatever was reported. One exception: an installed update that
//! waits for a restart is not done yet.

use roaring::RoaringBitmap;
use sluice_model::{DeviceNumber, EnforcementState};

use crate::fleet::{DeviceRow, Fleet};

use super::resolved::ResolvedDeployment;

/// Where a device stands in a deployment, from best to worst but for the last two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceDeploymentState {
    /// It needs none of the updates and has none of them.
    NotRequired,
    /// It needs none of the updates any more and has at least one of them.
    Compliant,
    /// All it needed is installed; a restart is pending.
    PendingRestart,
    /// It is working on an update.
    InProgress,
    /// It needs an update and has not said anything about it yet.
    Waiting,
    /// All it still needs is held on the device.
    Held,
    /// An update has failed.
    Failed,
    /// It has not sent an inventory yet.
    Unknown,
}

/// Where each device of a deployment stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeploymentStatus {
    /// How many devices are where.
    pub counts: DeploymentCounts,
    /// Each device, by number.
    pub devices: Vec<DeviceProgress>,
}

/// How many devices are where. Pending restarts and held updates count as in progress: the
/// deployment is not done there, and nothing has failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeploymentCounts {
    /// [`DeviceDeploymentState::Compliant`].
    pub compliant: usize,
    /// In progress, waiting, held, or with a restart pending.
    pub in_progress: usize,
    /// Those of `in_progress` that have not said anything yet.
    pub waiting: usize,
    /// Those of `in_progress` that wait for a restart.
    pub pending_restart: usize,
    /// [`DeviceDeploymentState::Failed`].
    pub failed: usize,
    /// [`DeviceDeploymentState::Unknown`].
    pub unknown: usize,
    /// [`DeviceDeploymentState::NotRequired`].
    pub not_required: usize,
}

/// Where one device stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceProgress {
    /// The device.
    pub device: DeviceNumber,
    /// Its state.
    pub state: DeviceDeploymentState,
    /// Updates of the deployment it has.
    pub installed: u64,
    /// Updates of the deployment it still needs.
    pub open: u64,
}

/// Where each device of a deployment stands. Devices that are gone are left out.
#[must_use]
pub fn deployment_status(fleet: &Fleet, deployment: &ResolvedDeployment) -> DeploymentStatus {
    let updates = super::deployed_revisions(fleet.catalog(), [deployment]);
    let mut status = DeploymentStatus::default();
    for device in deployment.devices.iter().map(DeviceNumber) {
        let Some(row) = fleet.device(device) else { continue };
        let progress = progress(fleet, row, deployment, &updates);
        status.counts.add(progress.state);
        status.devices.push(progress);
    }
    status
}

fn progress(
    fleet: &Fleet,
    row: &DeviceRow,
    deployment: &ResolvedDeployment,
    updates: &RoaringBitmap,
) -> DeviceProgress {
    let device = row.number;
    let Some(compliance) = &row.compliance else {
        return DeviceProgress { device, state: DeviceDeploymentState::Unknown, installed: 0, open: 0 };
    };
    let installed = compliance.installed.intersection_len(updates);
    let open = compliance.applicable.intersection_len(updates);
    let mut state = match (open, installed) {
        (0, 0) => DeviceDeploymentState::NotRequired,
        (0, _) => DeviceDeploymentState::Compliant,
        _ => DeviceDeploymentState::Waiting,
    };
    let mut held = 0;
    let mut busy = false;
    for record in row.enforcement.iter().filter(|record| deployment.deploys(record.update)) {
        let is_open = fleet.is_open(row, record.update);
        match record.state {
            EnforcementState::Unknown => {}
            failed if failed.is_failure() && is_open => state = DeviceDeploymentState::Failed,
            EnforcementState::PendingRestart if open == 0 => state = DeviceDeploymentState::PendingRestart,
            EnforcementState::Held if is_open => held += 1,
            _ => busy |= is_open,
        }
    }
    if state == DeviceDeploymentState::Waiting {
        if held == open {
            state = DeviceDeploymentState::Held;
        } else if busy {
            state = DeviceDeploymentState::InProgress;
        }
    }
    DeviceProgress { device, state, installed, open }
}

impl DeploymentCounts {
    fn add(&mut self, state: DeviceDeploymentState) {
        use DeviceDeploymentState as S;
        match state {
            S::NotRequired => self.not_required += 1,
            S::Compliant => self.compliant += 1,
            S::Failed => self.failed += 1,
            S::Unknown => self.unknown += 1,
            S::PendingRestart | S::InProgress | S::Waiting | S::Held => self.in_progress += 1,
        }
        self.waiting += usize::from(state == S::Waiting);
        self.pending_restart += usize::from(state == S::PendingRestart);
    }
}
