//! Files of updates that could not be fetched, until they are.

use jiff::Timestamp;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    content_failure(name) {
        PUT = "INSERT INTO content_failure (name, reason, wrong, attempts, first_at, last_at, next_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO UPDATE SET reason = excluded.reason, \
            wrong = excluded.wrong, attempts = excluded.attempts, first_at = excluded.first_at, \
            last_at = excluded.last_at, next_at = excluded.next_at";
        REMOVE = "DELETE FROM content_failure WHERE name = $1";
        LIST(all) = "SELECT name, reason, wrong, attempts, first_at, last_at, next_at FROM content_failure \
            ORDER BY name";
    }
}

/// A file that could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentFailureRecord {
    /// The file, as it is called in addresses.
    pub name: String,
    /// Why, in one line.
    pub reason: String,
    /// What came was not the file.
    pub wrong: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// When it failed first since it was last fine.
    pub first_at: Timestamp,
    /// When it failed last.
    pub last_at: Timestamp,
    /// When it is tried again.
    pub next_at: Timestamp,
}

fn from_row(row: Row<'_>) -> Result<ContentFailureRecord, StoreError> {
    Ok(ContentFailureRecord {
        name: row.get("name")?,
        reason: row.get("reason")?,
        wrong: row.get("wrong")?,
        attempts: row.get("attempts")?,
        first_at: row.get("first_at")?,
        last_at: row.get("last_at")?,
        next_at: row.get("next_at")?,
    })
}

/// Records a failure in place of the file's last one.
///
/// # Errors
/// When it cannot be written.
pub async fn put(tx: &mut Tx, r: &ContentFailureRecord) -> Result<(), StoreError> {
    let args = args![&r.name, &r.reason, r.wrong, r.attempts, r.first_at, r.last_at, r.next_at];
    tx.execute(&PUT, args).await.map(drop)
}

/// Forgets the failure of a file; true when there was one.
///
/// # Errors
/// When it cannot be written.
pub async fn remove(tx: &mut Tx, name: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&REMOVE, args![name]).await? > 0)
}

/// All failures, by name.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<ContentFailureRecord>, StoreError> {
    reader.all(&LIST, args![], from_row).await
}
