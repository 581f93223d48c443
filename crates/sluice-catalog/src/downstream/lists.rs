//! The lists, prepared once for a catalog.

use std::collections::BTreeMap;
use std::hash::Hasher as _;
use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHasher};
use sluice_model::{
    CategoryId, Classification, ProtocolVersion, RevisionId, Update, UpdateId, UpdateKind, WindowsCategory,
};

use super::filter::{FilterEntry, RevisionFilter};
use crate::catalog::Catalog;

/// The revisions of a catalog as servers further down ask for them.
///
/// Building one reads the catalog once; a list then costs in proportion to its length.
#[derive(Debug)]
pub struct RevisionLists {
    catalog: Arc<Catalog>,
    /// Current revisions of categories, classifications and detectoids.
    configuration: RoaringBitmap,
    /// Current revisions of software and drivers of what is selected.
    updates: RoaringBitmap,
    /// Of these, by product and whatever is above it.
    categories: FxHashMap<CategoryId, RoaringBitmap>,
    classifications: FxHashMap<CategoryId, RoaringBitmap>,
    /// Revisions that not every server may see, by the protocol it must speak.
    guarded: BTreeMap<ProtocolVersion, RoaringBitmap>,
    newest: RevisionId,
    selection: u64,
}

impl RevisionLists {
    /// Reads a catalog: a tenth of a second for 100,000 revisions. Not for async threads.
    #[must_use]
    pub fn build(catalog: &Arc<Catalog>) -> Self {
        let mut lists = Self {
            catalog: Arc::clone(catalog),
            configuration: RoaringBitmap::new(),
            updates: RoaringBitmap::new(),
            categories: FxHashMap::default(),
            classifications: FxHashMap::default(),
            guarded: BTreeMap::new(),
            newest: RevisionId(catalog.current_windows().max().unwrap_or(0)),
            selection: selection(catalog),
        };
        for revision in catalog.current_windows().iter().map(RevisionId) {
            if let Some(update) = catalog.revision(revision) {
                lists.add(revision, update);
            }
        }
        lists
    }

    /// The catalog.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The highest revision there is.
    #[must_use]
    pub fn newest(&self) -> RevisionId {
        self.newest
    }

    /// A number that is another one for another selection of products and classifications. What is
    /// selected again has old revisions, which a list of new ones would lack.
    #[must_use]
    pub fn selection(&self) -> u64 {
        self.selection
    }

    /// The revisions a server wants to be told of, ascending. With bundles come their members in
    /// exactly the revision that the bundle names, and with everything the software it needs, so
    /// that nothing in a list points nowhere.
    #[must_use]
    pub fn list(&self, filter: &RevisionFilter<'_>) -> Vec<RevisionId> {
        let mut hidden = RoaringBitmap::new();
        let newer = (std::ops::Bound::Excluded(filter.protocol), std::ops::Bound::Unbounded);
        self.guarded.range(newer).for_each(|(_, revisions)| hidden |= revisions);
        let mut found =
            if filter.configuration { since(self.configuration.clone(), filter.since) } else { self.matching(filter) };
        found -= &hidden;
        if !filter.configuration {
            self.complete(&mut found, filter.protocol);
        }
        found.into_iter().map(RevisionId).collect()
    }

    /// Whether a server that speaks a protocol may see a revision.
    #[must_use]
    pub fn is_visible(&self, revision: RevisionId, protocol: ProtocolVersion) -> bool {
        let content = self.catalog.revision(revision).and_then(|update| update.content.windows());
        content.is_some_and(|content| content.compatible_protocol.is_none_or(|needed| needed <= protocol))
    }

    fn matching(&self, filter: &RevisionFilter<'_>) -> RoaringBitmap {
        let (categories, classifications) = (filter.categories, filter.classifications);
        if categories.is_empty() && classifications.is_empty() {
            return since(self.updates.clone(), filter.since);
        }
        let all = |_: &FilterEntry| true;
        let whole = |entry: &FilterEntry| !entry.delta;
        let matching = of(&self.categories, categories, all) & of(&self.classifications, classifications, all);
        let again = of(&self.categories, categories, whole) | of(&self.classifications, classifications, whole);
        let again = again & &matching;
        since(matching, filter.since) | again
    }

    /// Adds what the revisions need to be whole.
    fn complete(&self, found: &mut RoaringBitmap, protocol: ProtocolVersion) {
        let mut open: Vec<u32> = found.iter().collect();
        while let Some(revision) = open.pop() {
            let Some(content) = self.catalog.revision(RevisionId(revision)).and_then(|u| u.content.windows()) else {
                continue;
            };
            let members = content.bundled.iter().flatten().filter_map(|member| self.catalog.exact(*member));
            let needed = content.prerequisites.iter().flatten().filter_map(|update| self.software(*update));
            for revision in members.chain(needed) {
                if self.is_visible(revision, protocol) && found.insert(revision.0) {
                    open.push(revision.0);
                }
            }
        }
    }

    /// The current revision of an update, unless servers get it with the configuration.
    fn software(&self, update: UpdateId) -> Option<RevisionId> {
        self.catalog.current(update).filter(|revision| !self.configuration.contains(revision.0))
    }

    fn add(&mut self, revision: RevisionId, update: &Update) {
        let Some(content) = update.content.windows() else { return };
        if let Some(needed) = content.compatible_protocol {
            self.guarded.entry(needed).or_default().insert(revision.0);
        }
        if matches!(update.kind, UpdateKind::Category | UpdateKind::Detectoid) {
            self.configuration.insert(revision.0);
            return;
        }
        let catalog = Arc::clone(&self.catalog);
        if !catalog.is_selected(update) {
            return;
        }
        self.updates.insert(revision.0);
        for product in catalog.products_of(revision) {
            self.categories.entry(product).or_default().insert(revision.0);
            for above in catalog.categories().upwards(product).skip(1) {
                self.categories.entry(above.id).or_default().insert(revision.0);
            }
        }
        let named = content.prerequisites.iter().flatten().filter(|id| is_classification(&catalog, **id));
        let named = named.map(|id| CategoryId(id.0));
        // What no list shows says nothing of its own.
        let own = update.is_listed().then(|| update.classification.id());
        for classification in named.chain(own) {
            self.classifications.entry(classification).or_default().insert(revision.0);
        }
    }
}

fn selection(catalog: &Catalog) -> u64 {
    let categories = catalog.categories().iter().map(|category| category.id);
    let all = categories.chain(Classification::ALL.map(Classification::id));
    let mut deselected: Vec<_> = all.filter(|id| catalog.is_deselected(*id)).collect();
    deselected.sort_unstable();
    deselected.dedup();
    let mut hasher = FxHasher::default();
    deselected.iter().for_each(|id| hasher.write(id.0.as_bytes()));
    hasher.finish()
}

fn is_classification(catalog: &Catalog, id: UpdateId) -> bool {
    let content = catalog.update(id).and_then(|(_, update)| update.content.windows());
    content.is_some_and(|content| content.category == Some(WindowsCategory::Classification))
}

fn of(
    lists: &FxHashMap<CategoryId, RoaringBitmap>,
    entries: &[FilterEntry],
    wanted: impl Fn(&FilterEntry) -> bool,
) -> RoaringBitmap {
    let mut found = RoaringBitmap::new();
    entries.iter().filter(|entry| wanted(entry)).filter_map(|entry| lists.get(&entry.id)).for_each(|l| found |= l);
    found
}

fn since(mut revisions: RoaringBitmap, since: Option<RevisionId>) -> RoaringBitmap {
    if let Some(since) = since {
        revisions.remove_range(..=since.0);
    }
    revisions
}
