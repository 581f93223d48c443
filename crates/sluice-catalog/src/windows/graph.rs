//! How Windows updates depend on each other, in both directions, over the whole catalog.

use std::sync::Arc;

use roaring::RoaringBitmap;
use sluice_model::{RevisionId, UpdateId, WindowsContent};

use crate::cow::CowMap;

/// The edges between Windows updates that cannot be read off one update. Part of the catalog, which
/// brings it along at each change.
#[derive(Clone, Debug, Default)]
pub struct WindowsGraph {
    /// Current revisions of every kind.
    current: RoaringBitmap,
    /// The revisions, current or not, that name an update as prerequisite or category.
    named: CowMap<UpdateId, Arc<RoaringBitmap>>,
    /// The current revisions that supersede an update, sorted.
    superseders: CowMap<UpdateId, Arc<[RevisionId]>>,
}

impl WindowsGraph {
    /// Whether any revision in the catalog, current or not, names an update as prerequisite or
    /// category. If so it is no leaf (protocols.md §3.5, Q28).
    #[must_use]
    pub fn is_named(&self, update: UpdateId) -> bool {
        self.named.get(&update).is_some()
    }

    /// Current revisions of every kind.
    pub(crate) fn current(&self) -> &RoaringBitmap {
        &self.current
    }

    /// The revisions, current or not, that name an update.
    pub(crate) fn naming(&self, update: UpdateId) -> Option<&RoaringBitmap> {
        self.named.get(&update).map(Arc::as_ref)
    }

    /// The current revisions that supersede an update, sorted.
    pub(crate) fn superseders(&self, update: UpdateId) -> &[RevisionId] {
        self.superseders.get(&update).map_or(&[], |revisions| revisions)
    }

    /// Adds a revision, current or not, to those that name some updates.
    pub(crate) fn note(&mut self, id: RevisionId, names: impl Iterator<Item = UpdateId>) {
        for named in names {
            match self.named.get_mut(&named) {
                Some(revisions) => drop(Arc::make_mut(revisions).insert(id.0)),
                None => self.named.insert(named, Arc::new(RoaringBitmap::from([id.0]))),
            }
        }
    }

    /// Adds a revision that became current.
    pub(crate) fn join(&mut self, id: RevisionId, content: &WindowsContent) {
        self.current.insert(id.0);
        for superseded in &content.supersedes {
            let mut revisions = self.superseders(*superseded).to_vec();
            if let Err(place) = revisions.binary_search(&id) {
                revisions.insert(place, id);
                self.superseders.insert(*superseded, revisions.into());
            }
        }
    }

    /// Takes out a revision that is no longer current.
    pub(crate) fn leave(&mut self, id: RevisionId, content: &WindowsContent) {
        self.current.remove(id.0);
        for superseded in &content.supersedes {
            let left: Vec<_> = self.superseders(*superseded).iter().copied().filter(|known| *known != id).collect();
            if left.is_empty() {
                self.superseders.remove(superseded);
            } else {
                self.superseders.insert(*superseded, left.into());
            }
        }
    }

    /// As text in which equal graphs are equal.
    #[cfg(test)]
    pub(crate) fn dump(&self) -> String {
        let mut named: Vec<_> = self.named.iter().map(|(id, by)| (id, by.iter().collect::<Vec<_>>())).collect();
        named.sort();
        let mut superseders: Vec<_> = self.superseders.iter().collect();
        superseders.sort();
        format!("{:?} {named:?} {superseders:?}", self.current.iter().collect::<Vec<_>>())
    }
}
