//! From items to the store and to what is served, in batches. Knows nothing of where they come from.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use sluice_model::{Category, CategoryId, RevisionId, RevisionRef, SourceId, Update, UpdateId};
use sluice_store::catalog::{CatalogBatch, CatalogCommit, DocumentWrite, PackedUpdate, RevisionRef as Place};
use sluice_store::counter::{self, Counter};
use sluice_store::{catalog, selection, update_change};

use super::derive::Derived;
use super::documents::{Item, item_of};
use super::left::serve_left;
use super::original::{PackedDocument, unpack_document};
use super::quarantine::Quarantine;
use super::summary::{ImportProblem, ImportSummary};
use super::unserved::Unserved;
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Revisions stored together.
const MAX_REVISIONS: usize = 1000;
/// Bytes stored together: what others who write wait for, and what a kill loses.
const MAX_BYTES: usize = 4 << 20;
/// Problems that are told at once; all are in the quarantine.
const MAX_TOLD: usize = 100;

/// Takes items in for a source.
pub(crate) struct Ingest<'s> {
    site: &'s Site,
    /// See [`Unpublished`](crate::sync::Unpublished).
    run: u64,
    quarantine: Quarantine,
    batch: Batch,
    /// Revisions taken in, in the batch or stored.
    taken: FxHashMap<RevisionRef, Taken>,
    unserved: Unserved,
    /// Categories of the batch that the tree did not have. Without any before there is nothing that
    /// a first list could be new beside, so nobody has to look at each of its entries.
    arrived: Option<Vec<CategoryId>>,
    /// Updates that clients are told of again, because they are no leaves any more.
    touched: FxHashSet<UpdateId>,
    summary: ImportSummary,
}

#[derive(Clone, Copy)]
enum Taken {
    /// At this place of the batch.
    Pending(usize),
    Stored(RevisionId),
}

#[derive(Default)]
struct Batch {
    revisions: Vec<Arc<Update>>,
    rows: Vec<PackedUpdate>,
    documents: Vec<DocumentWrite>,
    bytes: usize,
}

impl Drop for Ingest<'_> {
    fn drop(&mut self) {
        self.site.sync.unpublished.ended(self.run);
    }
}

impl<'s> Ingest<'s> {
    /// # Errors
    /// When the store cannot be read, or what an earlier run left in it cannot be served.
    pub(crate) async fn new(site: &'s Site, source: SourceId) -> SiteResult<Self> {
        serve_left(site).await?;
        let run = site.sync.unpublished.run();
        let base = site.catalog();
        let knows_lists = base.categories().iter().any(|known| base.current(UpdateId(known.id.0)).is_some());
        Ok(Self {
            site,
            run,
            unserved: Unserved::new(base),
            arrived: knows_lists.then(Vec::new),
            quarantine: Quarantine::load(&site.store, source).await?,
            batch: Batch::default(),
            taken: FxHashMap::default(),
            touched: FxHashSet::default(),
            summary: ImportSummary { source: Some(source), ..ImportSummary::default() },
        })
    }

    /// What came of it so far.
    pub(crate) fn summary(&self) -> ImportSummary {
        ImportSummary { quarantined: self.quarantine.count(), ..self.summary.clone() }
    }

    /// Takes an item in; true when that stored a batch.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub(crate) async fn take(&mut self, item: Item) -> SiteResult<bool> {
        match item {
            Item::New(derived) => {
                self.summary.documents += 1;
                self.new_revision(*derived).await?;
            }
            Item::Known { revision, text } => {
                self.summary.documents += 1;
                let stored = self.unserved.base.exact(revision);
                self.known_revision(revision, stored, &text).await?;
            }
            Item::Refused { item, reason } => self.refuse(item, reason),
            Item::Read { name } => self.quarantine.read(&name),
        }
        if self.batch.revisions.len() >= MAX_REVISIONS || self.batch.bytes >= MAX_BYTES {
            self.store().await?;
            return Ok(true);
        }
        Ok(false)
    }

    fn refuse(&mut self, item: String, reason: String) {
        self.quarantine.refuse(item.clone(), &reason);
        if self.summary.problems.len() < MAX_TOLD {
            self.summary.problems.push(ImportProblem { item, reason });
        }
    }

    async fn new_revision(&mut self, derived: Derived) -> SiteResult<()> {
        let revision = derived.revision();
        match self.taken.get(&revision).copied() {
            None => {}
            Some(Taken::Stored(stored)) => {
                let text = unpacked(&derived.document)?;
                return self.known_revision(revision, Some(stored), &text).await;
            }
            Some(Taken::Pending(place)) => {
                let pending = self.batch.documents.iter().find(|document| document.revision == Place::New(place));
                let new = &derived.document;
                let same = match pending {
                    Some(known) if known.body == new.body => true,
                    // Servers may compress in another way.
                    Some(known) if known.plain_size == new.plain_size => unpack_document(&known.body, known.plain_size)
                        .is_ok_and(|text| new.unpack().is_ok_and(|new| new == text)),
                    _ => false,
                };
                self.repeated(revision, same);
                return Ok(());
            }
        }
        let place = self.batch.revisions.len();
        self.taken.insert(revision, Taken::Pending(place));
        self.batch.bytes += derived.size();
        let Derived { update, row, document: PackedDocument { plain_size, body }, .. } = derived;
        self.batch.revisions.push(update);
        self.batch.rows.push(row);
        self.batch.documents.push(DocumentWrite { revision: Place::New(place), plain_size, body });
        self.quarantine.accept(&item_of(revision));
        Ok(())
    }

    /// Compares a document with the one that is stored.
    async fn known_revision(
        &mut self,
        revision: RevisionRef,
        stored: Option<RevisionId>,
        text: &[u8],
    ) -> SiteResult<()> {
        let mut same = true;
        if let Some(stored) = stored {
            let mut reader = self.site.store.reader().await?;
            let known = catalog::documents_of(&mut reader, &[stored]).await?.pop();
            drop(reader);
            if let Some(known) = known {
                let size_differs = known.plain_size != text.len() as u64;
                same = !size_differs && unpack_document(&known.body, known.plain_size).is_ok_and(|plain| plain == text);
            }
        }
        self.repeated(revision, same);
        Ok(())
    }

    fn repeated(&mut self, revision: RevisionRef, same: bool) {
        if same {
            self.summary.unchanged += 1;
            self.quarantine.accept(&item_of(revision));
        } else {
            let reason = "the same revision is known with another content; one of the two is wrong".to_owned();
            self.refuse(item_of(revision), reason);
        }
    }

    /// Stores the batch and the quarantine.
    async fn store(&mut self) -> SiteResult<()> {
        let batch = std::mem::take(&mut self.batch);
        if batch.revisions.is_empty() && self.quarantine.is_empty() {
            return Ok(());
        }
        let arriving = batch.revisions.clone();
        let sizes: Vec<_> = batch.documents.iter().map(|document| (document.revision, document.plain_size)).collect();
        let known = self.unserved.categories.clone();
        let categories = self.new_categories(&arriving);
        let arrived = self.arrived.as_mut().map(std::mem::take).unwrap_or_default();
        let touched: Vec<UpdateId> = self.unserved.base.new_non_leaves(arriving.iter().map(|update| &**update));
        let touched: Vec<UpdateId> = touched.into_iter().filter(|update| self.touched.insert(*update)).collect();
        let committed = self
            .commit(
                CatalogBatch {
                    categories: categories.clone(),
                    raise_version: !arriving.is_empty(),
                    revisions: batch.revisions,
                    documents: batch.documents,
                    ..CatalogBatch::default()
                },
                batch.rows,
                touched.clone(),
                arrived.clone(),
            )
            .await;
        if committed.is_err() {
            // Not stored, as far as is known here, so not to be served.
            self.unserved.categories = known;
        }
        let (commit, counter) = committed?;
        let number = |place: Place| match place {
            Place::Stored(id) => Some(id),
            Place::New(place) => commit.revisions.get(place).copied().filter(|_| commit.new.get(place) == Some(&true)),
        };
        // Before the catalog names a revision, its metadata can be served.
        for (revision, size) in sizes.into_iter().filter_map(|(place, size)| Some((number(place)?, size))) {
            self.site.windows.fragments.note(revision, size);
        }
        for (place, update) in arriving.into_iter().enumerate() {
            let revision = RevisionRef { update: update.id, number: update.number };
            let Some(id) = commit.revisions.get(place).copied() else { continue };
            self.taken.insert(revision, Taken::Stored(id));
            if commit.new.get(place) == Some(&true) {
                let known = self.unserved.base.current(update.id).is_some();
                *(if known { &mut self.summary.new_revisions } else { &mut self.summary.new_updates }) += 1;
                self.unserved.change.updates.push((id, update));
            } else {
                // In the store and not served: a row that could not be read. It stays as it is.
                self.summary.unchanged += 1;
            }
        }
        let change = &mut self.unserved.change;
        change.categories.extend(categories);
        change.news.extend(arrived.into_iter().map(|id| (id, true)));
        change.changes.extend(touched.into_iter().map(|update| (update, counter)));
        change.changes_to = change.changes_to.max(counter);
        change.version = change.version.max(commit.version);
        self.site.sync.unpublished.stored(self.run, commit.revisions.iter().min().copied());
        Ok(())
    }

    /// One transaction, with what is to be quarantined.
    async fn commit(
        &mut self,
        batch: CatalogBatch,
        rows: Vec<PackedUpdate>,
        touched: Vec<UpdateId>,
        arrived: Vec<CategoryId>,
    ) -> SiteResult<(CatalogCommit, u64)> {
        let packed = batch.with(rows)?;
        let (quarantine, now) = (self.quarantine.take(&self.site.host), self.site.now());
        let _no_other_source_stores_meanwhile = self.site.sync.commit.lock().await;
        let last = counter::last(&mut self.site.store.reader().await?, Counter::Revision).await?;
        let next = RevisionId(u32::try_from(last).unwrap_or(u32::MAX).saturating_add(1));
        self.site.sync.unpublished.storing(self.run, next);
        let write = self.site.store.write(move |tx| {
            Box::pin(async move {
                quarantine.write(tx, now).await?;
                selection::flag(tx, &arrived, now).await?;
                let commit = catalog::commit_sync_batch(tx, packed, now).await?;
                let counter = if touched.is_empty() { 0 } else { update_change::touch(tx, &touched).await? };
                Ok((commit, counter))
            })
        });
        Ok(write.await?)
    }

    /// The nodes of the category tree among what arrives.
    fn new_categories(&mut self, arriving: &[Arc<Update>]) -> Vec<Category> {
        let mut changed = Vec::new();
        for update in arriving {
            let id = CategoryId(update.id.0);
            let before = self.unserved.categories.contains_key(&id);
            if self.unserved.note_category(update) {
                if let Some(arrived) = &mut self.arrived
                    && !before
                    && self.unserved.base.categories().get(id).is_none()
                {
                    arrived.push(id);
                }
                changed.push(id);
            }
        }
        changed.into_iter().filter_map(|id| self.unserved.node(id)).collect()
    }

    /// Stores the rest and serves everything that is stored, also when the rest cannot be.
    ///
    /// # Errors
    /// When it cannot be stored or served; what was stored is served a little later, see
    /// [`serve_left`].
    pub(crate) async fn finish(&mut self) -> SiteResult<()> {
        let stored = self.store().await;
        let published = self.publish().await;
        stored.and(published)
    }

    /// Serves what is stored.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub(crate) async fn publish(&mut self) -> SiteResult<()> {
        self.summary.catalog_version = if self.unserved.is_empty() {
            self.site.catalog().version()
        } else {
            let _no_other_source_publishes_meanwhile = self.site.sync.commit.lock().await;
            self.unserved.serve(self.site).await?
        };
        self.site.sync.unpublished.served(self.run);
        Ok(())
    }
}

fn unpacked(document: &PackedDocument) -> SiteResult<Vec<u8>> {
    document.unpack().map_err(|error| SiteError::internal("unpacking a document", error))
}
