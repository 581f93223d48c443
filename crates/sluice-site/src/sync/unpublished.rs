//! Which revisions are stored and not served yet. Who was told the highest revision that is served
//! must not take those below it for known: two sources store in turns, and the one that began first
//! may publish last.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use sluice_model::RevisionId;

/// The lowest such revision of each source at work. What is never published, because its run failed,
/// stays until the site starts again and serves it.
#[derive(Default)]
pub(crate) struct Unpublished {
    lowest: Mutex<BTreeMap<u64, RevisionId>>,
    next: AtomicU64,
}

impl Unpublished {
    /// A number for a run.
    pub(crate) fn run(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// A run stored revisions from this one on; to be told before any other source can store.
    pub(crate) fn stored(&self, run: u64, from: RevisionId) {
        let mut lowest = self.lowest.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lowest.entry(run).or_insert(from);
        *known = (*known).min(from);
    }

    /// All that a run stored is served now.
    pub(crate) fn served(&self, run: u64) {
        self.lowest.lock().unwrap_or_else(PoisonError::into_inner).remove(&run);
    }

    /// What is loaded, with the lowest revision that may not be in it.
    pub(crate) fn beside<T>(&self, load: impl FnOnce() -> T) -> (T, Option<RevisionId>) {
        let lowest = self.lowest.lock().unwrap_or_else(PoisonError::into_inner);
        (load(), lowest.values().min().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_of_all_runs_counts_until_it_is_served() {
        let unpublished = Unpublished::default();
        let (first, second) = (unpublished.run(), unpublished.run());
        let lowest = || unpublished.beside(|| ()).1;
        unpublished.stored(first, RevisionId(100));
        unpublished.stored(second, RevisionId(300));
        unpublished.stored(first, RevisionId(400));
        assert_eq!(lowest(), Some(RevisionId(100)));
        unpublished.served(first);
        assert_eq!(lowest(), Some(RevisionId(300)));
        unpublished.served(second);
        assert_eq!(lowest(), None);
    }
}
