//! The catalog: every update known, in one immutable snapshot.

mod apply;
mod categories;
mod change;
#[cfg(test)]
mod dump;
mod licences;
mod matching;
mod package;
#[cfg(test)]
mod tests;
mod windows;
#[cfg(test)]
mod windows_tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};
use sluice_model::{BinaryPackage, CategoryId, IndexId, PackageIndex, RevisionId, Update, UpdateId};
use uuid::Uuid;

use crate::cow::{CowMap, Slots};
use crate::windows::WindowsGraph;

pub use categories::Categories;
pub use change::{CatalogChange, CatalogProblem, IndexContent, Offer};
pub use package::Package;
pub(crate) use package::{ArchNumber, PackageOffer};

/// Most architectures a catalog distinguishes; Debian has had about thirty in its life.
pub(crate) const MAX_ARCHITECTURES: usize = 256;

/// An immutable snapshot of all updates, categories and package indices.
///
/// Made by [`Catalog::apply`] from the one before; what did not change is shared between the two.
/// No lookup takes a lock or copies text.
#[derive(Clone, Debug)]
pub struct Catalog {
    version: u64,
    categories: Arc<Categories>,
    revisions: Slots<Arc<Revision>>,
    /// Every revision of an update by ascending (number, id); the last is the current one.
    updates: CowMap<UpdateId, Arc<[RevisionId]>>,
    current: Arc<RoaringBitmap>,
    superseded: Arc<RoaringBitmap>,
    expired: Arc<RoaringBitmap>,
    products: Arc<FxHashMap<CategoryId, RoaringBitmap>>,
    /// By source package name.
    lines: CowMap<Arc<str>, Arc<[Line]>>,
    packages: CowMap<Arc<str>, Arc<Package>>,
    indexes: Arc<BTreeMap<IndexId, Arc<IndexRow>>>,
    /// By current revision: the indices that offer the update, and how many offers each has.
    offered: Slots<Arc<[(IndexId, u32)]>>,
    architectures: Arc<Vec<Arc<str>>>,
    windows: Arc<WindowsGraph>,
    /// Known to the catalog or not.
    declined_updates: Arc<FxHashSet<UpdateId>>,
    declined: Arc<RoaringBitmap>,
    deselected: Arc<FxHashSet<CategoryId>>,
    /// Accepted licence terms.
    licences: Arc<FxHashSet<Uuid>>,
    changes: CowMap<UpdateId, u64>,
    last_change: u64,
}

/// A revision with what searching needs.
#[derive(Debug)]
struct Revision {
    update: Arc<Update>,
    /// Lower case: the title, then a line break, then package names, article numbers (`kb123`) and
    /// advisories by line.
    folded: Box<str>,
    /// Bytes of the title in `folded`.
    title_len: usize,
}

/// The updates of one source package name within one product, by ascending version.
#[derive(Clone, Debug)]
struct Line {
    product: CategoryId,
    revisions: Box<[RevisionId]>,
}

/// An index and what it offers.
#[derive(Debug)]
struct IndexRow {
    index: Arc<PackageIndex>,
    /// Sorted, each once.
    offers: Box<[Offer]>,
}

impl Default for Catalog {
    fn default() -> Self {
        Self {
            version: 0,
            categories: Arc::default(),
            revisions: Slots::default(),
            updates: CowMap::default(),
            current: Arc::default(),
            superseded: Arc::default(),
            expired: Arc::default(),
            products: Arc::default(),
            lines: CowMap::default(),
            packages: CowMap::default(),
            indexes: Arc::default(),
            offered: Slots::default(),
            architectures: Arc::new(vec![Arc::from("all")]),
            windows: Arc::default(),
            declined_updates: Arc::default(),
            declined: Arc::default(),
            deselected: Arc::default(),
            licences: Arc::default(),
            changes: CowMap::default(),
            last_change: 0,
        }
    }
}

impl Catalog {
    /// The highest revision number accepted. Numbers are dense, and a few million are many
    /// decades of updates; a number far beyond is damage and would only eat memory. Deployment
    /// numbers for Windows clients have 26 bits for it.
    pub const MAX_REVISION: u32 = (1 << 26) - 1;

    /// Version of the catalog: raised by every change upstream.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The category tree.
    #[must_use]
    pub fn categories(&self) -> &Categories {
        &self.categories
    }

    /// The update as a revision describes it; any revision, not only current ones.
    #[must_use]
    pub fn revision(&self, id: RevisionId) -> Option<&Arc<Update>> {
        self.revisions.get(id.0).map(|revision| &revision.update)
    }

    /// Every revision of an update, oldest first.
    #[must_use]
    pub fn revisions_of(&self, id: UpdateId) -> &[RevisionId] {
        self.updates.get(&id).map_or(&[], |revisions| revisions)
    }

    /// The current revision of an update: the one with the highest number.
    #[must_use]
    pub fn current(&self, id: UpdateId) -> Option<RevisionId> {
        self.revisions_of(id).last().copied()
    }

    /// The current revision of the update a revision belongs to.
    #[must_use]
    pub fn current_of(&self, id: RevisionId) -> Option<RevisionId> {
        self.current(self.revision(id)?.id)
    }

    /// An update by its identity, with its current revision.
    #[must_use]
    pub fn update(&self, id: UpdateId) -> Option<(RevisionId, &Arc<Update>)> {
        let current = self.current(id)?;
        Some((current, self.revision(current)?))
    }

    /// The current revisions of all updates that people see ([`Update::is_listed`]).
    #[must_use]
    pub fn current_revisions(&self) -> &RoaringBitmap {
        &self.current
    }

    /// The current revisions of updates that others supersede.
    #[must_use]
    pub fn superseded_revisions(&self) -> &RoaringBitmap {
        &self.superseded
    }

    /// The current revisions of updates that no index offers any more or, of Windows updates, that
    /// their publisher withdrew.
    #[must_use]
    pub fn expired_revisions(&self) -> &RoaringBitmap {
        &self.expired
    }

    /// Whether no index offers the update of a revision any more, or its publisher withdrew it. It
    /// then cannot be deployed.
    #[must_use]
    pub fn is_expired(&self, id: RevisionId) -> bool {
        self.current_of(id).is_some_and(|current| self.expired.contains(current.0))
    }

    /// Whether others supersede the update of a revision.
    #[must_use]
    pub fn is_superseded(&self, id: RevisionId) -> bool {
        self.current_of(id).is_some_and(|current| self.superseded.contains(current.0))
    }

    /// The current revisions of the updates of a product, or of all products below a category.
    #[must_use]
    pub fn revisions_within(&self, category: CategoryId) -> RoaringBitmap {
        let mut found = RoaringBitmap::new();
        for (product, revisions) in self.products.iter() {
            if self.categories.is_within(*product, category) {
                found |= revisions;
            }
        }
        found
    }

    /// What the update of a revision supersedes, directly or through others: Linux packages by
    /// ascending version, Windows updates the nearest first.
    #[must_use]
    pub fn supersedes(&self, id: RevisionId) -> Vec<RevisionId> {
        if self.is_windows(id) {
            return self.windows_chain(id, Self::windows_supersedes);
        }
        self.chain(id, |line, at| line.get(..at).unwrap_or_default())
    }

    /// What supersedes the update of a revision, directly or through others: Linux packages by
    /// ascending version, Windows updates the nearest first.
    #[must_use]
    pub fn superseded_by(&self, id: RevisionId) -> Vec<RevisionId> {
        if self.is_windows(id) {
            return self.windows_chain(id, Self::windows_superseded_by);
        }
        self.chain(id, |line, at| line.get(at + 1..).unwrap_or_default())
    }

    fn chain(&self, id: RevisionId, part: impl Fn(&[RevisionId], usize) -> &[RevisionId]) -> Vec<RevisionId> {
        let Some((current, update)) = self.revision(id).and_then(|update| self.update(update.id)) else {
            return Vec::new();
        };
        let mut found: Vec<RevisionId> = Vec::new();
        let lines = update.content.package().and_then(|package| self.lines.get(package.name.as_str()));
        for line in lines.into_iter().flat_map(|lines| lines.iter()) {
            if let Some(at) = line.revisions.iter().position(|revision| *revision == current) {
                for revision in part(&line.revisions, at) {
                    // An update of two products can meet the same one in both.
                    if !found.contains(revision) {
                        found.push(*revision);
                    }
                }
            }
        }
        found
    }

    /// An index.
    #[must_use]
    pub fn index(&self, id: IndexId) -> Option<&Arc<PackageIndex>> {
        self.indexes.get(&id).map(|row| &row.index)
    }

    /// All indices, by number.
    pub fn indexes(&self) -> impl Iterator<Item = &Arc<PackageIndex>> {
        self.indexes.values().map(|row| &row.index)
    }

    /// What an index offers, sorted.
    #[must_use]
    pub fn index_offers(&self, id: IndexId) -> &[Offer] {
        self.indexes.get(&id).map_or(&[], |row| &row.offers)
    }

    /// The indices that offer any package of the update of a revision, by number.
    pub fn offered_by(&self, id: RevisionId) -> impl Iterator<Item = &Arc<PackageIndex>> {
        let offered = self.current_of(id).and_then(|current| self.offered.get(current.0));
        offered.into_iter().flat_map(|list| list.iter()).filter_map(|(index, _)| self.index(*index))
    }

    /// The binary packages of a name.
    #[must_use]
    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.get(name).map(Arc::as_ref)
    }

    /// How many package names there are.
    #[must_use]
    pub fn package_count(&self) -> usize {
        self.packages.len()
    }

    /// The binary package that an offer stands for.
    #[must_use]
    pub fn binary(&self, offer: Offer) -> Option<&BinaryPackage> {
        self.revision(offer.revision)?.content.binaries().get(usize::from(offer.binary))
    }

    /// Lower-case text to search in: title, package names, article numbers, advisories.
    pub(crate) fn folded(&self, id: RevisionId) -> &str {
        self.revisions.get(id.0).map_or("", |revision| &revision.folded)
    }

    /// The title in lower case, to sort by.
    pub(crate) fn folded_title(&self, id: RevisionId) -> &str {
        self.revisions.get(id.0).and_then(|revision| revision.folded.get(..revision.title_len)).unwrap_or_default()
    }

    /// The number of an architecture, when any package has it.
    pub(crate) fn architecture(&self, name: &str) -> Option<ArchNumber> {
        let at = self.architectures.iter().position(|known| &**known == name)?;
        u16::try_from(at).ok().map(ArchNumber)
    }

    /// The name of an architecture.
    pub(crate) fn architecture_name(&self, number: ArchNumber) -> &str {
        self.architectures.get(usize::from(number.0)).map_or("", AsRef::as_ref)
    }
}
