//! Runs of updates in packed answers.
//!
//! Small fragments are packed together, because alone they become twice as large. Where a run ends depends on its
//! last update only, so two pages with most updates in common have most runs in common, too.

use std::sync::Arc;

use bytes::Bytes;
use sluice_model::{CollectionId, RevisionId};

use super::super::protocol::Protocol;
use super::super::view::WindowsView;
use super::Key;

/// Updates of a run, on average and at most: about a block of Xpress.
const USUAL: u32 = 8;
const MOST: usize = 16;

/// A run of updates that go into an answer.
#[derive(Debug)]
pub struct Section<T> {
    /// The updates; none if it is ready.
    pub updates: Vec<T>,
    /// Ready blocks.
    pub ready: Option<Bytes>,
    /// Where the blocks can be kept, if it is not ready.
    pub place: Option<SectionPlace>,
}

impl<T> Default for Section<T> {
    fn default() -> Self {
        Self { updates: Vec::new(), ready: None, place: None }
    }
}

/// Where the blocks of a run can be kept.
pub struct SectionPlace {
    view: Arc<WindowsView>,
    key: SectionKey,
}

impl std::fmt::Debug for SectionPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SectionPlace").finish_non_exhaustive()
    }
}

impl SectionPlace {
    /// Keeps the blocks of the run that this is the place for.
    pub fn keep(&self, blocks: &[u8]) {
        // A copy: what it was written into has room to spare.
        self.view.answers().runs.put(Key::new(&[&self.key.0]), Bytes::copy_from_slice(blocks), blocks.len());
    }
}

/// What a run depends on.
pub(crate) struct SectionKey(Vec<u8>);

impl SectionKey {
    /// New updates for clients in these deployed-to collections.
    pub(crate) fn new_updates(collections: &[CollectionId], protocol: Protocol) -> Self {
        let mut bytes = Vec::with_capacity(64 + collections.len() * 16);
        bytes.push(b'n');
        bytes.extend_from_slice(&protocol.major.to_be_bytes());
        bytes.extend_from_slice(&protocol.minor.to_be_bytes());
        bytes.extend_from_slice(&(collections.len() as u64).to_be_bytes());
        collections.iter().for_each(|id| bytes.extend_from_slice(id.0.as_bytes()));
        Self(bytes)
    }

    /// More about updates, the same for all clients.
    pub(crate) fn more() -> Self {
        let mut bytes = Vec::with_capacity(256);
        bytes.push(b'm');
        Self(bytes)
    }

    /// With something that is in the run.
    pub(crate) fn with<'a>(&self, revisions: impl Iterator<Item = (RevisionId, u8, &'a str)>) -> Self {
        let mut bytes = self.0.clone();
        for (revision, kind, language) in revisions {
            bytes.extend_from_slice(&revision.0.to_be_bytes());
            bytes.push(kind);
            bytes.extend_from_slice(&(language.len() as u64).to_be_bytes());
            bytes.extend_from_slice(language.as_bytes());
        }
        Self(bytes)
    }

    /// The run, if it is there; else the place for it.
    pub(crate) fn find(self, view: &Arc<WindowsView>) -> Result<Bytes, SectionPlace> {
        match view.answers().runs.get(Key::new(&[&self.0])) {
            Some(entry) => Ok(entry.value.clone()),
            None => Err(SectionPlace { view: Arc::clone(view), key: self }),
        }
    }
}

/// The runs of a list, of which each item is of a revision and small, or else a run of its own.
pub(crate) fn runs<T>(items: Vec<T>, about: impl Fn(&T) -> (RevisionId, bool)) -> Vec<(bool, Vec<T>)> {
    let mut runs: Vec<(bool, Vec<T>)> = Vec::new();
    let mut open = false;
    for item in items {
        let (revision, small) = about(&item);
        match runs.last_mut().filter(|_| open && small) {
            Some((_, run)) => run.push(item),
            None => runs.push((small, vec![item])),
        }
        // The high bits of the product depend on all of the number (Knuth).
        let ends = revision.0.wrapping_mul(0x9E37_79B1) >> 16 & (USUAL - 1) == 0;
        open = small && !ends && runs.last().is_some_and(|(_, run)| run.len() < MOST);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: impl Iterator<Item = u32>) -> Vec<(bool, Vec<u32>)> {
        runs(numbers.collect(), |number| (RevisionId(*number), number % 100 != 50))
    }

    #[test]
    fn runs_are_all_of_the_list() {
        let found = of(0..1000);
        assert_eq!(found.iter().flat_map(|(_, run)| run).copied().collect::<Vec<_>>(), (0..1000).collect::<Vec<_>>());
        assert!(found.iter().all(|(small, run)| run.len() <= MOST && (*small || run.len() == 1)));
        assert_eq!(found.iter().filter(|(small, _)| !small).count(), 10);
        assert!((90..200).contains(&found.len()), "{}", found.len());
        assert_eq!(of(0..0), []);
    }

    #[test]
    fn lists_that_differ_in_one_have_the_other_runs_in_common() {
        let (all, other) = (of(0..300), of((0..300).filter(|number| *number != 77)));
        let common = all.iter().filter(|run| other.contains(run)).count();
        assert!(common + 3 >= all.len(), "{common} of {}", all.len());
    }
}
