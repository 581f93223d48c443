//! What devices of servers further down need and have, with the time of each change: a report that
//! is older than what is known changes nothing (\[MS-WSUSSS\] 3.1.4.17).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::{DeviceId, ReportedState, RevisionId, UpdateId};
use uuid::Uuid;

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::pack::pack;
use crate::repository::last_of_each;
use crate::row::Row;
use crate::statement::statements;

statements! {
    downstream_status(device_id) {
        PUT[5] = "INSERT INTO downstream_status (device_id, rollup, at, covered, body) VALUES {rows} \
            ON CONFLICT (device_id) DO UPDATE SET rollup = excluded.rollup, at = excluded.at, \
            covered = excluded.covered, body = excluded.body";
        REMOVE = "DELETE FROM downstream_status WHERE device_id = $1";
        GET = "SELECT device_id, rollup, at, covered, body FROM downstream_status WHERE device_id = $1";
        LOAD(all) = "SELECT device_id, rollup, at, covered, body FROM downstream_status";
    }
}

/// The status of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownstreamStatusRecord {
    /// The device.
    pub device: DeviceId,
    /// Number of the last report of it, which its server counts.
    pub rollup: i32,
    /// When it looked for what it needs.
    pub at: Timestamp,
    /// The newest revision that it can have known of then.
    pub covered: RevisionId,
    /// By update: what it said, and since when it is so.
    pub states: Vec<(UpdateId, ReportedState, Timestamp)>,
}

/// A status as it is stored. Packing is work for the caller's task, not for the one writer.
#[derive(Clone, Debug)]
pub struct PackedDownstreamStatus {
    device: DeviceId,
    rollup: i32,
    at: Timestamp,
    covered: RevisionId,
    body: Vec<u8>,
}

/// (update, number of the state in [`ReportedState::ALL`], seconds since 1970)
#[derive(Serialize, Deserialize)]
struct StatesRow(Vec<([u8; 16], u8, i64)>);

impl PackedDownstreamStatus {
    /// Packs a status. Of times whole seconds are kept.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when it is too large.
    pub fn new(status: &DownstreamStatusRecord) -> Result<Self, StoreError> {
        let number = |state: ReportedState| ReportedState::ALL.iter().position(|known| *known == state);
        let row = |(update, state, at): &(UpdateId, ReportedState, Timestamp)| {
            let number = number(*state).and_then(|number| u8::try_from(number).ok()).unwrap_or_default();
            (update.0.into_bytes(), number, at.as_second())
        };
        Ok(Self {
            device: status.device,
            rollup: status.rollup,
            at: status.at,
            covered: status.covered,
            body: pack(&StatesRow(status.states.iter().map(row).collect()))?,
        })
    }
}

fn from_row(row: Row<'_>) -> Result<DownstreamStatusRecord, StoreError> {
    let state = |(update, number, at): ([u8; 16], u8, i64)| {
        let state = ReportedState::ALL.get(usize::from(number)).copied();
        let state = state.ok_or_else(|| format!("unknown state {number}"))?;
        let at = Timestamp::from_second(at).map_err(|_| format!("{at} seconds is no moment"))?;
        Ok((UpdateId(Uuid::from_bytes(update)), state, at))
    };
    let states = row.unpack::<StatesRow>("body")?.0.into_iter().map(state).collect::<Result<_, _>>();
    Ok(DownstreamStatusRecord {
        device: row.get("device_id")?,
        rollup: row.get("rollup")?,
        at: row.get("at")?,
        covered: row.get("covered")?,
        states: states.map_err(|what| row.corrupt("body", what))?,
    })
}

/// Replaces statuses; of several of one device the last holds.
///
/// # Errors
/// [`StoreError::Reference`] when a device does not exist.
pub async fn put(tx: &mut Tx, statuses: &[PackedDownstreamStatus]) -> Result<(), StoreError> {
    let bind = |status: &&PackedDownstreamStatus, args: &mut Args| {
        args.push(status.device);
        args.push(status.rollup);
        args.push(status.at);
        args.push(status.covered);
        args.push(status.body.as_slice());
    };
    tx.bulk(&PUT, &last_of_each(statuses, |status| status.device), bind).await.map(drop)
}

/// Forgets the status of a device.
///
/// # Errors
/// When it cannot be written.
pub async fn remove(tx: &mut Tx, device: DeviceId) -> Result<(), StoreError> {
    tx.execute(&REMOVE, args![device]).await.map(drop)
}

/// The status of a device.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, device: DeviceId) -> Result<Option<DownstreamStatusRecord>, StoreError> {
    reader.optional(&GET, args![device], from_row).await
}

/// Calls a function with every status. It gets an error for one that cannot be read, and decides
/// whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_status: impl FnMut(Result<DownstreamStatusRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_status(from_row(row))).await
}
