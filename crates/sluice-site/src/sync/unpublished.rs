//! Which revisions are stored and not served yet. Who was told the highest revision that is served
//! must not take those below it for known: two sources store in turns, and the one that began first
//! may publish last.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sluice_model::RevisionId;

/// A mark for each run that has such revisions. That of a run which ended before it could serve them
/// stays until somebody else has.
#[derive(Default)]
pub(crate) struct Unpublished {
    marks: Mutex<BTreeMap<u64, Mark>>,
    next: AtomicU64,
}

/// From which revision on a run may have some.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// The lowest that it stored.
    stored: Option<RevisionId>,
    /// Before what the commit under way may store.
    storing: Option<RevisionId>,
    /// Before what commits may have stored of which no answer came.
    unanswered: Option<RevisionId>,
    ended: bool,
}

/// What runs that ended have left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// Nothing below this revision.
    pub(crate) from: RevisionId,
    /// From this one on it may be a run's that is at work and will serve it.
    pub(crate) before: Option<RevisionId>,
}

impl Mark {
    fn lowest(&self) -> Option<RevisionId> {
        lower(self.stored, lower(self.storing, self.unanswered))
    }
}

fn lower(a: Option<RevisionId>, b: Option<RevisionId>) -> Option<RevisionId> {
    [a, b].into_iter().flatten().min()
}

impl Unpublished {
    fn marks(&self) -> MutexGuard<'_, BTreeMap<u64, Mark>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a run.
    pub(crate) fn run(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// A run is about to store revisions, none below this one; to be told while no other source can
    /// store.
    pub(crate) fn storing(&self, run: u64, from: RevisionId) {
        let mut marks = self.marks();
        let mark = marks.entry(run).or_default();
        mark.unanswered = lower(mark.unanswered, mark.storing);
        mark.storing = Some(from);
    }

    /// It stored them, this one the lowest. Not told when it is not known whether it did.
    pub(crate) fn stored(&self, run: u64, from: Option<RevisionId>) {
        self.change(run, |mark| {
            mark.storing = None;
            mark.stored = lower(mark.stored, from);
        });
    }

    /// All that a run knows it stored is served now.
    pub(crate) fn served(&self, run: u64) {
        self.change(run, |mark| mark.stored = None);
    }

    /// A run is over, however it ended.
    pub(crate) fn ended(&self, run: u64) {
        self.change(run, |mark| mark.ended = true);
    }

    fn change(&self, run: u64, change: impl FnOnce(&mut Mark)) {
        let mut marks = self.marks();
        let Some(mark) = marks.get_mut(&run) else { return };
        change(mark);
        if mark.lowest().is_none() {
            marks.remove(&run);
        }
    }

    /// What runs that ended left and that can be served now; to be asked while no source can store.
    pub(crate) fn left(&self) -> Option<Left> {
        let marks = self.marks();
        let lowest = |ended| marks.values().filter(|mark| mark.ended == ended).filter_map(Mark::lowest).min();
        let left = Left { from: lowest(true)?, before: lowest(false) };
        left.before.is_none_or(|before| left.from < before).then_some(left)
    }

    /// What was left is served now.
    pub(crate) fn caught_up(&self, left: Left) {
        self.marks().retain(|_, mark| {
            let ahead = left.before.is_some_and(|before| mark.lowest().is_some_and(|lowest| lowest >= before));
            if !mark.ended || ahead {
                return true;
            }
            // The rest is to be looked at when the others are through.
            *mark = Mark { stored: left.before, ended: true, ..Mark::default() };
            left.before.is_some()
        });
    }

    /// What is loaded, with the lowest revision that may not be in it.
    pub(crate) fn beside<T>(&self, load: impl FnOnce() -> T) -> (T, Option<RevisionId>) {
        let marks = self.marks();
        (load(), marks.values().filter_map(Mark::lowest).min())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lowest(unpublished: &Unpublished) -> Option<u32> {
        unpublished.beside(|| ()).1.map(|revision| revision.0)
    }

    fn store(unpublished: &Unpublished, run: u64, from: u32) {
        unpublished.storing(run, RevisionId(from));
        unpublished.stored(run, Some(RevisionId(from)));
    }

    fn left(unpublished: &Unpublished) -> Option<(u32, Option<u32>)> {
        unpublished.left().map(|left| (left.from.0, left.before.map(|before| before.0)))
    }

    #[test]
    fn the_lowest_of_all_runs_counts_until_it_is_served() {
        let unpublished = Unpublished::default();
        let (first, second) = (unpublished.run(), unpublished.run());
        store(&unpublished, first, 100);
        store(&unpublished, second, 300);
        store(&unpublished, first, 400);
        assert_eq!(lowest(&unpublished), Some(100));
        unpublished.served(first);
        assert_eq!(lowest(&unpublished), Some(300));
        unpublished.served(second);
        unpublished.ended(second);
        assert_eq!((lowest(&unpublished), left(&unpublished)), (None, None));
    }

    #[test]
    fn a_commit_without_an_answer_is_not_taken_for_served() {
        let unpublished = Unpublished::default();
        let run = unpublished.run();
        store(&unpublished, run, 100);
        unpublished.storing(run, RevisionId(200));
        store(&unpublished, run, 300);
        unpublished.served(run);
        assert_eq!((lowest(&unpublished), left(&unpublished)), (Some(200), None));
        unpublished.ended(run);
        assert_eq!(left(&unpublished), Some((200, None)));
        unpublished.caught_up(unpublished.left().unwrap());
        assert_eq!(lowest(&unpublished), None);
    }

    #[test]
    fn what_runs_at_work_stored_is_left_to_them() {
        let unpublished = Unpublished::default();
        let (ended, working) = (unpublished.run(), unpublished.run());
        store(&unpublished, ended, 100);
        store(&unpublished, working, 150);
        unpublished.ended(ended);
        assert_eq!(left(&unpublished), Some((100, Some(150))));
        unpublished.caught_up(unpublished.left().unwrap());
        assert_eq!((lowest(&unpublished), left(&unpublished)), (Some(150), None));
        unpublished.served(working);
        assert_eq!(left(&unpublished), Some((150, None)));
    }
}
