//! The history of a device.

use jiff::Timestamp;
use sluice_model::DeviceId;

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::repository::counter::{self, Counter};
use crate::row::Row;
use crate::statement::statements;

statements! {
    device_event(device_id, seq) {
        INSERT[5] = "INSERT INTO device_event (device_id, seq, at, kind, detail) VALUES {rows}";
        LIST = "SELECT device_id, seq, at, kind, detail FROM device_event WHERE device_id = $1 AND seq < $2 \
            ORDER BY seq DESC LIMIT $3";
        PRUNE = "DELETE FROM device_event WHERE device_id = $1 AND seq <= (SELECT e.seq FROM device_event e \
            WHERE e.device_id = $1 ORDER BY e.seq DESC LIMIT 1 OFFSET $2)";
        LOAD(all) = "SELECT device_id, seq, at, kind, detail FROM device_event";
    }
}

/// Something that happened on or to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceEvent {
    /// When, by the clock of who reports it.
    pub at: Timestamp,
    /// What sort: `enrolled`, `installed`.
    pub kind: String,
    /// More, JSON of the kind's own.
    pub detail: String,
}

/// A recorded event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDeviceEvent {
    /// Place in the order of recording; the cursor of pages.
    pub seq: u64,
    /// The event.
    pub event: DeviceEvent,
}

fn from_row(row: Row<'_>) -> Result<StoredDeviceEvent, StoreError> {
    Ok(StoredDeviceEvent {
        seq: row.get("seq")?,
        event: DeviceEvent { at: row.get("at")?, kind: row.get("kind")?, detail: row.get("detail")? },
    })
}

/// Records events of a device.
///
/// # Errors
/// [`StoreError::Reference`] when the device does not exist.
pub async fn append(tx: &mut Tx, device: DeviceId, events: &[DeviceEvent]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let count = u32::try_from(events.len());
    let count = count.map_err(|_| StoreError::Invalid { what: "too many events at once".into() })?;
    let first = counter::allocate(tx, Counter::DeviceEvent, count).await?;
    let rows: Vec<_> = (first..).zip(events).collect();
    let bind = |(seq, event): &(u64, &DeviceEvent), args: &mut Args| {
        args.push(device);
        args.push(*seq);
        args.push(event.at);
        args.push(&event.kind);
        args.push(&event.detail);
    };
    tx.bulk(&INSERT, &rows, bind).await.map(drop)
}

/// A page of a device's history, newest first: what was recorded before `before`.
///
/// # Errors
/// When one cannot be read.
pub async fn list(
    reader: &mut Reader,
    device: DeviceId,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<StoredDeviceEvent>, StoreError> {
    reader.all(&LIST, args![device, before.unwrap_or(u64::MAX), limit], from_row).await
}

/// Keeps only the newest events of a device; how many went.
///
/// # Errors
/// When they cannot be written.
pub async fn prune(tx: &mut Tx, device: DeviceId, keep: u32) -> Result<u64, StoreError> {
    tx.execute(&PRUNE, args![device, keep]).await
}

/// Calls a function with every event of every device. It gets an error for one that cannot be read,
/// and decides whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_event: impl FnMut(Result<StoredDeviceEvent, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_event(from_row(row))).await
}
