//! Quarantine: items of a source that could not be taken in, with the reason.

use jiff::Timestamp;
use sluice_model::SourceId;
use uuid::Uuid;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    quarantine(id) {
        PUT = "INSERT INTO quarantine (id, source_id, item, reason, detail, first_at, last_at, attempts) \
            VALUES ($1, $2, $3, $4, $5, $6, $6, 1) ON CONFLICT (source_id, item) DO UPDATE SET \
            reason = excluded.reason, detail = excluded.detail, last_at = excluded.last_at, \
            attempts = quarantine.attempts + 1, resolved_at = NULL, \
            first_at = CASE WHEN quarantine.resolved_at IS NULL THEN quarantine.first_at ELSE excluded.first_at END";
        RESOLVE = "UPDATE quarantine SET resolved_at = $3 WHERE source_id = $1 AND item = $2 AND resolved_at IS NULL";
        RESOLVE_ID = "UPDATE quarantine SET resolved_at = $2 WHERE id = $1 AND resolved_at IS NULL";
        LIST(all) = "SELECT id, source_id, item, reason, detail, first_at, last_at, attempts, resolved_at \
            FROM quarantine WHERE resolved_at IS NULL OR $1 = 1 ORDER BY last_at DESC, id";
    }
}

/// An item in quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantineRecord {
    /// Identity.
    pub id: Uuid,
    /// The source.
    pub source: SourceId,
    /// What names the item within its source.
    pub item: String,
    /// Why, in one line.
    pub reason: String,
    /// More about it.
    pub detail: String,
    /// First failure since it was last fine.
    pub first_at: Timestamp,
    /// Last failure.
    pub last_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was taken in after all, or dismissed.
    pub resolved_at: Option<Timestamp>,
}

/// A failure to record.
#[derive(Clone, Debug)]
pub struct QuarantineEntry {
    /// Identity, used when the item is new.
    pub id: Uuid,
    /// The source.
    pub source: SourceId,
    /// What names the item within its source.
    pub item: String,
    /// Why, in one line.
    pub reason: String,
    /// More about it.
    pub detail: String,
}

fn from_row(row: Row<'_>) -> Result<QuarantineRecord, StoreError> {
    Ok(QuarantineRecord {
        id: row.get("id")?,
        source: row.get("source_id")?,
        item: row.get("item")?,
        reason: row.get("reason")?,
        detail: row.get("detail")?,
        first_at: row.get("first_at")?,
        last_at: row.get("last_at")?,
        attempts: row.get("attempts")?,
        resolved_at: row.get("resolved_at")?,
    })
}

/// Records a failure of an item: a new row, or one attempt more.
///
/// # Errors
/// [`StoreError::Reference`] when the source does not exist.
pub async fn put(tx: &mut Tx, entry: &QuarantineEntry, at: Timestamp) -> Result<(), StoreError> {
    let e = entry;
    tx.execute(&PUT, args![e.id, e.source, &e.item, &e.reason, &e.detail, at]).await.map(drop)
}

/// The item was taken in; true when it was in quarantine.
///
/// # Errors
/// When it cannot be written.
pub async fn resolve(tx: &mut Tx, source: SourceId, item: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&RESOLVE, args![source, item, at]).await? > 0)
}

/// Somebody dismissed the item.
///
/// # Errors
/// [`StoreError::NotFound`] when it is not in quarantine.
pub async fn dismiss(tx: &mut Tx, id: Uuid, at: Timestamp) -> Result<(), StoreError> {
    tx.execute_on(&RESOLVE_ID, args![id, at], "item in quarantine", id).await
}

/// The items in quarantine, latest failure first; with those that have left it when asked.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader, with_resolved: bool) -> Result<Vec<QuarantineRecord>, StoreError> {
    reader.all(&LIST, args![with_resolved], from_row).await
}
