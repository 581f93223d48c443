//! Declined updates: offered to no client, and not to be deployed.

use jiff::Timestamp;
use sluice_model::UpdateId;

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::repository::last_of_each;
use crate::row::Row;
use crate::statement::statements;

statements! {
    declined(update_id) {
        PUT[4] = "INSERT INTO declined (update_id, at, declined_by, reason) VALUES {rows} \
            ON CONFLICT (update_id) DO UPDATE SET at = excluded.at, declined_by = excluded.declined_by, \
            reason = excluded.reason";
        REMOVE = "DELETE FROM declined WHERE update_id = $1";
        GET = "SELECT update_id, at, declined_by, reason FROM declined WHERE update_id = $1";
        LIST(all) = "SELECT update_id, at, declined_by, reason FROM declined ORDER BY at DESC, update_id";
    }
}

/// Why an update is declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclinedRecord {
    /// The update.
    pub update: UpdateId,
    /// Since when.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why, in that person's words; may be empty.
    pub reason: String,
}

fn from_row(row: Row<'_>) -> Result<DeclinedRecord, StoreError> {
    Ok(DeclinedRecord {
        update: row.get("update_id")?,
        at: row.get("at")?,
        by: row.get("declined_by")?,
        reason: row.get("reason")?,
    })
}

/// Declines updates; of those that are declined already the new record holds.
///
/// # Errors
/// When they cannot be written.
pub async fn put(tx: &mut Tx, records: &[DeclinedRecord]) -> Result<(), StoreError> {
    let bind = |r: &&DeclinedRecord, args: &mut Args| {
        args.push(r.update);
        args.push(r.at);
        args.push(&r.by);
        args.push(&r.reason);
    };
    tx.bulk(&PUT, &last_of_each(records, |r| r.update), bind).await.map(drop)
}

/// Takes back that updates are declined; those that are not are passed over.
///
/// # Errors
/// When they cannot be written.
pub async fn remove(tx: &mut Tx, updates: &[UpdateId]) -> Result<(), StoreError> {
    for update in updates {
        tx.execute(&REMOVE, args![*update]).await?;
    }
    Ok(())
}

/// Why an update is declined.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, update: UpdateId) -> Result<Option<DeclinedRecord>, StoreError> {
    reader.optional(&GET, args![update], from_row).await
}

/// All declined updates, newest first.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<DeclinedRecord>, StoreError> {
    reader.all(&LIST, args![], from_row).await
}
