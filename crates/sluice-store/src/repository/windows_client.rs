//! What is known of Windows devices: who they say they are, what they are, when they last scanned.

use jiff::Timestamp;
use sluice_model::{DeviceId, ErrorCode, WindowsComputer};

use super::windows_client_row::ClientRow;
use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::pack::pack;
use crate::repository::last_of_each;
use crate::row::Row;
use crate::statement::statements;

statements! {
    windows_client(device_id) {
        PUT = "INSERT INTO windows_client (device_id, client_id, registered_at, body) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (device_id) DO UPDATE SET client_id = excluded.client_id, \
            registered_at = excluded.registered_at, body = excluded.body";
        REMOVE = "DELETE FROM windows_client WHERE device_id = $1";
        GET = "SELECT w.device_id, w.client_id, w.registered_at, w.body, s.at AS scan_at, s.error AS scan_error \
            FROM windows_client w LEFT JOIN windows_scan s ON s.device_id = w.device_id WHERE w.device_id = $1";
        LOAD(all) = "SELECT w.device_id, w.client_id, w.registered_at, w.body, s.at AS scan_at, \
            s.error AS scan_error FROM windows_client w LEFT JOIN windows_scan s ON s.device_id = w.device_id";
    }
    windows_scan(device_id) {
        SCANNED[3] = "INSERT INTO windows_scan (device_id, at, error) VALUES {rows} \
            ON CONFLICT (device_id) DO UPDATE SET at = excluded.at, error = excluded.error \
            WHERE excluded.at >= windows_scan.at";
        REMOVE_SCAN = "DELETE FROM windows_scan WHERE device_id = $1";
    }
}

/// A Windows device as it presents itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowsClientRecord {
    /// The device.
    pub device: DeviceId,
    /// The identity its agent invented, as it writes it.
    pub client_id: String,
    /// When it last registered.
    pub registered_at: Timestamp,
    /// Name in the network.
    pub dns_name: String,
    /// Target groups by its own policy.
    pub target_groups: Vec<String>,
    /// Version of the protocol it speaks.
    pub protocol: String,
    /// What the computer is.
    pub computer: WindowsComputer,
    /// Attributes that came with scans, by name.
    pub attributes: Vec<(String, String)>,
    /// The machines that were seen under this identity; more than one is a copied identity.
    pub identities: Vec<SeenMachine>,
    /// When it last finished a scan.
    pub last_scan_at: Option<Timestamp>,
    /// What went wrong in it.
    pub last_scan_error: Option<ErrorCode>,
}

/// A machine that used an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenMachine {
    /// Name in the network.
    pub name: String,
    /// What tells its hardware from others.
    pub hardware: String,
    /// When it was first seen.
    pub first_at: Timestamp,
    /// When it was last seen.
    pub last_at: Timestamp,
    /// How often it came back after another one.
    pub sightings: u32,
}

/// A client as it is stored. Packing is work for the caller's task, not for the one writer.
#[derive(Clone, Debug)]
pub struct PackedWindowsClient {
    device: DeviceId,
    client_id: String,
    registered_at: Timestamp,
    body: Vec<u8>,
}

impl PackedWindowsClient {
    /// Packs a client, but for its last scan.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when it is too large.
    pub fn new(client: &WindowsClientRecord) -> Result<Self, StoreError> {
        Ok(Self {
            device: client.device,
            client_id: client.client_id.clone(),
            registered_at: client.registered_at,
            body: pack(&ClientRow::new(client))?,
        })
    }
}

fn from_row(row: Row<'_>) -> Result<WindowsClientRecord, StoreError> {
    let client = WindowsClientRecord {
        device: row.get("device_id")?,
        client_id: row.get("client_id")?,
        registered_at: row.get("registered_at")?,
        dns_name: String::new(),
        target_groups: Vec::new(),
        protocol: String::new(),
        computer: WindowsComputer::default(),
        attributes: Vec::new(),
        identities: Vec::new(),
        last_scan_at: row.get("scan_at")?,
        last_scan_error: row.get("scan_error")?,
    };
    row.unpack::<ClientRow>("body")?.fill(client).map_err(|what| row.corrupt("body", what))
}

/// Stores a client in place of what was known; its last scan stays.
///
/// # Errors
/// [`StoreError::Reference`] when the device does not exist.
pub async fn upsert(tx: &mut Tx, client: PackedWindowsClient) -> Result<(), StoreError> {
    let args = args![client.device, &client.client_id, client.registered_at, client.body];
    tx.execute(&PUT, args).await.map(drop)
}

/// Records that devices have scanned, and with what error; an earlier scan than the recorded one
/// changes nothing. Of several for one device the last holds.
///
/// # Errors
/// [`StoreError::Reference`] when one does not exist.
pub async fn scanned(tx: &mut Tx, scans: &[(DeviceId, Timestamp, Option<ErrorCode>)]) -> Result<(), StoreError> {
    let bind = |(device, at, error): &&(DeviceId, Timestamp, Option<ErrorCode>), args: &mut Args| {
        args.push(*device);
        args.push(*at);
        args.push(*error);
    };
    tx.bulk(&SCANNED, &last_of_each(scans, |(device, ..)| *device), bind).await.map(drop)
}

/// Forgets a client.
///
/// # Errors
/// When it cannot be written.
pub async fn remove(tx: &mut Tx, device: DeviceId) -> Result<(), StoreError> {
    tx.execute(&REMOVE_SCAN, args![device]).await?;
    tx.execute(&REMOVE, args![device]).await.map(drop)
}

/// One client.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, device: DeviceId) -> Result<Option<WindowsClientRecord>, StoreError> {
    reader.optional(&GET, args![device], from_row).await
}

/// Calls a function with every client. It gets an error for one that cannot be read, and decides
/// whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_client: impl FnMut(Result<WindowsClientRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_client(from_row(row))).await
}
