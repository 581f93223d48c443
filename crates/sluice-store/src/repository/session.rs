//! Sessions of the console.

use jiff::Timestamp;
use sluice_model::UserId;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    session(token_hash) {
        INSERT = "INSERT INTO session (token_hash, user_id, csrf_hash, created_at, last_seen_at, expires_at) \
            VALUES ($1, $2, $3, $4, $5, $6)";
        TOUCH = "UPDATE session SET last_seen_at = $2, expires_at = $3 WHERE token_hash = $1";
        REMOVE = "DELETE FROM session WHERE token_hash = $1";
        REMOVE_OF = "DELETE FROM session WHERE user_id = $1";
        PRUNE = "DELETE FROM session WHERE expires_at <= $1";
        GET = "SELECT token_hash, user_id, csrf_hash, created_at, last_seen_at, expires_at FROM session \
            WHERE token_hash = $1";
        LOAD(all) = "SELECT token_hash, user_id, csrf_hash, created_at, last_seen_at, expires_at FROM session";
    }
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// SHA-256 of the token in the cookie.
    pub token_hash: [u8; 32],
    /// Whose it is.
    pub user: UserId,
    /// SHA-256 of the secret that forms carry.
    pub csrf_hash: [u8; 32],
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

fn from_row(row: Row<'_>) -> Result<SessionRecord, StoreError> {
    Ok(SessionRecord {
        token_hash: row.get("token_hash")?,
        user: row.get("user_id")?,
        csrf_hash: row.get("csrf_hash")?,
        created_at: row.get("created_at")?,
        last_seen_at: row.get("last_seen_at")?,
        expires_at: row.get("expires_at")?,
    })
}

/// Adds a session.
///
/// # Errors
/// [`StoreError::Reference`] when the user does not exist.
pub async fn insert(tx: &mut Tx, s: &SessionRecord) -> Result<(), StoreError> {
    let args = args![s.token_hash, s.user, s.csrf_hash, s.created_at, s.last_seen_at, s.expires_at];
    tx.execute(&INSERT, args).await.map(drop)
}

/// Records a use and the new end; false when the session is gone.
///
/// # Errors
/// When it cannot be written.
pub async fn touch(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    seen_at: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&TOUCH, args![*token_hash, seen_at, expires_at]).await? > 0)
}

/// Ends a session; ending one that is gone changes nothing.
///
/// # Errors
/// When it cannot be written.
pub async fn remove(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<(), StoreError> {
    tx.execute(&REMOVE, args![*token_hash]).await.map(drop)
}

/// Ends all sessions of a user; how many.
///
/// # Errors
/// When they cannot be written.
pub async fn remove_of(tx: &mut Tx, user: UserId) -> Result<u64, StoreError> {
    tx.execute(&REMOVE_OF, args![user]).await
}

/// Removes the expired sessions; how many.
///
/// # Errors
/// When they cannot be written.
pub async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&PRUNE, args![now]).await
}

/// The session of a token, expired or not.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, token_hash: &[u8; 32]) -> Result<Option<SessionRecord>, StoreError> {
    reader.optional(&GET, args![*token_hash], from_row).await
}

/// All sessions.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<SessionRecord>, StoreError> {
    reader.all(&LOAD, args![], from_row).await
}
