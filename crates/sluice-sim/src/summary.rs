//! What a simulation did.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What a simulation did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Devices enrolled.
    pub enrolled: u64,
    /// Time that took.
    pub enrolment: Duration,
    /// The contacts of all devices, round by round; the last may be incomplete.
    pub rounds: Vec<RoundSummary>,
    /// Bytes of requests.
    pub bytes_sent: u64,
    /// The time limit ended it.
    pub timed_out: bool,
    /// What went wrong, and how often.
    pub errors: BTreeMap<String, u64>,
}

/// One contact of every device.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RoundSummary {
    /// Check-ins.
    pub check_ins: u64,
    /// Inventories sent whole.
    pub whole_inventories: u64,
    /// Inventories sent as a difference.
    pub differences: u64,
    /// Reports acknowledged.
    pub reports: u64,
    /// Updates said to be installed.
    pub installed: u64,
    /// Updates said to have failed.
    pub failed: u64,
    /// From the first to the last contact.
    pub took: Duration,
}

/// Counts of the round under way.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) check_ins: AtomicU64,
    pub(crate) whole: AtomicU64,
    pub(crate) differences: AtomicU64,
    pub(crate) reports: AtomicU64,
    pub(crate) installed: AtomicU64,
    pub(crate) failed: AtomicU64,
    errors: Mutex<BTreeMap<String, u64>>,
}

/// Most different errors that are told apart.
const MAX_ERRORS: usize = 20;

impl Counts {
    pub(crate) fn error(&self, error: &dyn std::error::Error) {
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let text = error.to_string();
        let text = if errors.len() < MAX_ERRORS || errors.contains_key(&text) { text } else { "others".to_owned() };
        *errors.entry(text).or_default() += 1;
    }

    pub(crate) fn round(&self, took: Duration) -> RoundSummary {
        let take = |count: &AtomicU64| count.swap(0, Ordering::Relaxed);
        RoundSummary {
            check_ins: take(&self.check_ins),
            whole_inventories: take(&self.whole),
            differences: take(&self.differences),
            reports: take(&self.reports),
            installed: take(&self.installed),
            failed: take(&self.failed),
            took,
        }
    }

    pub(crate) fn errors(&self) -> BTreeMap<String, u64> {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub(crate) fn one_more(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}
