//! What a catalog is made from, and what can be wrong with it.

use std::sync::Arc;

use sluice_model::{Category, CategoryId, IndexId, PackageIndex, RevisionId, Update, UpdateId};
use thiserror::Error;
use uuid::Uuid;

/// Everything that changed since the catalog before. Applied in the order of the fields, so an
/// update may name a category of the same change, and an index an update.
#[derive(Clone, Debug, Default)]
pub struct CatalogChange {
    /// Version of the catalog this leads to; lower than the one before: as before.
    pub version: u64,
    /// Indices that are no longer synchronized.
    pub removed_indexes: Vec<IndexId>,
    /// New or changed categories.
    pub categories: Vec<Category>,
    /// New revisions, and known ones whose description or classification changed. The content of
    /// a known revision cannot change: that takes a new revision.
    pub updates: Vec<(RevisionId, Arc<Update>)>,
    /// New or changed indices, each with all that it offers now.
    pub indexes: Vec<IndexContent>,
    /// Updates that were declined (`true`) or are no longer (`false`), known to the catalog or not.
    pub declined: Vec<(UpdateId, bool)>,
    /// The whole list of deselected products, categories above products and classifications;
    /// `None` when it did not change.
    pub deselected: Option<Vec<CategoryId>>,
    /// Licence terms that were accepted (`true`) or are no longer (`false`), of updates of the catalog or
    /// not. No device needs another update for it.
    pub licences: Vec<(Uuid, bool)>,
    /// The change counters of updates that changed in what Windows clients are told of them.
    pub changes: Vec<(UpdateId, u64)>,
    /// The highest change counter handed out; lower than the one before: as before.
    pub changes_to: u64,
}

impl CatalogChange {
    /// Whether it changes no more than counters and accepted licences, so that no device needs another update than before.
    #[must_use]
    pub fn is_of_counters(&self) -> bool {
        self.removed_indexes.is_empty()
            && self.categories.is_empty()
            && self.updates.is_empty()
            && self.indexes.is_empty()
            && self.declined.is_empty()
            && self.deselected.is_none()
    }
}

/// An index with all that it offers.
#[derive(Clone, Debug)]
pub struct IndexContent {
    /// The index.
    pub index: Arc<PackageIndex>,
    /// What it offers, in any order.
    pub offers: Vec<Offer>,
}

/// One binary package that an index offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offer {
    /// The revision it belongs to. Later revisions of the same update take the offer over.
    pub revision: RevisionId,
    /// Its ordinal in the revision's `SourcePackage::binaries`.
    pub binary: u16,
}

/// An item that was left out of the catalog, and why. Everything else was applied.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CatalogProblem {
    /// The number is beyond [`Catalog::MAX_REVISION`](crate::Catalog::MAX_REVISION).
    #[error("revision {} was left out: its number is beyond the limit", .0.0)]
    RevisionOutOfRange(RevisionId),
    /// The Linux update names no product, or one that is not in the category tree.
    #[error("revision {} was left out: its product {} is not known", .revision.0, .product.map_or_else(|| "(none)".to_owned(), |p| p.to_string()))]
    UnknownProduct {
        /// The revision.
        revision: RevisionId,
        /// The product; `None` when it names none.
        product: Option<CategoryId>,
    },
    /// The number already belongs to another content.
    #[error("revision {} was left out: the number already stands for another content", .0.0)]
    RevisionRewritten(RevisionId),
    /// No binary package, more than an ordinal can count, or not sorted by name.
    #[error("revision {} was left out: its packages are missing, too many or not sorted by name", .0.0)]
    BadContent(RevisionId),
    /// More different architectures than any archive has.
    #[error("revision {} was left out: it would be the {limit}th architecture of the catalog", .revision.0, limit = crate::catalog::MAX_ARCHITECTURES)]
    TooManyArchitectures {
        /// The revision.
        revision: RevisionId,
    },
    /// The index belongs to a product that is not in the category tree.
    #[error("index {} was left out: its product {product} is not known", .index.0)]
    IndexOfUnknownProduct {
        /// The index.
        index: IndexId,
        /// The product.
        product: CategoryId,
    },
    /// An index offers something that is not in the catalog.
    #[error("an offer of index {} was left out: revision {} has no package number {}", .index.0, .offer.revision.0, .offer.binary)]
    UnknownOffer {
        /// The index.
        index: IndexId,
        /// What it offers.
        offer: Offer,
    },
}
