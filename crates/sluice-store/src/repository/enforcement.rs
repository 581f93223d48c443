//! Enforcement: how far the installation of a deployed update has come on a device.

use jiff::Timestamp;
use sluice_model::{DeploymentId, DeviceId, EnforcementState, ErrorCode, UpdateId};

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::repository::last_of_each;
use crate::row::Row;
use crate::statement::statements;

statements! {
    enforcement(device_id, update_id) {
        PUT[8] = "INSERT INTO enforcement (device_id, update_id, state, code, detail, output, deployment_id, at) \
            VALUES {rows} ON CONFLICT (device_id, update_id) DO UPDATE SET state = excluded.state, \
            code = excluded.code, detail = excluded.detail, output = excluded.output, \
            deployment_id = excluded.deployment_id, at = excluded.at";
        OF_DEVICE = "SELECT device_id, update_id, state, code, detail, output, deployment_id, at FROM enforcement \
            WHERE device_id = $1 ORDER BY update_id";
        OF_UPDATE = "SELECT device_id, update_id, state, code, detail, output, deployment_id, at FROM enforcement \
            WHERE update_id = $1 ORDER BY device_id";
        ONE = "SELECT device_id, update_id, state, code, detail, output, deployment_id, at FROM enforcement \
            WHERE device_id = $1 AND update_id = $2";
        REMOVE_DEVICE = "DELETE FROM enforcement WHERE device_id = $1";
        LOAD(all) = "SELECT device_id, update_id, state, code, detail, '' AS output, deployment_id, at \
            FROM enforcement";
    }
}

/// Most bytes of a package manager's output that are kept: its end, where the reason stands.
pub const MAX_OUTPUT: usize = 64 << 10;

/// The enforcement of an update on a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnforcementRecord {
    /// The device.
    pub device: DeviceId,
    /// The update.
    pub update: UpdateId,
    /// How far it is.
    pub state: EnforcementState,
    /// What went wrong.
    pub code: Option<ErrorCode>,
    /// Details of what went wrong, one line or a few.
    pub detail: String,
    /// What the package manager printed; the last [`MAX_OUTPUT`] bytes.
    pub output: String,
    /// The deployment that asked for it.
    pub deployment: Option<DeploymentId>,
    /// When the device says it came this far.
    pub at: Timestamp,
}

fn from_row(row: Row<'_>) -> Result<EnforcementRecord, StoreError> {
    Ok(EnforcementRecord {
        device: row.get("device_id")?,
        update: row.get("update_id")?,
        state: row.get_as("state", EnforcementState::from_number)?,
        code: row.get::<Option<u32>>("code")?.map(ErrorCode),
        detail: row.get("detail")?,
        output: row.get("output")?,
        deployment: row.get("deployment_id")?,
        at: row.get("at")?,
    })
}

/// The end of an output, at a character's border.
fn bounded(output: &str) -> &str {
    let mut start = output.len().saturating_sub(MAX_OUTPUT);
    while !output.is_char_boundary(start) {
        start += 1;
    }
    output.get(start..).unwrap_or_default()
}

/// Records states, in place of what was recorded for the same device and update. Of several for one
/// pair the last holds.
///
/// # Errors
/// [`StoreError::Reference`] when a device does not exist.
pub async fn put(tx: &mut Tx, records: &[EnforcementRecord]) -> Result<(), StoreError> {
    let bind = |r: &&EnforcementRecord, args: &mut Args| {
        args.push(r.device);
        args.push(r.update);
        args.push(r.state.number());
        args.push(r.code.map(|c| c.0));
        args.push(&r.detail);
        args.push(bounded(&r.output));
        args.push(r.deployment);
        args.push(r.at);
    };
    tx.bulk(&PUT, &last_of_each(records, |r| (r.device, r.update)), bind).await.map(drop)
}

/// The states on a device.
///
/// # Errors
/// When one cannot be read.
pub async fn of_device(reader: &mut Reader, device: DeviceId) -> Result<Vec<EnforcementRecord>, StoreError> {
    reader.all(&OF_DEVICE, args![device], from_row).await
}

/// The states of an update.
///
/// # Errors
/// When one cannot be read.
pub async fn of_update(reader: &mut Reader, update: UpdateId) -> Result<Vec<EnforcementRecord>, StoreError> {
    reader.all(&OF_UPDATE, args![update], from_row).await
}

/// The state of an update on a device.
///
/// # Errors
/// When it cannot be read.
pub async fn get(
    reader: &mut Reader,
    device: DeviceId,
    update: UpdateId,
) -> Result<Option<EnforcementRecord>, StoreError> {
    reader.optional(&ONE, args![device, update], from_row).await
}

/// Forgets the states on a device.
///
/// # Errors
/// When they cannot be written.
pub async fn remove_device(tx: &mut Tx, device: DeviceId) -> Result<(), StoreError> {
    tx.execute(&REMOVE_DEVICE, args![device]).await.map(drop)
}

/// Calls a function with every state, with the output left out (it stays on disk until asked for).
/// It gets an error for one that cannot be read, and decides whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_record: impl FnMut(Result<EnforcementRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_record(from_row(row))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_cut_at_a_character() {
        let long = "é".repeat(MAX_OUTPUT);
        assert_eq!(bounded(&long).len(), MAX_OUTPUT);
        let odd = format!("{long}x");
        assert_eq!(bounded(&odd).len(), MAX_OUTPUT - 1);
        assert_eq!(bounded("short"), "short");
    }
}
