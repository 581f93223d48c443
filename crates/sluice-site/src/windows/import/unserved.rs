//! What is stored and not yet served: from the store to the catalog.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use sluice_catalog::{Catalog, CatalogChange};
use sluice_model::{Category, CategoryId, Update};
use sluice_store::catalog::{self, CatalogBatch};

use super::convert;
use crate::error::SiteResult;
use crate::site::Site;

/// What is to be served. Whoever adds to it has stored it, with documents that are known.
pub(super) struct Unserved {
    /// What is served since before.
    pub(super) base: Arc<Catalog>,
    pub(super) change: CatalogChange,
    /// Categories of the tree among it, the newest revision of each.
    pub(super) categories: FxHashMap<CategoryId, Arc<Update>>,
}

impl Unserved {
    pub(super) fn new(base: Arc<Catalog>) -> Self {
        Self { base, change: CatalogChange::default(), categories: FxHashMap::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.change.updates.is_empty() && self.change.categories.is_empty()
    }

    /// Takes note of a node of the category tree; whether it is one and changes the tree. An older
    /// revision than the one that is known changes nothing.
    pub(super) fn note_category(&mut self, update: &Arc<Update>) -> bool {
        let id = CategoryId(update.id.0);
        let served = self.base.current(update.id).and_then(|revision| self.base.revision(revision));
        let known = self.categories.get(&id).or(served).is_some_and(|known| known.number >= update.number);
        let changes = !known && convert::category(update, |_| false).is_some();
        if changes {
            self.categories.insert(id, Arc::clone(update));
        }
        changes
    }

    /// The node of a category among it, as far as is known now.
    pub(super) fn node(&self, id: CategoryId) -> Option<Category> {
        let update = self.categories.get(&id)?;
        convert::category(update, |above| {
            above != id && (self.categories.contains_key(&above) || self.base.categories().get(above).is_some())
        })
    }

    /// Serves it; the version of the catalog with it. Nobody else may store or publish meanwhile.
    /// After an error it is still there, unless the snapshot could not be made.
    ///
    /// # Errors
    /// When it cannot be written or served.
    pub(super) async fn serve(&mut self, site: &Site) -> SiteResult<u64> {
        // What is above a category may have come after it.
        let mut nodes: Vec<_> = self.categories.keys().filter_map(|id| self.node(*id)).collect();
        nodes.sort_by_key(|node| (node.kind, node.id));
        let batch = CatalogBatch { categories: nodes.clone(), raise_version: true, ..CatalogBatch::default() };
        let (packed, now) = (batch.pack()?, site.now());
        let commit = site.store.write(move |tx| Box::pin(catalog::commit_sync_batch(tx, packed, now))).await?;
        let change = CatalogChange { categories: nodes, version: commit.version, ..std::mem::take(&mut self.change) };
        let version = change.version;
        site.keeper.catalog(change).await?;
        Ok(version)
    }
}
