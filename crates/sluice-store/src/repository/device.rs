//! Devices: who they are and when they were last heard of.

use jiff::Timestamp;
use sluice_model::{DeviceId, DeviceKind, DeviceNumber};

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::repository::counter::{self, Counter};
use crate::repository::{last_of_each, windows_event};
use crate::row::Row;
use crate::statement::statements;

statements! {
    device(id) {
        INSERT = "INSERT INTO device (id, number, kind, hostname, secret_hash, enrolled_at, agent_version) \
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        TAKE_BACK = "UPDATE device SET hostname = $2, secret_hash = $3, agent_version = $4, enrolled_at = $5, \
            removed_at = NULL WHERE id = $1";
        UPDATE = "UPDATE device SET hostname = $2, agent_version = $3 WHERE id = $1 AND removed_at IS NULL";
        SET_SECRET = "UPDATE device SET secret_hash = $2 WHERE id = $1 AND removed_at IS NULL";
        REMOVE = "UPDATE device SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL";
        FORGET = "DELETE FROM device WHERE id = $1";
        GET = "SELECT d.id, d.number, d.kind, d.hostname, d.secret_hash, d.enrolled_at, d.agent_version, d.removed_at, \
            c.at AS last_contact FROM device d LEFT JOIN device_contact c ON c.device_id = d.id WHERE d.id = $1";
        LOAD(all) = "SELECT d.id, d.number, d.kind, d.hostname, d.secret_hash, d.enrolled_at, d.agent_version, d.removed_at, \
            c.at AS last_contact FROM device d LEFT JOIN device_contact c ON c.device_id = d.id ORDER BY d.number";
    }
    device_contact(device_id) {
        TOUCH[2] = "INSERT INTO device_contact (device_id, at) VALUES {rows} \
            ON CONFLICT (device_id) DO UPDATE SET at = excluded.at WHERE excluded.at > device_contact.at";
        FORGET_CONTACT = "DELETE FROM device_contact WHERE device_id = $1";
    }
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRecord {
    /// Identity.
    pub id: DeviceId,
    /// Dense number, never reused.
    pub number: DeviceNumber,
    /// Family.
    pub kind: DeviceKind,
    /// Name as it calls itself; not unique.
    pub hostname: String,
    /// SHA-256 of its secret; a Windows device has none.
    pub secret_hash: Option<[u8; 32]>,
    /// When it enrolled, or registered.
    pub enrolled_at: Timestamp,
    /// When it was last heard of; `None`: not since it enrolled.
    pub last_contact: Option<Timestamp>,
    /// Version of its agent.
    pub agent_version: String,
    /// When it was removed. The row stays: its number and history refer to it.
    pub removed_at: Option<Timestamp>,
}

/// A device that enrols.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// Identity.
    pub id: DeviceId,
    /// Family.
    pub kind: DeviceKind,
    /// Name as it calls itself.
    pub hostname: String,
    /// SHA-256 of its secret; a Windows device has none.
    pub secret_hash: Option<[u8; 32]>,
    /// Version of its agent.
    pub agent_version: String,
}

fn kind_text(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Linux => "linux",
        DeviceKind::Windows => "windows",
    }
}

/// A device without a secret has an empty one in its row.
fn secret_bytes(hash: Option<[u8; 32]>) -> Vec<u8> {
    hash.map_or_else(Vec::new, Vec::from)
}

fn from_row(row: Row<'_>) -> Result<DeviceRecord, StoreError> {
    let kind = |text: String| [DeviceKind::Linux, DeviceKind::Windows].into_iter().find(|k| kind_text(*k) == text);
    let no_secret = row.bytes("secret_hash")?.is_empty();
    Ok(DeviceRecord {
        id: row.get("id")?,
        number: row.get("number")?,
        kind: row.get_as("kind", kind)?,
        hostname: row.get("hostname")?,
        secret_hash: if no_secret { None } else { Some(row.get("secret_hash")?) },
        enrolled_at: row.get("enrolled_at")?,
        last_contact: row.get("last_contact")?,
        agent_version: row.get("agent_version")?,
        removed_at: row.get("removed_at")?,
    })
}

/// Adds a device and gives it its number.
///
/// # Errors
/// [`StoreError::Conflict`] when the identity is taken.
pub async fn enrol(tx: &mut Tx, new: NewDevice, at: Timestamp) -> Result<DeviceRecord, StoreError> {
    let number = DeviceNumber(counter::allocate_u32(tx, Counter::Device, 1).await?);
    let secret = secret_bytes(new.secret_hash);
    let args = args![new.id, number, kind_text(new.kind), &new.hostname, secret, at, &new.agent_version];
    tx.execute(&INSERT, args).await.map_err(|e| e.conflict_as(|| format!("device {} is enrolled already", new.id)))?;
    Ok(DeviceRecord {
        id: new.id,
        number,
        kind: new.kind,
        hostname: new.hostname,
        secret_hash: new.secret_hash,
        enrolled_at: at,
        last_contact: None,
        agent_version: new.agent_version,
        removed_at: None,
    })
}

/// Adds a device, or takes a known one back, also a removed one: it keeps its number. For devices
/// whose identity follows from what they are, so that they come back with the same one.
///
/// # Errors
/// [`StoreError::Conflict`] when the identity belongs to a device of the other family.
pub async fn register(tx: &mut Tx, new: NewDevice, at: Timestamp) -> Result<DeviceRecord, StoreError> {
    let Some(old) = get(tx, new.id).await? else { return enrol(tx, new, at).await };
    if old.kind != new.kind {
        return Err(StoreError::Conflict { what: format!("device {} is of another family", new.id) });
    }
    let args = args![new.id, &new.hostname, secret_bytes(new.secret_hash), &new.agent_version, at];
    tx.execute(&TAKE_BACK, args).await?;
    Ok(DeviceRecord {
        hostname: new.hostname,
        secret_hash: new.secret_hash,
        enrolled_at: at,
        agent_version: new.agent_version,
        removed_at: None,
        ..old
    })
}

/// Records a new host name or agent version.
///
/// # Errors
/// [`StoreError::NotFound`], also when it has been removed.
pub async fn update(tx: &mut Tx, id: DeviceId, hostname: &str, agent_version: &str) -> Result<(), StoreError> {
    tx.execute_on(&UPDATE, args![id, hostname, agent_version], "device", id).await
}

/// Replaces the secret of a device.
///
/// # Errors
/// [`StoreError::NotFound`], also when it has been removed.
pub async fn set_secret(tx: &mut Tx, id: DeviceId, secret_hash: [u8; 32]) -> Result<(), StoreError> {
    tx.execute_on(&SET_SECRET, args![id, secret_hash], "device", id).await
}

/// Records that devices were heard of; an earlier moment than the recorded one changes nothing.
/// Of several for one device the last holds.
///
/// # Errors
/// [`StoreError::Reference`] when one does not exist.
pub async fn touch(tx: &mut Tx, contacts: &[(DeviceId, Timestamp)]) -> Result<(), StoreError> {
    let bind = |(id, at): &&(DeviceId, Timestamp), args: &mut Args| {
        args.push(*id);
        args.push(*at);
    };
    tx.bulk(&TOUCH, &last_of_each(contacts, |(id, _)| *id), bind).await.map(drop)
}

/// Marks a device as removed.
///
/// # Errors
/// [`StoreError::NotFound`], also when it was removed before.
pub async fn remove(tx: &mut Tx, id: DeviceId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute_on(&REMOVE, args![id, at], "device", id).await
}

/// Forgets a device of which nothing is kept but when it was heard, and events: its row goes too. Its
/// number is not given to another.
///
/// # Errors
/// [`StoreError::Reference`] when something else of it is kept.
pub async fn forget(tx: &mut Tx, id: DeviceId) -> Result<(), StoreError> {
    windows_event::remove_device(tx, id).await?;
    tx.execute(&FORGET_CONTACT, args![id]).await?;
    tx.execute(&FORGET, args![id]).await.map(drop)
}

/// One device, removed or not.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, id: DeviceId) -> Result<Option<DeviceRecord>, StoreError> {
    reader.optional(&GET, args![id], from_row).await
}

/// Calls a function with every device, removed or not, in the order of numbers. It gets an error
/// for one that cannot be read, and decides whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_device: impl FnMut(Result<DeviceRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_device(from_row(row))).await
}
