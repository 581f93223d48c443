//! Reports of devices: taken in once each, whole.

use sluice_model::DeviceId;

use crate::bind::args;
use crate::connection::Tx;
use crate::error::StoreError;
use crate::repository::device_event::{self, DeviceEvent};
use crate::repository::enforcement::{self, EnforcementRecord};
use crate::statement::statements;

statements! {
    device_report(device_id, serial) {
        INSERT = "INSERT INTO device_report (device_id, serial) VALUES ($1, $2) \
            ON CONFLICT (device_id, serial) DO NOTHING";
        FORGET = "DELETE FROM device_report WHERE device_id = $1 AND serial < $2";
        NEWEST = "SELECT device_id, serial FROM device_report WHERE device_id = $1 ORDER BY serial DESC LIMIT 1";
    }
}

/// How many serial numbers below the newest are remembered per device. An agent sends one report at
/// a time, so anything older is a repetition.
const REMEMBERED: u64 = 1000;

/// Events kept of a device: years of an ordinary one.
pub const MAX_EVENTS: u32 = 10_000;

/// Whether a report was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ingested {
    /// It was; its content is stored.
    New,
    /// It has been taken in before; nothing was changed. It is acknowledged all the same.
    Duplicate {
        /// The highest serial number stored: a device whose own state was put back from a copy goes on
        /// after it.
        newest: u64,
    },
}

/// Takes in a report: its events and states, or nothing when the serial number is known.
///
/// # Errors
/// [`StoreError::Reference`] when the device does not exist.
pub async fn ingest(
    tx: &mut Tx,
    device: DeviceId,
    serial: u64,
    events: &[DeviceEvent],
    states: &[EnforcementRecord],
) -> Result<Ingested, StoreError> {
    let newest = tx.optional(&NEWEST, args![device], |row| row.get::<u64>("serial")).await?;
    let newest = newest.unwrap_or(0);
    if serial < newest.saturating_sub(REMEMBERED) || tx.execute(&INSERT, args![device, serial]).await? == 0 {
        return Ok(Ingested::Duplicate { newest });
    }
    enforcement::put(tx, states).await?;
    tx.execute(&FORGET, args![device, serial.max(newest).saturating_sub(REMEMBERED)]).await?;
    if !events.is_empty() {
        device_event::append(tx, device, events).await?;
        device_event::prune(tx, device, MAX_EVENTS).await?;
    }
    Ok(Ingested::New)
}
