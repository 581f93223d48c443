//! What the catalog keeps of Windows updates beside what it keeps of all, and what administrators
//! decided about updates of either family.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashSet;
use sluice_model::{CategoryId, CategoryKind, RevisionId, RevisionRef, Update, UpdateId, WindowsContent};

use super::Catalog;
use crate::windows::WindowsGraph;

/// Updates walked along one chain of supersedence at most. A cumulative update supersedes a few
/// hundred; more is bad data, and lists end there.
const MAX_CHAIN: usize = 10_000;

impl Catalog {
    /// How Windows updates depend on each other.
    #[must_use]
    pub fn windows(&self) -> &Arc<WindowsGraph> {
        &self.windows
    }

    /// The current revisions of all Windows updates, also of categories, detectoids and members of
    /// bundles.
    #[must_use]
    pub fn current_windows(&self) -> &RoaringBitmap {
        self.windows.current()
    }

    /// A revision by its identity.
    #[must_use]
    pub fn exact(&self, wanted: RevisionRef) -> Option<RevisionId> {
        let numbered = |id: &&RevisionId| self.revision(**id).is_some_and(|update| update.number == wanted.number);
        self.revisions_of(wanted.update).iter().rev().find(numbered).copied()
    }

    /// Whether no revision in the whole catalog names the update of a revision as prerequisite or
    /// category (`IsLeaf`; protocols.md §3.5, Q28).
    #[must_use]
    pub fn is_leaf(&self, id: RevisionId) -> bool {
        self.revision(id).is_none_or(|update| !self.windows.is_named(update.id))
    }

    /// The updates that are leaves now and are none once some updates arrive. Clients must be told
    /// (protocols.md §3.5), so an import raises their change counters.
    #[must_use]
    pub fn new_non_leaves<'a>(&self, arriving: impl IntoIterator<Item = &'a Update>) -> Vec<UpdateId> {
        let contents = arriving.into_iter().filter_map(|update| update.content.windows());
        let named: FxHashSet<UpdateId> = contents.flat_map(named).collect();
        let flips = |id: &UpdateId| !self.windows.is_named(*id) && self.current(*id).is_some();
        let mut flipped: Vec<_> = named.into_iter().filter(flips).collect();
        flipped.sort_unstable();
        flipped
    }

    /// The products of the update as a revision describes it, sorted: those it says it has, and
    /// products among its prerequisites that are not marked as such (Q73, protocols.md §6.2).
    #[must_use]
    pub fn products_of(&self, id: RevisionId) -> Vec<CategoryId> {
        self.revision(id).map_or_else(Vec::new, |update| self.products_of_update(update))
    }

    pub(super) fn products_of_update(&self, update: &Update) -> Vec<CategoryId> {
        let is_product =
            |id: &CategoryId| self.categories.get(*id).is_some_and(|known| known.kind == CategoryKind::Product);
        let prerequisites = update.content.windows().into_iter().flat_map(named).map(|id| CategoryId(id.0));
        let mut products = update.products.clone();
        products.extend(prerequisites.filter(is_product));
        products.sort_unstable();
        products.dedup();
        products
    }

    /// Whether an administrator declined an update: it is offered to nobody.
    #[must_use]
    pub fn is_declined(&self, id: UpdateId) -> bool {
        self.declined_updates.contains(&id)
    }

    /// The current revisions of declined updates.
    #[must_use]
    pub fn declined_revisions(&self) -> &RoaringBitmap {
        &self.declined
    }

    /// The counter of the last change in what Windows clients are told of an update; 0: never.
    #[must_use]
    pub fn change_of(&self, id: UpdateId) -> u64 {
        self.changes.get(&id).copied().unwrap_or_default()
    }

    /// The highest change counter handed out.
    #[must_use]
    pub fn last_change(&self) -> u64 {
        self.last_change
    }

    pub(super) fn is_windows(&self, id: RevisionId) -> bool {
        self.content(id).is_some()
    }

    fn content(&self, id: RevisionId) -> Option<&WindowsContent> {
        self.revision(id)?.content.windows()
    }

    /// Takes a revision, about to be replaced or described anew, out of what is kept of current
    /// Windows revisions.
    pub(super) fn leave_windows(&mut self, id: Option<RevisionId>) {
        let Some((id, update)) = self.windows_update(id) else { return };
        let Some(content) = update.content.windows() else { return };
        let products = Arc::make_mut(&mut self.products);
        // Whatever may have counted as a product when the revision joined.
        for product in update.products.iter().copied().chain(named(content).map(|id| CategoryId(id.0))) {
            if let Some(revisions) = products.get_mut(&product) {
                revisions.remove(id.0);
                if revisions.is_empty() {
                    products.remove(&product);
                }
            }
        }
        Arc::make_mut(&mut self.windows).leave(id, content);
        Arc::make_mut(&mut self.expired).remove(id.0);
        Arc::make_mut(&mut self.superseded).remove(id.0);
        for superseded in &content.supersedes {
            self.mark_superseded(*superseded);
        }
    }

    /// The opposite of [`Self::leave_windows`]; `fresh` is the revision if it was not known before,
    /// current or not.
    pub(super) fn join_windows(&mut self, id: Option<RevisionId>, fresh: Option<RevisionId>) {
        if let Some((fresh, update)) = self.windows_update(fresh)
            && let Some(content) = update.content.windows()
        {
            Arc::make_mut(&mut self.windows).note(fresh, named(content));
        }
        let Some((id, update)) = self.windows_update(id) else { return };
        let Some(content) = update.content.windows() else { return };
        Arc::make_mut(&mut self.windows).join(id, content);
        if update.is_listed() {
            let of_update = self.products_of_update(&update);
            let products = Arc::make_mut(&mut self.products);
            for product in of_update {
                products.entry(product).or_default().insert(id.0);
            }
            if content.expired {
                Arc::make_mut(&mut self.expired).insert(id.0);
            }
        }
        self.mark_superseded(update.id);
        for superseded in &content.supersedes {
            self.mark_superseded(*superseded);
        }
    }

    fn windows_update(&self, id: Option<RevisionId>) -> Option<(RevisionId, Arc<Update>)> {
        let id = id?;
        let update = self.revision(id)?;
        update.content.windows().is_some().then(|| (id, Arc::clone(update)))
    }

    /// Adds what names new products as prerequisites to them.
    pub(super) fn join_products(&mut self, categories: &[CategoryId]) {
        for id in categories {
            if self.categories.get(*id).is_none_or(|category| category.kind != CategoryKind::Product) {
                continue;
            }
            let naming = self.windows.naming(UpdateId(id.0)).map(|naming| naming & self.windows.current());
            let listed = naming.map(|naming| naming & &*self.current).filter(|listed| !listed.is_empty());
            if let Some(listed) = listed {
                *Arc::make_mut(&mut self.products).entry(*id).or_default() |= listed;
            }
        }
    }

    pub(super) fn decline(&mut self, update: UpdateId, declined: bool) {
        let current = self.current(update);
        let (updates, revisions) = (Arc::make_mut(&mut self.declined_updates), Arc::make_mut(&mut self.declined));
        if declined {
            updates.insert(update);
            revisions.extend(current.map(|revision| revision.0));
        } else {
            updates.remove(&update);
            if let Some(current) = current {
                revisions.remove(current.0);
            }
        }
    }

    /// The declined state of an update stays with its current revision.
    pub(super) fn move_declined(&mut self, update: UpdateId, before: Option<RevisionId>, after: Option<RevisionId>) {
        if self.declined_updates.contains(&update) {
            let revisions = Arc::make_mut(&mut self.declined);
            if let Some(before) = before {
                revisions.remove(before.0);
            }
            revisions.extend(after.map(|revision| revision.0));
        }
    }

    fn mark_superseded(&mut self, update: UpdateId) {
        let Some(current) = self.current(update) else { return };
        if !self.is_windows(current) {
            return;
        }
        let superseded = !self.windows_superseded_by(current).is_empty();
        if superseded != self.superseded.contains(current.0) {
            let all = Arc::make_mut(&mut self.superseded);
            if superseded {
                all.insert(current.0)
            } else {
                all.remove(current.0)
            };
        }
    }

    /// What counts on either side of supersedence: what people see and, of what supersedes, what
    /// its publisher did not withdraw.
    fn counts(&self, id: RevisionId) -> bool {
        self.current.contains(id.0)
    }

    /// Current revisions that directly supersede a current one.
    pub(super) fn windows_superseded_by(&self, id: RevisionId) -> Vec<RevisionId> {
        if !self.counts(id) {
            return Vec::new();
        }
        let superseders = self.revision(id).map_or(&[][..], |update| self.windows.superseders(update.id));
        let counts = |by: &RevisionId| *by != id && self.counts(*by) && !self.expired.contains(by.0);
        superseders.iter().copied().filter(counts).collect()
    }

    /// Current revisions that a current one directly supersedes.
    pub(super) fn windows_supersedes(&self, id: RevisionId) -> Vec<RevisionId> {
        if !self.counts(id) || self.expired.contains(id.0) {
            return Vec::new();
        }
        let superseded = self.content(id).map_or(&[][..], |content| &content.supersedes);
        let current = superseded.iter().filter_map(|update| self.current(*update));
        current.filter(|revision| *revision != id && self.counts(*revision)).collect()
    }

    /// What is reached from a revision, the nearest first, each once.
    pub(super) fn windows_chain(
        &self,
        id: RevisionId,
        next: impl Fn(&Self, RevisionId) -> Vec<RevisionId>,
    ) -> Vec<RevisionId> {
        let Some(start) = self.current_of(id) else { return Vec::new() };
        let mut seen = FxHashSet::from_iter([start]);
        let (mut chain, mut at) = (Vec::new(), 0);
        let mut from = start;
        loop {
            for revision in next(self, from) {
                if chain.len() < MAX_CHAIN && seen.insert(revision) {
                    chain.push(revision);
                }
            }
            let Some(following) = chain.get(at) else { return chain };
            (from, at) = (*following, at + 1);
        }
    }
}

/// All that a revision names as prerequisite or category.
fn named(content: &WindowsContent) -> impl Iterator<Item = UpdateId> {
    content.prerequisites.iter().flatten().copied()
}
