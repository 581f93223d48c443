//! What the agent knows in each state.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_wire::Inventory;
use uuid::Uuid;

use crate::backend::{Batch, Failure, Wanted};
use crate::state::journal::Journal;

/// An attempt to come to a good check-in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Attempt {
    /// Failures in a row before this one.
    pub(crate) failures: u32,
}

/// A round: one look at the device and what follows from it.
#[derive(Debug)]
pub(crate) struct Round {
    /// What the device looks like.
    pub(crate) inventory: Box<Inventory>,
    /// Failures in a row; 0 after a good check-in.
    pub(crate) failures: u32,
    /// When to check in again, seconds since 1970.
    pub(crate) next_check_in: i64,
}

/// A wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pause {
    /// Until when, seconds since 1970.
    pub(crate) until: i64,
    /// Failures in a row so far.
    pub(crate) failures: u32,
}

/// How far work goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// To the files being there.
    Prepare,
    /// To the end.
    Install,
}

/// Updates to bring to the device.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) kind: Kind,
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) patience: Patience,
    /// Updates that cannot be done, and why.
    pub(crate) refused: HashMap<Uuid, Failure>,
}

/// How long the agent waits for things; from the policy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For another package operation, seconds.
    pub(crate) lock: u64,
    /// Before a failed update is tried again for the first time, seconds.
    pub(crate) retry: u64,
}

impl Default for Patience {
    /// Without a policy.
    fn default() -> Self {
        Self { lock: 300, retry: 900 }
    }
}

/// An installation that was interrupted.
#[derive(Debug)]
pub(crate) struct Recovery {
    pub(crate) journal: Journal,
    pub(crate) patience: Patience,
}

/// A wait for another package operation.
#[derive(Debug)]
pub(crate) struct LockWait {
    /// Since when, seconds since 1970.
    pub(crate) since: i64,
    /// Who holds the lock, in words.
    pub(crate) holder: String,
    /// What comes then.
    pub(crate) then: AfterLock,
}

/// What waits for the lock.
#[derive(Debug)]
pub(crate) enum AfterLock {
    Recover(Recovery),
    Refresh(Work),
}

/// Work with a plan in which everything is approved.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) work: Work,
    pub(crate) batches: Vec<Batch>,
}

/// What came of work, before the package database is read.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) work: Work,
    /// What the package manager said, for each update it worked on.
    pub(crate) output: HashMap<Uuid, Arc<str>>,
    /// Packages that came along.
    pub(crate) new_packages: Vec<String>,
    /// Recovered from an interruption: may be tried again at once.
    pub(crate) interrupted: bool,
}

impl Outcome {
    /// Of work that ended before anything was done.
    pub(crate) fn nothing_done(work: Work) -> Self {
        Self { work, output: HashMap::new(), new_packages: Vec::new(), interrupted: false }
    }
}

impl Work {
    /// Refuses everything that is not refused yet.
    pub(crate) fn refuse_all(&mut self, failure: &Failure) {
        self.refuse_all_but(failure, |_| false);
    }

    /// Refuses everything that is not refused yet, except what `keep` says.
    pub(crate) fn refuse_all_but(&mut self, failure: &Failure, keep: impl Fn(&Wanted) -> bool) {
        for update in self.wanted.iter().filter(|update| !keep(update)) {
            self.refused.entry(update.update).or_insert_with(|| failure.clone());
        }
    }

    /// What is not refused.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Wanted> {
        self.wanted.iter().filter(|update| !self.refused.contains_key(&update.update))
    }
}
