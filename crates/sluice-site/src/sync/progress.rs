//! How far a run has come, for everybody who watches.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use sluice_model::{SyncPhase, SyncProgress};

use crate::host::Clock;

/// Watchers hear of fetched bytes each time this many more have come.
const NOTIFY_STEP: u64 = 1 << 20;

/// Shared between the run and its watchers.
pub(crate) struct Progress {
    clock: Arc<dyn Clock>,
    now: Mutex<SyncProgress>,
    /// Units of the phase done.
    done: AtomicU64,
    /// Bytes fetched in the whole run.
    bytes: AtomicU64,
    notify: Box<dyn Fn() + Send + Sync>,
}

impl Progress {
    pub(super) fn new(clock: Arc<dyn Clock>, notify: impl Fn() + Send + Sync + 'static) -> Self {
        let started = clock.now();
        let now = SyncProgress { phase: SyncPhase::Releases, done: 0, total: 0, item: String::new(), started };
        Self {
            clock,
            now: Mutex::new(now),
            done: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            notify: Box::new(notify),
        }
    }

    fn change(&self, change: impl FnOnce(&mut SyncProgress, Timestamp)) {
        let now = self.clock.now();
        change(&mut self.now.lock().unwrap_or_else(PoisonError::into_inner), now);
        (self.notify)();
    }

    /// Begins a phase.
    pub(crate) fn phase(&self, phase: SyncPhase, total: u64, item: &str) {
        self.done.store(0, Ordering::Relaxed);
        self.change(|p, now| {
            *p = SyncProgress { phase, done: 0, total, item: item.to_owned(), started: now };
        });
    }

    /// Says what is being worked on.
    pub(crate) fn item(&self, item: &str) {
        self.change(|p, _| item.clone_into(&mut p.item));
    }

    /// Says how many documents have come of how many, and how many of them were refused.
    pub(crate) fn documents(&self, done: u64, total: u64, refused: u64) {
        let bytes = self.bytes();
        self.change(|p, _| {
            (p.done, p.total) = (done, total);
            p.item = format!("{done} of {total} documents, {} KiB, {refused} refused", bytes >> 10);
        });
    }

    /// Counts fetched bytes, which are the units of [`SyncPhase::Updates`].
    pub(crate) fn fetched(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let before = self.done.fetch_add(bytes, Ordering::Relaxed);
        if before / NOTIFY_STEP != before.saturating_add(bytes) / NOTIFY_STEP {
            (self.notify)();
        }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The state now.
    pub(super) fn get(&self) -> SyncProgress {
        let mut progress = self.now.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if progress.phase == SyncPhase::Updates {
            let done = self.done.load(Ordering::Relaxed);
            progress.done = if progress.total == 0 { done } else { done.min(progress.total) };
        }
        progress
    }
}
