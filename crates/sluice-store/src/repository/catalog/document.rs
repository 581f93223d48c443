//! Fragments: the pieces of a Windows update's metadata as they are sent, and the original document.

use std::collections::VecDeque;

use sluice_model::RevisionId;

use super::RevisionRef;
use crate::bind::{Args, args};
use crate::connection::{Reader, Tx, rows_at_once};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    update_fragment(revision_id, kind, language) {
        INSERT[7] = "INSERT INTO update_fragment (revision_id, kind, language, plain_size, packed, size, body) \
            VALUES {rows} ON CONFLICT (revision_id, kind, language) DO NOTHING";
        ONE = "SELECT revision_id, kind, language, plain_size, packed, size, body FROM update_fragment \
            WHERE revision_id = $1 AND kind = $2 AND language = $3";
        OF = "SELECT revision_id, kind, language, plain_size, packed, size, body FROM update_fragment \
            WHERE revision_id = $1 AND kind <> 3 ORDER BY kind, language";
        DOCUMENTS = "SELECT f.revision_id, f.kind, f.language, r.update_id, r.number, f.plain_size, f.body \
            FROM update_fragment f JOIN update_revision r ON r.revision_id = f.revision_id \
            WHERE f.revision_id > $1 AND f.revision_id <= $2 AND f.kind = 3 ORDER BY f.revision_id LIMIT $3";
        SIZES_OF[1] = "SELECT revision_id, kind, language, plain_size FROM update_fragment \
            WHERE revision_id IN ({rows}) AND kind = 3";
        DOCUMENTS_OF[1] = "SELECT f.revision_id, f.kind, f.language, r.update_id, r.number, f.plain_size, f.body \
            FROM update_fragment f JOIN update_revision r ON r.revision_id = f.revision_id \
            WHERE f.revision_id IN ({rows}) AND f.kind = 3";
        // A body that is not asked for is not read: on both databases long ones lie beside the table.
        // Whole documents (kind 3) are asked for one by one.
        LOAD(all) = "SELECT revision_id, kind, language, plain_size, packed, size, \
            CASE WHEN size <= $1 AND kind <> 3 THEN body END AS body FROM update_fragment";
    }
}

/// Longest body of a fragment, bytes: the largest document known is of half this size before it is
/// packed, and a backup reads values four times as long.
pub const MAX_FRAGMENT: usize = 64 << 20;

/// Bytes after which no row is added to a statement: it is in memory whole.
const MAX_BYTES: usize = 4 << 20;

/// What a fragment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FragmentKind {
    /// Identity, relationships and rules (`Core`).
    Core,
    /// Files and handler data (`Extended`).
    Extended,
    /// Title and description in one language (`LocalizedProperties`).
    Localized,
    /// The whole document, for servers further down.
    Document,
}

impl FragmentKind {
    const ALL: [Self; 4] = [Self::Core, Self::Extended, Self::Localized, Self::Document];

    fn number(self) -> u8 {
        match self {
            Self::Core => 0,
            Self::Extended => 1,
            Self::Localized => 2,
            Self::Document => 3,
        }
    }
}

/// A fragment to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FragmentWrite {
    /// Whose it is. One of a revision of the same batch is stored only when the revision was not
    /// there before.
    pub revision: RevisionRef,
    /// What it is.
    pub kind: FragmentKind,
    /// Of a localized one its language; else empty.
    pub language: String,
    /// Length before it was packed, bytes.
    pub plain_size: u64,
    /// Whether the body is packed, by the caller.
    pub packed: bool,
    /// The bytes, at most [`MAX_FRAGMENT`].
    pub body: Vec<u8>,
}

/// A stored fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFragment {
    /// Whose it is.
    pub revision: RevisionId,
    /// What it is.
    pub kind: FragmentKind,
    /// Of a localized one its language; else empty.
    pub language: String,
    /// Length before it was packed, bytes.
    pub plain_size: u64,
    /// Whether the body is packed.
    pub packed: bool,
    /// Length of the body, bytes.
    pub size: u64,
    /// The bytes; [`load_fragments`] leaves out those of whole documents and what is longer than was
    /// asked for.
    pub body: Option<Vec<u8>>,
}

fn from_row(row: Row<'_>) -> Result<StoredFragment, StoreError> {
    let kind = |number: u8| FragmentKind::ALL.into_iter().find(|kind| kind.number() == number);
    let fragment = StoredFragment {
        revision: row.get("revision_id")?,
        kind: row.get_as("kind", kind)?,
        language: row.get("language")?,
        plain_size: row.get("plain_size")?,
        packed: row.get("packed")?,
        size: row.get("size")?,
        body: row.get("body")?,
    };
    match &fragment.body {
        Some(body) if body.len() as u64 != fragment.size => {
            Err(row.corrupt("body", format!("{} bytes where {} belong", body.len(), fragment.size)))
        }
        _ => Ok(fragment),
    }
}

/// Whether the fragments of a batch of so many revisions can be stored.
pub(super) fn check(fragments: &[FragmentWrite], revisions: usize) -> Result<(), StoreError> {
    for fragment in fragments {
        if fragment.body.len() > MAX_FRAGMENT {
            let what = format!("a fragment of {} bytes is too long: at most {MAX_FRAGMENT}", fragment.body.len());
            return Err(StoreError::Invalid { what });
        }
        if matches!(fragment.revision, RevisionRef::New(place) if place >= revisions) {
            return Err(StoreError::Invalid { what: "a fragment is of a revision that is not in its batch".into() });
        }
    }
    Ok(())
}

/// Stores fragments, a bounded number of bytes at a time; `revision` names the revision of one, or
/// `None` when it is to be left out.
pub(super) async fn insert(
    tx: &mut Tx,
    fragments: Vec<FragmentWrite>,
    revision: impl Fn(RevisionRef) -> Option<RevisionId>,
) -> Result<(), StoreError> {
    let mut waiting: VecDeque<_> =
        fragments.into_iter().filter_map(|fragment| Some((revision(fragment.revision)?, fragment))).collect();
    while !waiting.is_empty() {
        let mut bytes = 0;
        let fit = waiting.iter().take_while(|(_, fragment)| {
            let fits = bytes < MAX_BYTES;
            bytes += fragment.body.len();
            fits
        });
        let rows = rows_at_once(&INSERT, fit.count());
        let mut args = Args::default();
        for (id, fragment) in waiting.drain(..rows) {
            args.push(id);
            args.push(fragment.kind.number());
            args.push(&fragment.language);
            args.push(fragment.plain_size);
            args.push(fragment.packed);
            args.push(fragment.body.len() as u64);
            args.push(fragment.body);
        }
        tx.rows(&INSERT, rows, args).await?;
    }
    Ok(())
}

/// One fragment, with its body.
///
/// # Errors
/// When it cannot be read.
pub async fn fragment(
    reader: &mut Reader,
    revision: RevisionId,
    kind: FragmentKind,
    language: &str,
) -> Result<Option<StoredFragment>, StoreError> {
    reader.optional(&ONE, args![revision, kind.number(), language], from_row).await
}

/// What clients get of a revision: all its fragments but the whole document, with their bodies.
///
/// # Errors
/// When one cannot be read.
pub async fn fragments_of(reader: &mut Reader, revision: RevisionId) -> Result<Vec<StoredFragment>, StoreError> {
    reader.all(&OF, args![revision], from_row).await
}

/// A whole document of a Windows update, as it is stored.
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

/// Whole documents in the order of revisions: those after one up to another, so many at most.
///
/// # Errors
/// When one cannot be read.
pub async fn documents(
    reader: &mut Reader,
    after: RevisionId,
    up_to: RevisionId,
    most: u32,
) -> Result<Vec<StoredDocument>, StoreError> {
    reader.all(&DOCUMENTS, args![after, up_to, most], document_from_row).await
}

/// How long the documents of some revisions are before they are packed, bytes; in no order.
///
/// # Errors
/// When one cannot be read.
pub async fn document_sizes(
    reader: &mut Reader,
    revisions: &[RevisionId],
) -> Result<Vec<(RevisionId, u64)>, StoreError> {
    let mut sizes = Vec::with_capacity(revisions.len());
    let each = reader.each_of(
        &SIZES_OF,
        revisions,
        |id, args| args.push(*id),
        |row| {
            sizes.push((row.get("revision_id")?, row.get("plain_size")?));
            Ok(())
        },
    );
    each.await?;
    Ok(sizes)
}

/// The documents of some revisions, in no order.
///
/// # Errors
/// When one cannot be read.
pub async fn documents_of(reader: &mut Reader, revisions: &[RevisionId]) -> Result<Vec<StoredDocument>, StoreError> {
    let mut documents = Vec::with_capacity(revisions.len());
    let each = reader.each_of(
        &DOCUMENTS_OF,
        revisions,
        |id, args| args.push(*id),
        |row| {
            documents.push(document_from_row(row)?);
            Ok(())
        },
    );
    each.await?;
    Ok(documents)
}

fn document_from_row(row: Row<'_>) -> Result<StoredDocument, StoreError> {
    Ok(StoredDocument {
        id: row.get("revision_id")?,
        revision: sluice_model::RevisionRef { update: row.get("update_id")?, number: row.get("number")? },
        plain_size: row.get("plain_size")?,
        body: row.get("body")?,
    })
}

/// Calls a function with every fragment, in no order, those of at most `max_body` bytes with their
/// body, but for whole documents. It gets an error for one that cannot be read, and decides whether
/// to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load_fragments(
    reader: &mut Reader,
    max_body: u64,
    mut on_fragment: impl FnMut(Result<StoredFragment, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![max_body], |row| on_fragment(from_row(row))).await
}
