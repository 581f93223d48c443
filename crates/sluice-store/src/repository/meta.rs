//! Values of the site itself, and the database epoch.

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::repository::counter::{self, Counter};
use crate::statement::statements;

statements! {
    meta(name) {
        GET = "SELECT name, value FROM meta WHERE name = $1";
        SET = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        SET_IF_NONE = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        REMOVE = "DELETE FROM meta WHERE name = $1";
    }
}

const EPOCH: &str = "epoch";

/// Which life of the database this is. It changes with every restore, so that numbers given out
/// since the backup are never taken for those given out after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Epoch {
    /// Random.
    pub id: [u8; 16],
    /// How often the database has been restored from a backup.
    pub restores: u64,
}

/// The epoch.
///
/// # Errors
/// When it cannot be read.
pub async fn epoch(reader: &mut Reader) -> Result<Epoch, StoreError> {
    let id = reader.optional(&GET, args![EPOCH], |row| row.get("value")).await?;
    let id = id.ok_or_else(|| StoreError::NotFound { what: "value", id: EPOCH.to_owned() })?;
    Ok(Epoch { id, restores: counter::last(reader, Counter::Restore).await? })
}

pub(crate) async fn set_epoch_if_none(tx: &mut Tx, id: [u8; 16]) -> Result<(), StoreError> {
    set_if_none(tx, EPOCH, &id).await.map(drop)
}

pub(crate) async fn set_epoch(tx: &mut Tx, id: [u8; 16]) -> Result<(), StoreError> {
    set(tx, EPOCH, &id).await
}

/// A value.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    reader.optional(&GET, args![name], |row| row.get("value")).await
}

/// Sets a value.
///
/// # Errors
/// When it cannot be written.
pub async fn set(tx: &mut Tx, name: &str, value: &[u8]) -> Result<(), StoreError> {
    tx.execute(&SET, args![name, value]).await.map(drop)
}

/// Sets a value that must be made only once (a key, the site's id): the first one stays. The value
/// in force.
///
/// # Errors
/// When it cannot be written.
pub async fn set_if_none(tx: &mut Tx, name: &str, value: &[u8]) -> Result<Vec<u8>, StoreError> {
    tx.execute(&SET_IF_NONE, args![name, value]).await?;
    Ok(get(tx, name).await?.unwrap_or_else(|| value.to_vec()))
}

/// Removes a value.
///
/// # Errors
/// When it cannot be written.
pub async fn remove(tx: &mut Tx, name: &str) -> Result<(), StoreError> {
    tx.execute(&REMOVE, args![name]).await.map(drop)
}
