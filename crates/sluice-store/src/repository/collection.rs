//! Collections: the only target of deployments.

use jiff::Timestamp;
use sluice_model::{CollectionId, DeviceId, Name};

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    collection(id) {
        INSERT = "INSERT INTO collection (id, name, kind, created_at, parent) VALUES ($1, $2, $3, $4, $5)";
        RENAME = "UPDATE collection SET name = $2 WHERE id = $1";
        SET_PARENT = "UPDATE collection SET parent = $2 WHERE id = $1";
        REMOVE = "DELETE FROM collection WHERE id = $1";
        GET = "SELECT id, name, kind, created_at, parent FROM collection WHERE id = $1";
        LIST(all) = "SELECT id, name, kind, created_at, parent FROM collection ORDER BY name";
    }
    collection_member(collection_id, device_id) {
        ADD_MEMBERS[2] = "INSERT INTO collection_member (collection_id, device_id) VALUES {rows} \
            ON CONFLICT (collection_id, device_id) DO NOTHING";
        REMOVE_MEMBER = "DELETE FROM collection_member WHERE collection_id = $1 AND device_id = $2";
        REMOVE_DEVICE = "DELETE FROM collection_member WHERE device_id = $1";
        MEMBERS = "SELECT collection_id, device_id FROM collection_member WHERE collection_id = $1 ORDER BY device_id";
        ALL_MEMBERS(all) = "SELECT collection_id, device_id FROM collection_member ORDER BY collection_id, device_id";
    }
}

/// How the members of a collection are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectionKind {
    /// Built in: every device that is not removed. It has no member rows.
    AllDevices,
    /// Members are added and removed one by one.
    Static,
}

/// A collection, without its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionRecord {
    /// Identity.
    pub id: CollectionId,
    /// Display name, unique.
    pub name: Name,
    /// How its members are decided; fixed.
    pub kind: CollectionKind,
    /// When it was made.
    pub created_at: Timestamp,
    /// The collection it is a part of: its members are that one's members, too.
    pub parent: Option<CollectionId>,
}

fn kind_text(kind: CollectionKind) -> &'static str {
    match kind {
        CollectionKind::AllDevices => "all-devices",
        CollectionKind::Static => "static",
    }
}

fn from_row(row: Row<'_>) -> Result<CollectionRecord, StoreError> {
    let kind =
        |text: String| [CollectionKind::AllDevices, CollectionKind::Static].into_iter().find(|k| kind_text(*k) == text);
    Ok(CollectionRecord {
        id: row.get("id")?,
        name: row.get("name")?,
        kind: row.get_as("kind", kind)?,
        created_at: row.get("created_at")?,
        parent: row.get("parent")?,
    })
}

fn member(row: Row<'_>) -> Result<(CollectionId, DeviceId), StoreError> {
    Ok((row.get("collection_id")?, row.get("device_id")?))
}

fn taken(name: &Name) -> impl FnOnce(StoreError) -> StoreError + '_ {
    move |e| e.conflict_as(|| format!("there is already a collection named {name}"))
}

/// Adds a collection without members.
///
/// # Errors
/// [`StoreError::Conflict`] when the name is taken, [`StoreError::Reference`] when the parent does
/// not exist.
pub async fn insert(tx: &mut Tx, c: &CollectionRecord) -> Result<(), StoreError> {
    let args = args![c.id, c.name.as_str(), kind_text(c.kind), c.created_at, c.parent];
    tx.execute(&INSERT, args).await.map(drop).map_err(taken(&c.name))
}

/// Changes the name.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Conflict`] when the name is taken.
pub async fn rename(tx: &mut Tx, id: CollectionId, name: &Name) -> Result<(), StoreError> {
    tx.execute_on(&RENAME, args![id, name.as_str()], "collection", id).await.map_err(taken(name))
}

/// Makes a collection a part of another one, or of none. Whether that makes a circle is for the
/// caller to see, in the same unit of work.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Reference`] when the parent does not exist.
pub async fn set_parent(tx: &mut Tx, id: CollectionId, parent: Option<CollectionId>) -> Result<(), StoreError> {
    tx.execute_on(&SET_PARENT, args![id, parent], "collection", id).await
}

/// Removes a collection.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Reference`] while a deployment targets it or it has parts.
pub async fn remove(tx: &mut Tx, id: CollectionId) -> Result<(), StoreError> {
    tx.execute_on(&REMOVE, args![id], "collection", id).await
}

/// Adds members; those it has stay.
///
/// # Errors
/// [`StoreError::Reference`] when collection or device do not exist.
pub async fn add_members(tx: &mut Tx, id: CollectionId, devices: &[DeviceId]) -> Result<(), StoreError> {
    let bind = |device: &DeviceId, args: &mut Args| {
        args.push(id);
        args.push(*device);
    };
    tx.bulk(&ADD_MEMBERS, devices, bind).await.map(drop)
}

/// Removes members; those it does not have are passed over.
///
/// # Errors
/// When they cannot be written.
pub async fn remove_members(tx: &mut Tx, id: CollectionId, devices: &[DeviceId]) -> Result<(), StoreError> {
    for device in devices {
        tx.execute(&REMOVE_MEMBER, args![id, *device]).await?;
    }
    Ok(())
}

/// Removes a device from every collection.
///
/// # Errors
/// When they cannot be written.
pub async fn remove_device(tx: &mut Tx, device: DeviceId) -> Result<(), StoreError> {
    tx.execute(&REMOVE_DEVICE, args![device]).await.map(drop)
}

/// One collection.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, id: CollectionId) -> Result<Option<CollectionRecord>, StoreError> {
    reader.optional(&GET, args![id], from_row).await
}

/// All collections by name.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<CollectionRecord>, StoreError> {
    reader.all(&LIST, args![], from_row).await
}

/// Calls a function with every collection, by name. It gets an error for one that cannot be read, and
/// decides whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_collection: impl FnMut(Result<CollectionRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LIST, args![], |row| on_collection(from_row(row))).await
}

/// The members of one static collection.
///
/// # Errors
/// When one cannot be read.
pub async fn members(reader: &mut Reader, id: CollectionId) -> Result<Vec<DeviceId>, StoreError> {
    reader.all(&MEMBERS, args![id], |row| row.get("device_id")).await
}

/// The members of all static collections.
///
/// # Errors
/// When one cannot be read.
pub async fn all_members(reader: &mut Reader) -> Result<Vec<(CollectionId, DeviceId)>, StoreError> {
    reader.all(&ALL_MEMBERS, args![], member).await
}
