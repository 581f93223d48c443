//! How far a deployment has come.
//!
//! Compliance is what is; enforcement records are what devices said while they worked. Where the
//! two differ compliance wins: an update that a device no longer needs is done, whoever did it, and
//! one that it still needs is not, whatever was reported. One exception: an installed update that
//! waits for a restart is not done yet.
//!
//! A deployment that uninstalls is open where the updates still are, and done where they could be
//! and are not. One that blocks asks nothing of devices: none has work left.

use roaring::RoaringBitmap;
use sluice_model::{DeviceNumber, EnforcementState, Intent, UpdateId};

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
    /// It has not reported yet, or not about these updates.
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
    /// Updates of the deployment it is done with: has, or of an uninstallation no longer has.
    pub installed: u64,
    /// Updates of the deployment that are still to be installed or uninstalled.
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
    let required = compliance.applicable.intersection_len(updates);
    let (done, open) = match deployment.deployment.spec.intent {
        Intent::Required | Intent::Available => (installed, required),
        Intent::Uninstall => (required, installed),
        Intent::Block => (0, 0),
    };
    let mut state = match (open, done) {
        // An update newer than the device's last status may be required there.
        (0, 0) if fleet.is_unknown(row, updates) => DeviceDeploymentState::Unknown,
        (0, 0) => DeviceDeploymentState::NotRequired,
        (0, _) => DeviceDeploymentState::Compliant,
        _ => DeviceDeploymentState::Waiting,
    };
    let mut held = 0;
    let mut busy = false;
    for record in row.enforcement.iter().filter(|record| deployment.deploys(record.update)) {
        let is_open = is_open(fleet, row, record.update, deployment.deployment.spec.intent);
        match record.state {
            EnforcementState::Unknown | EnforcementState::Uninstalled => {}
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
    DeviceProgress { device, state, installed: done, open }
}

/// Whether a deployment still has work on an update on a device.
fn is_open(fleet: &Fleet, row: &DeviceRow, update: UpdateId, intent: Intent) -> bool {
    match intent {
        Intent::Required | Intent::Available => fleet.is_open(row, update),
        Intent::Uninstall => {
            let (compliance, revision) = (row.compliance.as_ref(), fleet.catalog().current(update));
            compliance.zip(revision).is_some_and(|(compliance, revision)| compliance.installed.contains(revision.0))
        }
        Intent::Block => false,
    }
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
