//! What a simulation of Windows clients did.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::windows::client::OperationFigures;
use crate::windows::install::InstallOutcome;
use crate::windows::scan::ScanOutcome;

/// What a simulation of Windows clients did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WindowsSummary {
    /// Machines.
    pub machines: u32,
    /// The contacts of all machines, by how many each had before; the last may be incomplete.
    pub rounds: Vec<WindowsRound>,
    /// What each operation took.
    pub operations: BTreeMap<&'static str, OperationFigures>,
    /// Bytes of request bodies.
    pub bytes_sent: u64,
    /// Bytes of answers and content as they came.
    pub bytes_received: u64,
    /// Bytes of answers and content after expanding them.
    pub bytes_plain: u64,
    /// Faults and failures by operation and code.
    pub faults: BTreeMap<String, u64>,
    /// Why scans, reports and installations failed.
    pub errors: BTreeMap<String, u64>,
    /// Where the server broke the specification.
    pub complaints: BTreeMap<&'static str, u64>,
    /// From the first to the last contact.
    pub took: Duration,
    /// The time limit ended it.
    pub timed_out: bool,
}

/// One contact of every machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WindowsRound {
    /// Scans that ended well.
    pub scans: u64,
    /// Scans that failed.
    pub failed_scans: u64,
    /// Requests of SyncUpdates.
    pub round_trips: u64,
    /// The most of one scan.
    pub most_round_trips: u64,
    /// Revisions that came new.
    pub new_updates: u64,
    /// Updates found needed, over all machines.
    pub needed: u64,
    /// Updates found installed, over all machines.
    pub installed: u64,
    /// Updates that were installed, those that wait for a restart included.
    pub installs: u64,
    /// Installations that failed.
    pub failed_installs: u64,
    /// Updates that were removed.
    pub uninstalls: u64,
    /// Restarts.
    pub restarts: u64,
    /// Events that the server took.
    pub events: u64,
}

/// Most different errors that are told apart.
const MAX_ERRORS: usize = 100;

/// Counts while it runs.
#[derive(Debug, Default)]
pub(super) struct Counts(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    rounds: Vec<WindowsRound>,
    errors: BTreeMap<String, u64>,
    complaints: BTreeMap<&'static str, u64>,
}

impl Counts {
    fn round(&self, round: u32, count: impl FnOnce(&mut WindowsRound)) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = usize::try_from(round).unwrap_or(usize::MAX);
        while counted.rounds.len() <= at {
            counted.rounds.push(WindowsRound::default());
        }
        if let Some(round) = counted.rounds.get_mut(at) {
            count(round);
        }
    }

    pub(super) fn scanned(&self, round: u32, outcome: &ScanOutcome) {
        self.round(round, |counts| {
            counts.scans += 1;
            counts.round_trips += u64::from(outcome.round_trips);
            counts.most_round_trips = counts.most_round_trips.max(outcome.round_trips.into());
            counts.new_updates += outcome.new_updates as u64;
            counts.needed += outcome.needed.len() as u64;
            counts.installed += outcome.installed.len() as u64;
        });
        if !outcome.complaints.is_empty() {
            let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for complaint in &outcome.complaints {
                *counted.complaints.entry(complaint.kind()).or_default() += 1;
            }
        }
    }

    pub(super) fn scan_failed(&self, round: u32) {
        self.round(round, |counts| counts.failed_scans += 1);
    }

    pub(super) fn installed(&self, round: u32, outcome: &InstallOutcome) {
        self.round(round, |counts| {
            counts.installs += (outcome.installed.len() + outcome.restart_pending.len()) as u64;
            counts.failed_installs += outcome.failed.len() as u64;
            counts.uninstalls += outcome.uninstalled.len() as u64;
        });
        for failed in &outcome.failed {
            self.error(format!("{:?}: 0x{:08X}", failed.stage, failed.hresult));
        }
    }

    pub(super) fn restarted(&self, round: u32) {
        self.round(round, |counts| counts.restarts += 1);
    }

    pub(super) fn reported(&self, round: u32, events: usize) {
        self.round(round, |counts| counts.events += events as u64);
    }

    pub(super) fn error(&self, text: String) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let errors = &mut counted.errors;
        let text = if errors.len() < MAX_ERRORS || errors.contains_key(&text) { text } else { "others".to_owned() };
        *errors.entry(text).or_default() += 1;
    }

    pub(super) fn write_to(&self, summary: &mut WindowsSummary) {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        summary.rounds.clone_from(&counted.rounds);
        summary.errors.clone_from(&counted.errors);
        summary.complaints.clone_from(&counted.complaints);
    }
}
