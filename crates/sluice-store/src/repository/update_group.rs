//! Update groups: named lists of updates.

use jiff::Timestamp;
use sluice_model::{Name, UpdateGroupId, UpdateId};

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    update_group(id) {
        INSERT = "INSERT INTO update_group (id, name, created_at) VALUES ($1, $2, $3)";
        RENAME = "UPDATE update_group SET name = $2 WHERE id = $1";
        REMOVE = "DELETE FROM update_group WHERE id = $1";
        GET = "SELECT id, name, created_at FROM update_group WHERE id = $1";
        LIST(all) = "SELECT id, name, created_at FROM update_group ORDER BY name";
    }
    update_group_member(group_id, update_id) {
        ADD_MEMBERS[2] = "INSERT INTO update_group_member (group_id, update_id) VALUES {rows} \
            ON CONFLICT (group_id, update_id) DO NOTHING";
        REMOVE_MEMBER = "DELETE FROM update_group_member WHERE group_id = $1 AND update_id = $2";
        MEMBERS = "SELECT group_id, update_id FROM update_group_member WHERE group_id = $1 ORDER BY update_id";
        ALL_MEMBERS(all) = "SELECT group_id, update_id FROM update_group_member ORDER BY group_id, update_id";
    }
}

/// An update group, without its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateGroupRecord {
    /// Identity.
    pub id: UpdateGroupId,
    /// Display name, unique.
    pub name: Name,
    /// When it was made.
    pub created_at: Timestamp,
}

fn from_row(row: Row<'_>) -> Result<UpdateGroupRecord, StoreError> {
    Ok(UpdateGroupRecord { id: row.get("id")?, name: row.get("name")?, created_at: row.get("created_at")? })
}

fn member(row: Row<'_>) -> Result<(UpdateGroupId, UpdateId), StoreError> {
    Ok((row.get("group_id")?, row.get("update_id")?))
}

fn taken(name: &Name) -> impl FnOnce(StoreError) -> StoreError + '_ {
    move |e| e.conflict_as(|| format!("there is already an update group named {name}"))
}

/// Adds a group without members.
///
/// # Errors
/// [`StoreError::Conflict`] when the name is taken.
pub async fn insert(tx: &mut Tx, g: &UpdateGroupRecord) -> Result<(), StoreError> {
    let args = args![g.id, g.name.as_str(), g.created_at];
    tx.execute(&INSERT, args).await.map(drop).map_err(taken(&g.name))
}

/// Changes the name.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Conflict`] when the name is taken.
pub async fn rename(tx: &mut Tx, id: UpdateGroupId, name: &Name) -> Result<(), StoreError> {
    tx.execute_on(&RENAME, args![id, name.as_str()], "update group", id).await.map_err(taken(name))
}

/// Removes a group.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Reference`] while a deployment follows it.
pub async fn remove(tx: &mut Tx, id: UpdateGroupId) -> Result<(), StoreError> {
    tx.execute_on(&REMOVE, args![id], "update group", id).await
}

/// Adds members; those it has stay.
///
/// # Errors
/// [`StoreError::Reference`] when the group does not exist.
pub async fn add_members(tx: &mut Tx, id: UpdateGroupId, updates: &[UpdateId]) -> Result<(), StoreError> {
    let bind = |update: &UpdateId, args: &mut Args| {
        args.push(id);
        args.push(*update);
    };
    tx.bulk(&ADD_MEMBERS, updates, bind).await.map(drop)
}

/// Removes members; those it does not have are passed over.
///
/// # Errors
/// When they cannot be written.
pub async fn remove_members(tx: &mut Tx, id: UpdateGroupId, updates: &[UpdateId]) -> Result<(), StoreError> {
    for update in updates {
        tx.execute(&REMOVE_MEMBER, args![id, *update]).await?;
    }
    Ok(())
}

/// One group.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, id: UpdateGroupId) -> Result<Option<UpdateGroupRecord>, StoreError> {
    reader.optional(&GET, args![id], from_row).await
}

/// All groups by name.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<UpdateGroupRecord>, StoreError> {
    reader.all(&LIST, args![], from_row).await
}

/// Calls a function with every group, by name. It gets an error for one that cannot be read, and
/// decides whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_group: impl FnMut(Result<UpdateGroupRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LIST, args![], |row| on_group(from_row(row))).await
}

/// The members of one group.
///
/// # Errors
/// When one cannot be read.
pub async fn members(reader: &mut Reader, id: UpdateGroupId) -> Result<Vec<UpdateId>, StoreError> {
    reader.all(&MEMBERS, args![id], |row| row.get("update_id")).await
}

/// The members of all groups.
///
/// # Errors
/// When one cannot be read.
pub async fn all_members(reader: &mut Reader) -> Result<Vec<(UpdateGroupId, UpdateId)>, StoreError> {
    reader.all(&ALL_MEMBERS, args![], member).await
}
