//! What upstream servers were last told of devices: the rollup goes on from there
//! (\[MS-WSUSSS\] 3.2.4.5).

use jiff::Timestamp;
use sluice_model::{DeviceId, SourceId};
use uuid::Uuid;

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::repository::last_of_each;
use crate::row::Row;
use crate::statement::statements;

statements! {
    rollup_sent(source_id, device_id) {
        PUT[7] = "INSERT INTO rollup_sent (source_id, device_id, upstream, number, details, states, removed_at) \
            VALUES {rows} ON CONFLICT (source_id, device_id) DO UPDATE SET upstream = excluded.upstream, \
            number = excluded.number, details = excluded.details, states = excluded.states, \
            removed_at = excluded.removed_at";
        REMOVE = "DELETE FROM rollup_sent WHERE source_id = $1 AND device_id = $2";
        OF_SOURCE = "SELECT source_id, device_id, upstream, number, details, states, removed_at FROM rollup_sent \
            WHERE source_id = $1";
        LOAD(all) = "SELECT source_id, device_id, upstream, number, details, states, removed_at FROM rollup_sent";
    }
}

/// What was last told of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollupSentRecord {
    /// The source whose upstream server was told.
    pub source: SourceId,
    /// The device.
    pub device: DeviceId,
    /// The server and its database, as one value: another one knows nothing of what this one was told.
    pub upstream: Uuid,
    /// Number of the last report of its states; 0: there was none.
    pub number: i32,
    /// Digest of what it is.
    pub details: i64,
    /// Digest of its states.
    pub states: i64,
    /// The upstream server said that it was deleted there; until when the device had been heard.
    pub removed_at: Option<Timestamp>,
}

fn from_row(row: Row<'_>) -> Result<RollupSentRecord, StoreError> {
    Ok(RollupSentRecord {
        source: row.get("source_id")?,
        device: row.get("device_id")?,
        upstream: row.get("upstream")?,
        number: row.get("number")?,
        details: row.get("details")?,
        states: row.get("states")?,
        removed_at: row.get("removed_at")?,
    })
}

/// Notes what was told; of several of one device the last holds.
///
/// # Errors
/// [`StoreError::Reference`] when the source does not exist.
pub async fn put(tx: &mut Tx, records: &[RollupSentRecord]) -> Result<(), StoreError> {
    let bind = |r: &&RollupSentRecord, args: &mut Args| {
        args.push(r.source);
        args.push(r.device);
        args.push(r.upstream);
        args.push(r.number);
        args.push(r.details);
        args.push(r.states);
        args.push(r.removed_at);
    };
    tx.bulk(&PUT, &last_of_each(records, |r| (r.source, r.device)), bind).await.map(drop)
}

/// Forgets what was told of devices.
///
/// # Errors
/// When it cannot be written.
pub async fn remove(tx: &mut Tx, source: SourceId, devices: &[DeviceId]) -> Result<(), StoreError> {
    for device in devices {
        tx.execute(&REMOVE, args![source, *device]).await?;
    }
    Ok(())
}

/// Calls a function with what was told to the upstream server of a source. It gets an error for a row that
/// cannot be read, and decides whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn of_source(
    reader: &mut Reader,
    source: SourceId,
    mut on_record: impl FnMut(Result<RollupSentRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&OF_SOURCE, args![source], |row| on_record(from_row(row))).await
}

/// The same of all sources.
///
/// # Errors
/// As [`of_source`].
pub async fn load(
    reader: &mut Reader,
    mut on_record: impl FnMut(Result<RollupSentRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_record(from_row(row))).await
}
