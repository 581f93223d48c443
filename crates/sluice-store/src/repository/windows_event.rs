//! What Windows devices report, each event once however often it comes.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::{DeviceId, ErrorCode, UpdateId};
use uuid::Uuid;

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::pack::pack;
use crate::repository::counter::{self, Counter};
use crate::row::Row;
use crate::statement::statements;

statements! {
    windows_event(seq) {
        INSERT[10] = "INSERT INTO windows_event (seq, device_id, instance, received_at, at, event_id, update_id, \
            revision, result, body) VALUES {rows} ON CONFLICT (device_id, instance) DO NOTHING RETURNING seq";
        TRIM = "DELETE FROM windows_event WHERE device_id = $1 AND seq <= (SELECT e.seq FROM windows_event e \
            WHERE e.device_id = $1 ORDER BY e.seq DESC LIMIT 1 OFFSET $2)";
        REMOVE_DEVICE = "DELETE FROM windows_event WHERE device_id = $1";
        // The oldest have the lowest numbers; no index by time is needed.
        PRUNE = "DELETE FROM windows_event WHERE received_at < $1 \
            AND seq IN (SELECT e.seq FROM windows_event e ORDER BY e.seq LIMIT $2)";
        PAGE = "SELECT seq, device_id, instance, received_at, at, event_id, update_id, revision, result, body \
            FROM windows_event WHERE device_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";
        LOAD(all) = "SELECT seq, device_id, instance, received_at, at, event_id, update_id, revision, result, body \
            FROM windows_event";
    }
}

/// Events kept of a device: an ordinary one reports about ten a day. It bounds what a device that
/// reports without end can fill the disk with.
pub const MAX_EVENTS: u32 = 4_000;

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowsEvent {
    /// What makes it unique on its device.
    pub instance: Uuid,
    /// When, by the clock of the device.
    pub at: Timestamp,
    /// What it is (protocols.md §11).
    pub event_id: i32,
    /// The update it is about.
    pub update: Option<UpdateId>,
    /// The revision number of that update; 0 when not said.
    pub revision: u32,
    /// The error; 0 is success.
    pub result: ErrorCode,
    /// More, by key.
    pub details: Vec<(String, String)>,
}

/// A recorded event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredWindowsEvent {
    /// Place in the order of recording; the cursor of pages.
    pub seq: u64,
    /// The device.
    pub device: DeviceId,
    /// When it was received.
    pub received_at: Timestamp,
    /// The event.
    pub event: WindowsEvent,
}

/// Events as they are stored. Packing is work for the caller's task, not for the one writer.
#[derive(Clone, Debug)]
pub struct PackedEvents(Vec<(WindowsEvent, Vec<u8>)>);

/// More of an event, by key.
#[derive(Serialize, Deserialize)]
struct DetailsRow(Vec<(String, String)>);

impl PackedEvents {
    /// Packs events.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when one is too large.
    pub fn new(events: Vec<WindowsEvent>) -> Result<Self, StoreError> {
        let each = |mut event: WindowsEvent| {
            let body = pack(&DetailsRow(std::mem::take(&mut event.details)))?;
            Ok((event, body))
        };
        events.into_iter().map(each).collect::<Result<_, _>>().map(Self)
    }
}

fn from_row(row: Row<'_>) -> Result<StoredWindowsEvent, StoreError> {
    Ok(StoredWindowsEvent {
        seq: row.get("seq")?,
        device: row.get("device_id")?,
        received_at: row.get("received_at")?,
        event: WindowsEvent {
            instance: row.get("instance")?,
            at: row.get("at")?,
            event_id: row.get("event_id")?,
            update: row.get("update_id")?,
            revision: row.get("revision")?,
            result: row.get("result")?,
            details: row.unpack::<DetailsRow>("body")?.0,
        },
    })
}

/// Records events of a device; for each, in their order, whether it was new. Only the newest
/// [`MAX_EVENTS`] of a device are kept.
///
/// # Errors
/// [`StoreError::Reference`] when the device does not exist.
pub async fn ingest(
    tx: &mut Tx,
    device: DeviceId,
    received_at: Timestamp,
    events: &PackedEvents,
) -> Result<Vec<bool>, StoreError> {
    if events.0.is_empty() {
        return Ok(Vec::new());
    }
    let count = u32::try_from(events.0.len());
    let count = count.map_err(|_| StoreError::Invalid { what: "too many events at once".into() })?;
    let first = counter::allocate(tx, Counter::WindowsEvent, count).await?;
    let rows: Vec<_> = (first..).zip(&events.0).collect();
    let bind = |(seq, (event, body)): &(u64, &(WindowsEvent, Vec<u8>)), args: &mut Args| {
        args.push(*seq);
        args.push(device);
        args.push(event.instance);
        args.push(received_at);
        args.push(event.at);
        args.push(event.event_id);
        args.push(event.update);
        args.push(event.revision);
        args.push(event.result);
        args.push(body.as_slice());
    };
    let mut new = HashSet::with_capacity(rows.len());
    tx.each_of(&INSERT, &rows, bind, |row| {
        new.insert(row.get::<u64>("seq")?);
        Ok(())
    })
    .await?;
    if !new.is_empty() {
        tx.execute(&TRIM, args![device, MAX_EVENTS]).await?;
    }
    Ok(rows.iter().map(|(seq, _)| new.contains(seq)).collect())
}

/// Forgets the events of a device.
///
/// # Errors
/// When they cannot be written.
pub(crate) async fn remove_device(tx: &mut Tx, device: DeviceId) -> Result<(), StoreError> {
    tx.execute(&REMOVE_DEVICE, args![device]).await.map(drop)
}

/// Removes events received before a moment, of the `limit` oldest ones; how many went. To remove all
/// of them, call it again until none goes.
///
/// # Errors
/// When they cannot be written.
pub async fn prune(tx: &mut Tx, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(&PRUNE, args![before, limit]).await
}

/// A page of a device's events, newest first: what was recorded before `before`.
///
/// # Errors
/// When one cannot be read.
pub async fn page(
    reader: &mut Reader,
    device: DeviceId,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<StoredWindowsEvent>, StoreError> {
    reader.all(&PAGE, args![device, before.unwrap_or(u64::MAX), limit], from_row).await
}

/// Calls a function with every event of every device. It gets an error for one that cannot be read,
/// and decides whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_event: impl FnMut(Result<StoredWindowsEvent, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_event(from_row(row))).await
}
