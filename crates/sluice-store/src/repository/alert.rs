//! Alerts: conditions that need a person, open until cleared.

use jiff::Timestamp;
use sluice_model::AlertId;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    alert(id) {
        RAISE = "INSERT INTO alert (id, kind, subject, message, raised_at, last_at) VALUES ($1, $2, $3, $4, $5, $5) \
            ON CONFLICT (kind, subject) WHERE cleared_at IS NULL DO UPDATE SET message = excluded.message, \
            last_at = excluded.last_at RETURNING id";
        CLEAR = "UPDATE alert SET cleared_at = $3 WHERE kind = $1 AND subject = $2 AND cleared_at IS NULL";
        OPEN(all) = "SELECT id, kind, subject, message, raised_at, last_at, cleared_at FROM alert \
            WHERE cleared_at IS NULL ORDER BY raised_at DESC, id";
        RECENT = "SELECT id, kind, subject, message, raised_at, last_at, cleared_at FROM alert \
            ORDER BY raised_at DESC, id DESC LIMIT $1";
    }
}

/// An alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRecord {
    /// Identity.
    pub id: AlertId,
    /// The kind of condition: `sync-failed`.
    pub kind: String,
    /// What it is about: the id of a source, a device, …
    pub subject: String,
    /// What is wrong, why, what to do.
    pub message: String,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// When the condition was last seen.
    pub last_at: Timestamp,
    /// When it was cleared.
    pub cleared_at: Option<Timestamp>,
}

fn from_row(row: Row<'_>) -> Result<AlertRecord, StoreError> {
    Ok(AlertRecord {
        id: row.get("id")?,
        kind: row.get("kind")?,
        subject: row.get("subject")?,
        message: row.get("message")?,
        raised_at: row.get("raised_at")?,
        last_at: row.get("last_at")?,
        cleared_at: row.get("cleared_at")?,
    })
}

/// Raises an alert, or refreshes the message of the open one of the same kind and subject. True
/// when it is new (then it has the id given).
///
/// # Errors
/// When it cannot be written.
pub async fn raise(
    tx: &mut Tx,
    id: AlertId,
    kind: &str,
    subject: &str,
    message: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let open = tx.optional(&RAISE, args![id, kind, subject, message, at], |row| row.get::<AlertId>("id")).await?;
    Ok(open == Some(id))
}

/// Clears the open alert of a kind and subject; true when there was one.
///
/// # Errors
/// When it cannot be written.
pub async fn clear(tx: &mut Tx, kind: &str, subject: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&CLEAR, args![kind, subject, at]).await? > 0)
}

/// The open alerts, newest first.
///
/// # Errors
/// When one cannot be read.
pub async fn open(reader: &mut Reader) -> Result<Vec<AlertRecord>, StoreError> {
    reader.all(&OPEN, args![], from_row).await
}

/// The last alerts, cleared ones too, newest first.
///
/// # Errors
/// When one cannot be read.
pub async fn recent(reader: &mut Reader, limit: u32) -> Result<Vec<AlertRecord>, StoreError> {
    reader.all(&RECENT, args![limit], from_row).await
}
