//! Documents: the metadata of Windows updates, as it came. Everything that clients and servers get is made of it.

use std::collections::VecDeque;

use sluice_model::RevisionId;

use super::RevisionRef;
use crate::bind::{Args, args};
use crate::connection::{Reader, Tx, rows_at_once};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    update_document(revision_id) {
        INSERT[3] = "INSERT INTO update_document (revision_id, plain_size, body) VALUES {rows} \
            ON CONFLICT (revision_id) DO NOTHING";
        AFTER = "SELECT d.revision_id, r.update_id, r.number, d.plain_size, d.body FROM update_document d \
            JOIN update_revision r ON r.revision_id = d.revision_id \
            WHERE d.revision_id > $1 AND d.revision_id <= $2 ORDER BY d.revision_id LIMIT $3";
        OF[1] = "SELECT d.revision_id, r.update_id, r.number, d.plain_size, d.body FROM update_document d \
            JOIN update_revision r ON r.revision_id = d.revision_id WHERE d.revision_id IN ({rows})";
        // The bodies, which come last, are not read: on both databases long ones lie beside the table.
        SIZES(all) = "SELECT revision_id, plain_size FROM update_document WHERE revision_id > $1";
    }
}

/// Longest packed document, bytes: the largest known one is of half this size before it is packed, and a backup reads
/// values four times as long.
pub const MAX_PACKED_DOCUMENT: usize = 64 << 20;

/// Bytes after which no row is added to a statement: it is in memory whole.
const MAX_BYTES: usize = 4 << 20;

/// A document to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentWrite {
    /// Whose it is. One of a revision of the same batch is stored only when the revision was not there before.
    pub revision: RevisionRef,
    /// Length before it was packed, bytes.
    pub plain_size: u64,
    /// The bytes, packed by the caller, at most [`MAX_PACKED_DOCUMENT`].
    pub body: Vec<u8>,
}

/// A stored document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// Whose it is.
    pub id: RevisionId,
    /// Which revision that is.
    pub revision: sluice_model::RevisionRef,
    /// Length before it was packed, bytes.
    pub plain_size: u64,
    /// The packed bytes.
    pub body: Vec<u8>,
}

fn from_row(row: Row<'_>) -> Result<StoredDocument, StoreError> {
    Ok(StoredDocument {
        id: row.get("revision_id")?,
        revision: sluice_model::RevisionRef { update: row.get("update_id")?, number: row.get("number")? },
        plain_size: row.get("plain_size")?,
        body: row.get("body")?,
    })
}

/// Whether the documents of a batch of so many revisions can be stored.
pub(super) fn check(documents: &[DocumentWrite], revisions: usize) -> Result<(), StoreError> {
    for document in documents {
        if document.body.len() > MAX_PACKED_DOCUMENT {
            let size = document.body.len();
            let what = format!("a document of {size} packed bytes is too long: at most {MAX_PACKED_DOCUMENT}");
            return Err(StoreError::Invalid { what });
        }
        if matches!(document.revision, RevisionRef::New(place) if place >= revisions) {
            return Err(StoreError::Invalid { what: "a document is of a revision that is not in its batch".into() });
        }
    }
    Ok(())
}

/// Stores documents, a bounded number of bytes at a time; `revision` names the revision of one, or `None` when it is to
/// be left out.
pub(super) async fn insert(
    tx: &mut Tx,
    documents: Vec<DocumentWrite>,
    revision: impl Fn(RevisionRef) -> Option<RevisionId>,
) -> Result<(), StoreError> {
    let mut waiting: VecDeque<_> =
        documents.into_iter().filter_map(|document| Some((revision(document.revision)?, document))).collect();
    while !waiting.is_empty() {
        let mut bytes = 0;
        let fit = waiting.iter().take_while(|(_, document)| {
            let fits = bytes < MAX_BYTES;
            bytes += document.body.len();
            fits
        });
        let rows = rows_at_once(&INSERT, fit.count());
        let mut args = Args::default();
        for (id, document) in waiting.drain(..rows) {
            args.push(id);
            args.push(document.plain_size);
            args.push(document.body);
        }
        tx.rows(&INSERT, rows, args).await?;
    }
    Ok(())
}

/// Documents in the order of revisions: those after one up to another, so many at most.
///
/// # Errors
/// When one cannot be read.
pub async fn documents(
    reader: &mut Reader,
    after: RevisionId,
    up_to: RevisionId,
    most: u32,
) -> Result<Vec<StoredDocument>, StoreError> {
    reader.all(&AFTER, args![after, up_to, most], from_row).await
}

/// The documents of some revisions, in no order; those that there are.
///
/// # Errors
/// When one cannot be read.
pub async fn documents_of(reader: &mut Reader, revisions: &[RevisionId]) -> Result<Vec<StoredDocument>, StoreError> {
    let mut documents = Vec::with_capacity(revisions.len());
    let each = reader.each_of(
        &OF,
        revisions,
        |id, args| args.push(*id),
        |row| {
            documents.push(from_row(row)?);
            Ok(())
        },
    );
    each.await?;
    Ok(documents)
}

/// Calls a function with every revision whose number is above `after` that has a document, in no order, and with the
/// length of the document before it is packed, bytes. It gets an error for a row that cannot be read, and decides
/// whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load_document_sizes(
    reader: &mut Reader,
    after: RevisionId,
    mut on_size: impl FnMut(Result<(RevisionId, u64), StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    let size = |row: Row<'_>| Ok((row.get("revision_id")?, row.get("plain_size")?));
    reader.each(&SIZES, args![after], |row| on_size(size(row))).await
}
