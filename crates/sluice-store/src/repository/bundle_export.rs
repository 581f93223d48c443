//! Bundles that this site exported.

use jiff::Timestamp;
use sluice_model::RevisionId;
use uuid::Uuid;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::repository::counter::{self, Counter};
use crate::row::Row;
use crate::statement::statements;

statements! {
    bundle_export(id) {
        BEGIN = "INSERT INTO bundle_export (id, sequence, previous, started_at, started_by, expires_at, intended, \
            parts, content, revision, ended_at, bytes, documents, files, hash, carried) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, 0, 0, 0, $11, $12)";
        END = "UPDATE bundle_export SET ended_at = $2, bytes = $3, documents = $4, files = $5, hash = $6, carried = $7 \
            WHERE id = $1";
        GET = "SELECT id, sequence, previous, started_at, started_by, expires_at, intended, parts, content, revision, \
            ended_at, bytes, documents, files, hash FROM bundle_export WHERE id = $1";
        LIST(all) = "SELECT id, sequence, previous, started_at, started_by, expires_at, intended, parts, content, \
            revision, ended_at, bytes, documents, files, hash FROM bundle_export ORDER BY sequence DESC LIMIT $1";
        CARRIED = "SELECT id, carried FROM bundle_export WHERE id = $1";
        // Only the last ones are gone on from; what older ones carried is not needed any more.
        FORGET = "DELETE FROM bundle_export WHERE sequence <= $1";
    }
}

/// A bundle that was exported, or was to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRecord {
    /// Identity.
    pub id: Uuid,
    /// Rises with every export.
    pub sequence: u64,
    /// Of a delta: the bundle it goes on from.
    pub previous: Option<Uuid>,
    /// When it was begun.
    pub started_at: Timestamp,
    /// By whom.
    pub started_by: String,
    /// After this it is not to be imported.
    pub expires_at: Timestamp,
    /// The only site that may import it.
    pub intended: Option<Uuid>,
    /// What is in it, in the site's own words.
    pub parts: String,
    /// Which files are in it, in the site's own words.
    pub content: String,
    /// The highest revision that is in it or in those it goes on from.
    pub revision: RevisionId,
    /// What came of it; `None`: it is under way, or broke off.
    pub end: Option<ExportEnd>,
}

/// What came of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportEnd {
    /// When it ended.
    pub at: Timestamp,
    /// Bytes.
    pub bytes: u64,
    /// Update documents in it.
    pub documents: u64,
    /// Files in it.
    pub files: u64,
    /// The hash that its end signs.
    pub hash: [u8; 32],
}

fn from_row(row: Row<'_>) -> Result<ExportRecord, StoreError> {
    let end = match row.get::<Option<Timestamp>>("ended_at")? {
        Some(at) => Some(ExportEnd {
            at,
            bytes: row.get("bytes")?,
            documents: row.get("documents")?,
            files: row.get("files")?,
            hash: row.get("hash")?,
        }),
        None => None,
    };
    Ok(ExportRecord {
        id: row.get("id")?,
        sequence: row.get("sequence")?,
        previous: row.get("previous")?,
        started_at: row.get("started_at")?,
        started_by: row.get("started_by")?,
        expires_at: row.get("expires_at")?,
        intended: row.get("intended")?,
        parts: row.get("parts")?,
        content: row.get("content")?,
        revision: row.get("revision")?,
        end,
    })
}

/// Begins an export and gives it its number, which no other one ever gets.
///
/// # Errors
/// When it cannot be written.
pub async fn begin(tx: &mut Tx, export: &ExportRecord) -> Result<u64, StoreError> {
    let sequence = counter::allocate(tx, Counter::Bundle, 1).await?;
    let args = args![
        export.id,
        sequence,
        export.previous,
        export.started_at,
        &export.started_by,
        export.expires_at,
        export.intended,
        &export.parts,
        &export.content,
        export.revision,
        Vec::new(),
        Vec::new()
    ];
    tx.execute(&BEGIN, args).await?;
    Ok(sequence)
}

/// Ends an export that was written whole. `carried` is what [`carried`] will say.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn end(tx: &mut Tx, id: Uuid, end: &ExportEnd, carried: Vec<u8>) -> Result<(), StoreError> {
    let args = args![id, end.at, end.bytes, end.documents, end.files, end.hash, carried];
    tx.execute_on(&END, args, "export", id).await
}

/// One export.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, id: Uuid) -> Result<Option<ExportRecord>, StoreError> {
    reader.optional(&GET, args![id], from_row).await
}

/// The last exports, newest first.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader, limit: u32) -> Result<Vec<ExportRecord>, StoreError> {
    reader.all(&LIST, args![limit], from_row).await
}

/// The SHA-1 of all files that an export carried with those it goes on from, one after the other.
///
/// # Errors
/// When they cannot be read.
pub async fn carried(reader: &mut Reader, id: Uuid) -> Result<Vec<u8>, StoreError> {
    Ok(reader.optional(&CARRIED, args![id], |row| row.get("carried")).await?.unwrap_or_default())
}

/// Forgets exports up to a number.
///
/// # Errors
/// When they cannot be removed.
pub async fn forget(tx: &mut Tx, up_to: u64) -> Result<(), StoreError> {
    tx.execute(&FORGET, args![up_to]).await.map(drop)
}
