//! The last full status that each Windows device reported: what it said of every update it knows.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::{DeviceId, ReportedState, RevisionId, UpdateId};
use uuid::Uuid;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::pack::pack;
use crate::row::Row;
use crate::statement::statements;

statements! {
    windows_status(device_id) {
        PUT = "INSERT INTO windows_status (device_id, at, covered, body) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (device_id) DO UPDATE SET at = excluded.at, covered = excluded.covered, body = excluded.body";
        REMOVE = "DELETE FROM windows_status WHERE device_id = $1";
        GET = "SELECT device_id, at, covered, body FROM windows_status WHERE device_id = $1";
        LOAD(all) = "SELECT device_id, at, covered, body FROM windows_status";
    }
}

/// The status of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowsStatusRecord {
    /// The device.
    pub device: DeviceId,
    /// When it was received.
    pub at: Timestamp,
    /// The newest revision that the device can have known of then.
    pub covered: RevisionId,
    /// What it said, by update; what it did not name does not apply to it.
    pub states: Vec<(UpdateId, ReportedState)>,
}

/// A status as it is stored. Packing is work for the caller's task, not for the one writer.
#[derive(Clone, Debug)]
pub struct PackedStatus(Vec<u8>);

/// The updates of each state, in the order of [`ReportedState::ALL`].
#[derive(Serialize, Deserialize)]
struct StatesRow(Vec<Vec<[u8; 16]>>);

impl PackedStatus {
    /// Packs states.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when there are too many.
    pub fn new(states: &[(UpdateId, ReportedState)]) -> Result<Self, StoreError> {
        let of = |state: &ReportedState| {
            states.iter().filter(|(_, s)| s == state).map(|(update, _)| update.0.into_bytes()).collect()
        };
        pack(&StatesRow(ReportedState::ALL.iter().map(of).collect())).map(Self)
    }
}

impl StatesRow {
    fn into_states(self) -> Result<Vec<(UpdateId, ReportedState)>, String> {
        if self.0.len() > ReportedState::ALL.len() {
            return Err(format!("{} states", self.0.len()));
        }
        let pair = |(updates, state): (Vec<[u8; 16]>, ReportedState)| {
            updates.into_iter().map(move |id| (UpdateId(Uuid::from_bytes(id)), state))
        };
        Ok(self.0.into_iter().zip(ReportedState::ALL).flat_map(pair).collect())
    }
}

fn from_row(row: Row<'_>) -> Result<WindowsStatusRecord, StoreError> {
    let states = row.unpack::<StatesRow>("body")?.into_states();
    Ok(WindowsStatusRecord {
        device: row.get("device_id")?,
        at: row.get("at")?,
        covered: row.get("covered")?,
        states: states.map_err(|what| row.corrupt("body", what))?,
    })
}

/// Replaces the status of a device.
///
/// # Errors
/// [`StoreError::Reference`] when the device does not exist.
pub async fn replace(
    tx: &mut Tx,
    device: DeviceId,
    at: Timestamp,
    covered: RevisionId,
    states: PackedStatus,
) -> Result<(), StoreError> {
    tx.execute(&PUT, args![device, at, covered, states.0]).await.map(drop)
}

/// Forgets the status of a device.
///
/// # Errors
/// When it cannot be written.
pub async fn remove(tx: &mut Tx, device: DeviceId) -> Result<(), StoreError> {
    tx.execute(&REMOVE, args![device]).await.map(drop)
}

/// The status of one device.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, device: DeviceId) -> Result<Option<WindowsStatusRecord>, StoreError> {
    reader.optional(&GET, args![device], from_row).await
}

/// Calls a function with every status. It gets an error for one that cannot be read, and decides
/// whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_status: impl FnMut(Result<WindowsStatusRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_status(from_row(row))).await
}
