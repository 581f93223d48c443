//! How far an agent is with what it installs.

use std::collections::BTreeMap;

use sluice_model::id::UpdateId;

use crate::windows::machine::Undo;
use crate::windows::scan::{State, UpdateStatus};

/// How far an agent is with what it installs.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Progress {
    /// Updates that were downloaded and not installed.
    pub downloaded: std::collections::BTreeSet<UpdateId>,
    /// Updates that failed last, and how often.
    pub failed: BTreeMap<UpdateId, u32>,
    /// What takes effect with the next restart.
    pub pending: Vec<Pending>,
    /// How to take back what was installed.
    pub undo: BTreeMap<UpdateId, Vec<Undo>>,
}

/// An update that takes effect with the next restart.
#[derive(Clone, Debug)]
pub(in super::super) struct Pending {
    /// The update that was approved.
    pub update: UpdateId,
    /// The parts of it that are changed: itself, or members.
    pub parts: Vec<i32>,
    /// Whether it is removed instead of installed.
    pub removal: bool,
}

impl Progress {
    pub(in super::super) fn restart_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// What an update is, with what happened to it since.
    pub(in super::super) fn status(&self, update: UpdateId, state: State) -> UpdateStatus {
        if self.pending.iter().any(|pending| pending.update == update) {
            return UpdateStatus::RestartPending;
        }
        match state {
            State::Installed if self.failed.contains_key(&update) => UpdateStatus::Failed,
            State::Installed => UpdateStatus::Installed,
            State::Installable if self.failed.contains_key(&update) => UpdateStatus::Failed,
            State::Installable if self.downloaded.contains(&update) => UpdateStatus::Downloaded,
            State::Installable => UpdateStatus::Needed,
            State::NotApplicable => UpdateStatus::NotApplicable,
            State::Unknown => UpdateStatus::Unknown,
        }
    }

    /// How often an update failed so far, this failure included.
    pub(in super::super) fn count_failure(&mut self, update: UpdateId) -> u32 {
        let times = self.failed.entry(update).or_default();
        *times = times.saturating_add(1);
        *times
    }

    pub(in super::super) fn is_done(&mut self, update: UpdateId) {
        self.failed.remove(&update);
        self.downloaded.remove(&update);
    }
}
