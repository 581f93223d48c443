//! What one step of a synchronization stores, all or nothing.

use std::sync::Arc;

use jiff::Timestamp;
use sluice_model::{Category, CategoryKind, IndexId, PackageIndex, RevisionId, SourceId, Update, UpdateId};

use super::document::{self, DocumentWrite};
use super::index_row::{ContentRow, IndexRow};
use super::update_row::UpdateRow;
use super::{IndexEntry, ReleaseAnchor};
use crate::bind::args;
use crate::connection::Tx;
use crate::error::StoreError;
use crate::pack::pack;
use crate::repository::counter::{self, Counter};
use crate::repository::last_of_each;
use crate::statement::statements;

statements! {
    category(id) {
        PUT_CATEGORIES[4] = "INSERT INTO category (id, kind, parent, title) VALUES {rows} \
            ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, parent = excluded.parent, title = excluded.title";
    }
    update_revision(revision_id) {
        INSERT_REVISIONS[5] = "INSERT INTO update_revision (revision_id, update_id, number, created_at, body) \
            VALUES {rows} ON CONFLICT (update_id, number) DO NOTHING";
        FIND_REVISION = "SELECT revision_id FROM update_revision WHERE update_id = $1 AND number = $2";
    }
    package_index(id) {
        FIND_INDEX = "SELECT id FROM package_index WHERE source_id = $1 AND uri = $2 AND suite = $3 \
            AND component = $4 AND architecture = $5";
        INSERT_INDEX = "INSERT INTO package_index (id, source_id, uri, suite, component, architecture, anchor, body, \
            content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        UPDATE_INDEX = "UPDATE package_index SET anchor = $2, body = $3 WHERE id = $1";
        UPDATE_CONTENT = "UPDATE package_index SET content = $2 WHERE id = $1";
        FORGET_INDEXES = "UPDATE package_index SET anchor = '' WHERE source_id = $1";
        REMOVE_INDEX = "DELETE FROM package_index WHERE id = $1";
    }
    release_anchor(uri, suite) {
        FORGET_ANCHORS = "DELETE FROM release_anchor WHERE source_id = $1";
        PUT_ANCHOR = "INSERT INTO release_anchor (source_id, uri, suite, anchor) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (source_id, uri, suite) DO UPDATE SET anchor = excluded.anchor";
    }
}

/// A revision that has a number, or one of the same batch that will get one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevisionRef {
    /// A stored revision.
    Stored(RevisionId),
    /// Place in [`CatalogBatch::revisions`].
    New(usize),
}

/// One package that an index offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferedBinary {
    /// The revision.
    pub revision: RevisionRef,
    /// Place in `SourcePackage::binaries`.
    pub binary: u32,
}

/// The new state of an index.
#[derive(Clone, Debug)]
pub struct IndexWrite {
    /// Key and signed facts. The key decides which index it is; `id` is ignored.
    pub index: PackageIndex,
    /// What the next synchronization compares with; JSON of its own.
    pub anchor: String,
    /// Everything it offers; `None` leaves it as it was. A new index without it offers nothing.
    pub content: Option<Vec<OfferedBinary>>,
}

/// What is stored together. All parts may be empty.
#[derive(Clone, Debug, Default)]
pub struct CatalogBatch {
    /// Added or changed categories.
    pub categories: Vec<Category>,
    /// New revisions. One that is there already (same update and number) stays as it is.
    pub revisions: Vec<Arc<Update>>,
    /// The documents of revisions for Windows.
    pub documents: Vec<DocumentWrite>,
    /// Added or changed indices.
    pub indexes: Vec<IndexWrite>,
    /// Indices that are no longer synchronized.
    pub removed_indexes: Vec<IndexId>,
    /// Added or changed release anchors.
    pub anchors: Vec<ReleaseAnchor>,
    /// Something that clients can see has changed: the catalog gets a new version.
    pub raise_version: bool,
}

impl CatalogBatch {
    /// Packs what must be packed, before the batch is queued for the one writer.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when an update or document is too large, or a document belongs to a
    /// revision outside the batch.
    pub fn pack(self) -> Result<PackedBatch, StoreError> {
        let updates = self.revisions.iter().map(|update| PackedUpdate::of(update)).collect::<Result<Vec<_>, _>>()?;
        self.with(updates)
    }

    /// The batch with its revisions packed before, in its order.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when they are not as many as its revisions, or as [`Self::pack`].
    pub fn with(self, updates: Vec<PackedUpdate>) -> Result<PackedBatch, StoreError> {
        if updates.len() != self.revisions.len() {
            return Err(StoreError::Invalid { what: "not every revision of a batch is packed".into() });
        }
        document::check(&self.documents, self.revisions.len())?;
        Ok(PackedBatch { batch: self, updates })
    }
}

/// An update as it is stored. Packing it takes a moment, so it can be done where there is time.
#[derive(Clone, Debug)]
pub struct PackedUpdate(Vec<u8>);

impl PackedUpdate {
    /// Packs an update.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when it is too large.
    pub fn of(update: &Update) -> Result<Self, StoreError> {
        pack(&UpdateRow::new(update)).map(Self)
    }

    /// Bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.len()
    }
}

/// A batch as it is stored.
#[derive(Clone, Debug)]
pub struct PackedBatch {
    batch: CatalogBatch,
    /// Of its revisions.
    updates: Vec<PackedUpdate>,
}

/// What became of a [`CatalogBatch`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogCommit {
    /// The numbers of its revisions, in its order; old ones for those that were there.
    pub revisions: Vec<RevisionId>,
    /// Which of its revisions were not there before, in its order.
    pub new: Vec<bool>,
    /// The numbers of its indices, in its order.
    pub indexes: Vec<IndexId>,
    /// The version of the catalog after it.
    pub version: u64,
}

/// Stores a batch. The same batch again changes nothing (but the version, if it says so).
///
/// # Errors
/// [`StoreError::Invalid`] when an index refers to a revision outside the batch,
/// [`StoreError::Reference`] when a source does not exist.
pub async fn commit_sync_batch(tx: &mut Tx, batch: PackedBatch, at: Timestamp) -> Result<CatalogCommit, StoreError> {
    let PackedBatch { batch, updates } = batch;
    tx.bulk(&PUT_CATEGORIES, &last_of_each(&batch.categories, |c| c.id), |c, args| {
        args.push(c.id);
        args.push(kind_number(c.kind));
        args.push(c.parent);
        args.push(&c.title);
    })
    .await?;
    let (revisions, new) = insert_revisions(tx, &batch.revisions, updates, at).await?;
    let target = |reference| match reference {
        RevisionRef::Stored(id) => Some(id),
        RevisionRef::New(place) => new.get(place).filter(|new| **new).and(revisions.get(place)).copied(),
    };
    document::insert(tx, batch.documents, target).await?;
    for id in &batch.removed_indexes {
        tx.execute(&REMOVE_INDEX, args![*id]).await?;
    }
    let mut indexes = Vec::with_capacity(batch.indexes.len());
    for write in batch.indexes {
        indexes.push(put_index(tx, write, &revisions).await?);
    }
    for a in &batch.anchors {
        tx.execute(&PUT_ANCHOR, args![a.source, &a.uri, &a.suite, &a.anchor]).await?;
    }
    let version = if batch.raise_version {
        counter::allocate(tx, Counter::CatalogVersion, 1).await?
    } else {
        counter::last(tx, Counter::CatalogVersion).await?
    };
    Ok(CatalogCommit { revisions, new, indexes, version })
}

/// Forgets what makes the next synchronization of a source a delta; what it offers stays.
///
/// # Errors
/// When it cannot be written.
pub async fn forget_anchors(tx: &mut Tx, source: SourceId) -> Result<(), StoreError> {
    tx.execute(&FORGET_ANCHORS, args![source]).await?;
    tx.execute(&FORGET_INDEXES, args![source]).await.map(drop)
}

/// The numbers of the updates, and which were given out now.
async fn insert_revisions(
    tx: &mut Tx,
    updates: &[Arc<Update>],
    packed: Vec<PackedUpdate>,
    at: Timestamp,
) -> Result<(Vec<RevisionId>, Vec<bool>), StoreError> {
    struct Row {
        id: RevisionId,
        update: UpdateId,
        number: u32,
        body: Vec<u8>,
    }
    if updates.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let first = counter::allocate_u32(tx, Counter::Revision, updates.len()).await?;
    let rows = (first..).map(RevisionId).zip(updates).zip(packed);
    let rows: Vec<_> = rows
        .map(|((id, update), PackedUpdate(body))| Row { id, update: update.id, number: update.number, body })
        .collect();
    let inserted = tx
        .bulk(&INSERT_REVISIONS, &rows, |row, args| {
            args.push(row.id);
            args.push(row.update);
            args.push(row.number);
            args.push(at);
            args.push(row.body.as_slice());
        })
        .await?;
    let mut new = vec![true; rows.len()];
    let mut ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    if inserted < rows.len() as u64 {
        // Some were there: a batch that is repeated after a lost answer.
        for ((row, id), new) in rows.iter().zip(&mut ids).zip(&mut new) {
            let stored = tx.optional(&FIND_REVISION, args![row.update, row.number], |r| r.get("revision_id")).await?;
            *id = stored.ok_or_else(|| StoreError::NotFound { what: "revision", id: row.update.to_string() })?;
            *new = *id == row.id;
        }
    }
    Ok((ids, new))
}

async fn put_index(tx: &mut Tx, write: IndexWrite, revisions: &[RevisionId]) -> Result<IndexId, StoreError> {
    let content = match write.content {
        Some(offered) => {
            let number = |o: OfferedBinary| {
                let revision = match o.revision {
                    RevisionRef::Stored(id) => Some(id),
                    RevisionRef::New(place) => revisions.get(place).copied(),
                };
                revision.map(|revision| IndexEntry { revision, binary: o.binary })
            };
            let entries = offered.into_iter().map(number).collect::<Option<Vec<_>>>();
            let entries = entries.ok_or_else(|| StoreError::Invalid {
                what: "an index offers a revision that is not in its batch".into(),
            })?;
            Some(pack(&ContentRow::new(entries))?)
        }
        None => None,
    };
    let key = &write.index.key;
    let body = pack(&IndexRow::new(&write.index))?;
    let args = args![key.source, &key.uri, &key.suite, &key.component, &key.architecture];
    if let Some(id) = tx.optional(&FIND_INDEX, args, |row| row.get::<IndexId>("id")).await? {
        tx.execute(&UPDATE_INDEX, args![id, &write.anchor, body]).await?;
        if let Some(content) = content {
            tx.execute(&UPDATE_CONTENT, args![id, content]).await?;
        }
        return Ok(id);
    }
    let id = IndexId(counter::allocate_u32(tx, Counter::Index, 1).await?);
    let content = match content {
        Some(content) => content,
        None => pack(&ContentRow::new(Vec::new()))?,
    };
    let args =
        args![id, key.source, &key.uri, &key.suite, &key.component, &key.architecture, &write.anchor, body, content];
    tx.execute(&INSERT_INDEX, args).await?;
    Ok(id)
}

fn kind_number(kind: CategoryKind) -> u8 {
    match kind {
        CategoryKind::Company => 0,
        CategoryKind::ProductFamily => 1,
        CategoryKind::Product => 2,
    }
}
