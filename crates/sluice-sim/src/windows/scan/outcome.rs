//! What a scan found.

use jiff::Timestamp;
use sluice_model::id::UpdateId;
use sluice_wsus::messages::shared::DeploymentAction;

use super::Complaint;
use crate::windows::client::Reaction;

/// What an update is to a machine, as its reports say it (protocols.md §4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UpdateStatus {
    /// Installed.
    Installed,
    /// Needed.
    Needed,
    /// Needed and downloaded.
    Downloaded,
    /// Needed; downloading, installing or removing it failed.
    Failed,
    /// Installed, and the machine has to restart.
    RestartPending,
    /// Neither installed nor needed.
    NotApplicable,
    /// Its rules do not tell.
    Unknown,
}

/// A revision that a server offers for itself: neither only to be evaluated nor only as a part of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The update.
    pub update: UpdateId,
    /// Its revision.
    pub revision: u32,
    /// Number of the revision on the server.
    pub revision_id: i32,
    /// What to do.
    pub action: DeploymentAction,
    /// Until when.
    pub deadline: Option<Timestamp>,
    /// What to download first: 1 low, 2 normal, 3 high.
    pub priority: u8,
    /// What it is to the machine.
    pub status: UpdateStatus,
    /// It consists of others.
    pub is_bundle: bool,
    /// It is a driver.
    pub is_driver: bool,
}

/// What a scan found.
#[derive(Clone, Debug, Default)]
pub struct ScanOutcome {
    /// Everything that is offered for itself, whatever the machine needs, by number of the revision.
    pub offered: Vec<Offer>,
    /// What the machine needs, as its report says.
    pub needed: Vec<UpdateId>,
    /// What is installed, as its report says.
    pub installed: Vec<UpdateId>,
    /// What the next [`install`](crate::windows::WindowsClient::install) would install if it were due.
    pub to_install: Vec<UpdateId>,
    /// What it would remove.
    pub to_uninstall: Vec<UpdateId>,
    /// Revisions that came new.
    pub new_updates: usize,
    /// Revisions whose deployment changed.
    pub changed: usize,
    /// Revisions that are no longer in scope.
    pub out_of_scope: usize,
    /// Requests of SyncUpdates: at most 200.
    pub round_trips: u32,
    /// Those of them that were software rounds.
    pub software_rounds: u32,
    /// Bytes of answers to SyncUpdates and GetExtendedUpdateInfo, as they came.
    pub bytes: u64,
    /// Whether the driver pass was made.
    pub driver_pass: bool,
    /// What faults made the agent do, in order.
    pub reactions: Vec<Reaction>,
    /// Revisions in the agent's cache afterwards.
    pub cached: usize,
    /// Where the server broke the specification: should be empty.
    pub complaints: Vec<Complaint>,
}

impl ScanOutcome {
    /// What is offered of an update.
    #[must_use]
    pub fn offer(&self, update: UpdateId) -> Option<&Offer> {
        self.offered.iter().find(|offer| offer.update == update)
    }
}
