//! Inventories: what devices say about themselves, the last of each.

use jiff::Timestamp;
use sluice_model::{DeviceId, Inventory, Sha256};

use super::inventory_row::InventoryRow;
use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::pack::pack;
use crate::row::Row;
use crate::statement::statements;

statements! {
    device_inventory(device_id) {
        PUT = "INSERT INTO device_inventory (device_id, hash, at, body) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (device_id) DO UPDATE SET hash = excluded.hash, at = excluded.at, body = excluded.body";
        REMOVE = "DELETE FROM device_inventory WHERE device_id = $1";
        GET = "SELECT device_id, hash, at, body FROM device_inventory WHERE device_id = $1";
        LOAD(all) = "SELECT device_id, hash, at, body FROM device_inventory";
    }
}

/// The inventory of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryRecord {
    /// The device.
    pub device: DeviceId,
    /// What the caller compares inventories by.
    pub hash: Sha256,
    /// When it was received.
    pub at: Timestamp,
    /// The inventory.
    pub inventory: Inventory,
}

/// An inventory as it is stored. Packing is work for the caller's task, not for the one writer.
#[derive(Clone, Debug)]
pub struct PackedInventory(Vec<u8>);

impl PackedInventory {
    /// Packs an inventory.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when it is too large.
    pub fn new(inventory: &Inventory) -> Result<Self, StoreError> {
        pack(&InventoryRow::from(inventory)).map(Self)
    }
}

fn from_row(row: Row<'_>) -> Result<InventoryRecord, StoreError> {
    Ok(InventoryRecord {
        device: row.get("device_id")?,
        hash: row.get("hash")?,
        at: row.get("at")?,
        inventory: row.unpack::<InventoryRow>("body")?.into(),
    })
}

/// Replaces the inventory of a device.
///
/// # Errors
/// [`StoreError::Reference`] when the device does not exist.
pub async fn save(
    tx: &mut Tx,
    device: DeviceId,
    inventory: PackedInventory,
    hash: Sha256,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&PUT, args![device, hash, at, inventory.0]).await.map(drop)
}

/// Forgets the inventory of a device.
///
/// # Errors
/// When it cannot be written.
pub async fn remove(tx: &mut Tx, device: DeviceId) -> Result<(), StoreError> {
    tx.execute(&REMOVE, args![device]).await.map(drop)
}

/// The inventory of one device.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, device: DeviceId) -> Result<Option<InventoryRecord>, StoreError> {
    reader.optional(&GET, args![device], from_row).await
}

/// Calls a function with every inventory. It gets an error for one that cannot be read, and decides
/// whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_inventory: impl FnMut(Result<InventoryRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_inventory(from_row(row))).await
}
