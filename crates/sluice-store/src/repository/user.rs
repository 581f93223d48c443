//! Administrators who sign in with a password.

use jiff::Timestamp;
use sluice_model::UserId;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    administrator(id) {
        INSERT = "INSERT INTO administrator (id, name, role, password, failed_logins, locked_until, created_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        SET_PASSWORD = "UPDATE administrator SET password = $2, failed_logins = 0, locked_until = NULL WHERE id = $1";
        SET_ROLE = "UPDATE administrator SET role = $2 WHERE id = $1";
        FAIL = "UPDATE administrator SET failed_logins = failed_logins + 1, \
            locked_until = CASE WHEN failed_logins + 1 >= $2 THEN $3 ELSE locked_until END \
            WHERE id = $1 RETURNING id, failed_logins";
        SUCCEED = "UPDATE administrator SET failed_logins = 0, locked_until = NULL WHERE id = $1";
        REMOVE = "DELETE FROM administrator WHERE id = $1";
        GET = "SELECT id, name, role, password, failed_logins, locked_until, created_at FROM administrator \
            WHERE id = $1";
        BY_NAME = "SELECT id, name, role, password, failed_logins, locked_until, created_at FROM administrator \
            WHERE name = $1";
        LIST(all) = "SELECT id, name, role, password, failed_logins, locked_until, created_at FROM administrator \
            ORDER BY name";
    }
}

/// An administrator.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// Identity.
    pub id: UserId,
    /// The name to sign in with, unique.
    pub name: String,
    /// The role, the caller's word.
    pub role: String,
    /// Argon2 hash as a PHC string.
    pub password: String,
    /// Failed attempts since the last success.
    pub failed_logins: u32,
    /// No attempt is looked at before this moment.
    pub locked_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for UserRecord {
    /// Without the password hash, which belongs in no log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserRecord")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("role", &self.role)
            .field("failed_logins", &self.failed_logins)
            .field("locked_until", &self.locked_until)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}

fn from_row(row: Row<'_>) -> Result<UserRecord, StoreError> {
    Ok(UserRecord {
        id: row.get("id")?,
        name: row.get("name")?,
        role: row.get("role")?,
        password: row.get("password")?,
        failed_logins: row.get("failed_logins")?,
        locked_until: row.get("locked_until")?,
        created_at: row.get("created_at")?,
    })
}

/// Adds an administrator.
///
/// # Errors
/// [`StoreError::Conflict`] when the name is taken.
pub async fn insert(tx: &mut Tx, u: &UserRecord) -> Result<(), StoreError> {
    let args = args![u.id, &u.name, &u.role, &u.password, u.failed_logins, u.locked_until, u.created_at];
    let taken = |e: StoreError| e.conflict_as(|| format!("there is already an administrator named {}", u.name));
    tx.execute(&INSERT, args).await.map(drop).map_err(taken)
}

/// Sets a new password hash and lifts a lock.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn set_password(tx: &mut Tx, id: UserId, password: &str) -> Result<(), StoreError> {
    tx.execute_on(&SET_PASSWORD, args![id, password], "administrator", id).await
}

/// Sets the role.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn set_role(tx: &mut Tx, id: UserId, role: &str) -> Result<(), StoreError> {
    tx.execute_on(&SET_ROLE, args![id, role], "administrator", id).await
}

/// Counts a failed attempt; from the `limit`th on the account is locked until `lock_until`. The
/// number of failures.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn login_failed(tx: &mut Tx, id: UserId, limit: u32, lock_until: Timestamp) -> Result<u32, StoreError> {
    let count = tx.optional(&FAIL, args![id, limit, lock_until], |row| row.get("failed_logins")).await?;
    count.ok_or_else(|| StoreError::NotFound { what: "administrator", id: id.to_string() })
}

/// Forgets the failed attempts.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn login_succeeded(tx: &mut Tx, id: UserId) -> Result<(), StoreError> {
    tx.execute_on(&SUCCEED, args![id], "administrator", id).await
}

/// Removes an administrator and ends the sessions.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn remove(tx: &mut Tx, id: UserId) -> Result<(), StoreError> {
    tx.execute_on(&REMOVE, args![id], "administrator", id).await
}

/// One administrator.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, id: UserId) -> Result<Option<UserRecord>, StoreError> {
    reader.optional(&GET, args![id], from_row).await
}

/// The administrator of a name.
///
/// # Errors
/// When it cannot be read.
pub async fn by_name(reader: &mut Reader, name: &str) -> Result<Option<UserRecord>, StoreError> {
    reader.optional(&BY_NAME, args![name], from_row).await
}

/// All by name.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<UserRecord>, StoreError> {
    reader.all(&LIST, args![], from_row).await
}
