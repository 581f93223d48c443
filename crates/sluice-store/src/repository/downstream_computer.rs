//! Devices that servers further down report: whose they are, and what they are.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::{DeviceId, ErrorCode, ServerId, WindowsComputer};

use super::windows_client_row::ComputerRow;
use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::pack::pack;
use crate::repository::last_of_each;
use crate::row::Row;
use crate::statement::statements;

statements! {
    downstream_computer(device_id) {
        PUT[5] = "INSERT INTO downstream_computer (device_id, reporter, server, removed, body) VALUES {rows} \
            ON CONFLICT (device_id) DO UPDATE SET reporter = excluded.reporter, server = excluded.server, \
            removed = excluded.removed, body = excluded.body";
        SET_SERVER = "UPDATE downstream_computer SET server = $2 WHERE device_id = $1";
        SET_REMOVED = "UPDATE downstream_computer SET removed = 1 WHERE device_id = $1";
        REMOVE = "DELETE FROM downstream_computer WHERE device_id = $1";
        LOAD(all) = "SELECT c.device_id, c.reporter, c.server, c.removed, c.body, s.at AS scan_at, \
            s.error AS scan_error FROM downstream_computer c LEFT JOIN windows_scan s ON s.device_id = c.device_id";
    }
}

/// A device of a server further down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownstreamComputerRecord {
    /// The device.
    pub device: DeviceId,
    /// The server that reports it, which synchronizes from this site.
    pub reporter: ServerId,
    /// An administrator removed it here, and its server was not told yet.
    pub removed: bool,
    /// The server that it synchronizes from: the reporter, or one below that.
    pub server: ServerId,
    /// What its server calls it.
    pub computer_id: String,
    /// Its name in the network.
    pub name: String,
    /// Its address.
    pub address: String,
    /// Its operating system's family, when its server says it: `Windows`.
    pub family: String,
    /// What it is.
    pub computer: WindowsComputer,
    /// The groups its policy names.
    pub requested_groups: Vec<String>,
    /// When it last asked its server for updates; kept with the scans of Windows devices.
    pub last_scan_at: Option<Timestamp>,
    /// What went wrong then.
    pub last_scan_error: Option<ErrorCode>,
}

/// A device as it is stored. Packing is work for the caller's task, not for the one writer.
#[derive(Clone, Debug)]
pub struct PackedComputer {
    device: DeviceId,
    reporter: ServerId,
    server: ServerId,
    removed: bool,
    body: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct DownstreamRow {
    computer_id: String,
    name: String,
    address: String,
    family: String,
    computer: ComputerRow,
    requested_groups: Vec<String>,
}

impl PackedComputer {
    /// Packs a device, but for its last scan.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when it is too large.
    pub fn new(record: &DownstreamComputerRecord) -> Result<Self, StoreError> {
        let row = DownstreamRow {
            computer_id: record.computer_id.clone(),
            name: record.name.clone(),
            address: record.address.clone(),
            family: record.family.clone(),
            computer: ComputerRow::new(&record.computer),
            requested_groups: record.requested_groups.clone(),
        };
        let DownstreamComputerRecord { device, reporter, server, removed, .. } = *record;
        Ok(Self { device, reporter, server, removed, body: pack(&row)? })
    }
}

fn from_row(row: Row<'_>) -> Result<DownstreamComputerRecord, StoreError> {
    let body = row.unpack::<DownstreamRow>("body")?;
    Ok(DownstreamComputerRecord {
        device: row.get("device_id")?,
        reporter: row.get("reporter")?,
        removed: row.get("removed")?,
        server: row.get("server")?,
        computer_id: body.computer_id,
        name: body.name,
        address: body.address,
        family: body.family,
        computer: body.computer.into_computer(),
        requested_groups: body.requested_groups,
        last_scan_at: row.get("scan_at")?,
        last_scan_error: row.get("scan_error")?,
    })
}

/// Stores devices in place of what was known of them; of several records of one the last holds.
///
/// # Errors
/// [`StoreError::Reference`] when one does not exist as a device.
pub async fn put(tx: &mut Tx, computers: &[PackedComputer]) -> Result<(), StoreError> {
    let bind = |computer: &&PackedComputer, args: &mut Args| {
        args.push(computer.device);
        args.push(computer.reporter);
        args.push(computer.server);
        args.push(computer.removed);
        args.push(computer.body.as_slice());
    };
    tx.bulk(&PUT, &last_of_each(computers, |computer| computer.device), bind).await.map(drop)
}

/// A device gets updates from another server now.
///
/// # Errors
/// When it cannot be written.
pub async fn set_server(tx: &mut Tx, device: DeviceId, server: ServerId) -> Result<(), StoreError> {
    tx.execute(&SET_SERVER, args![device, server]).await.map(drop)
}

/// Marks a device as removed here, so that its server can be told; of one that is none, nothing.
///
/// # Errors
/// When it cannot be written.
pub async fn set_removed(tx: &mut Tx, device: DeviceId) -> Result<(), StoreError> {
    tx.execute(&SET_REMOVED, args![device]).await.map(drop)
}

/// Forgets what devices are.
///
/// # Errors
/// When it cannot be written.
pub async fn remove(tx: &mut Tx, devices: &[DeviceId]) -> Result<(), StoreError> {
    for device in devices {
        tx.execute(&REMOVE, args![*device]).await?;
    }
    Ok(())
}

/// Calls a function with every device, removed or not. It gets an error for one that cannot be read,
/// and decides whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_computer: impl FnMut(Result<DownstreamComputerRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_computer(from_row(row))).await
}
