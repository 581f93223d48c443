//! Tokens of the REST API.

use jiff::Timestamp;
use sluice_model::TokenId;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    api_token(id) {
        INSERT = "INSERT INTO api_token (id, name, hash, role, scope, created_at, created_by, expires_at, last_used_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        USED = "UPDATE api_token SET last_used_at = $2 WHERE id = $1";
        REMOVE = "DELETE FROM api_token WHERE id = $1";
        BY_HASH = "SELECT id, name, hash, role, scope, created_at, created_by, expires_at, last_used_at \
            FROM api_token WHERE hash = $1";
        LIST(all) = "SELECT id, name, hash, role, scope, created_at, created_by, expires_at, last_used_at \
            FROM api_token ORDER BY name";
    }
}

/// An API token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiTokenRecord {
    /// Identity.
    pub id: TokenId,
    /// What it is for, unique.
    pub name: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// The role, the caller's word.
    pub role: String,
    /// What it is limited to, the caller's words.
    pub scope: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it ends; `None`: never.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

fn from_row(row: Row<'_>) -> Result<ApiTokenRecord, StoreError> {
    Ok(ApiTokenRecord {
        id: row.get("id")?,
        name: row.get("name")?,
        hash: row.get("hash")?,
        role: row.get("role")?,
        scope: row.get("scope")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        expires_at: row.get("expires_at")?,
        last_used_at: row.get("last_used_at")?,
    })
}

/// Adds a token.
///
/// # Errors
/// [`StoreError::Conflict`] when the name is taken.
pub async fn insert(tx: &mut Tx, t: &ApiTokenRecord) -> Result<(), StoreError> {
    let args =
        args![t.id, &t.name, t.hash, &t.role, &t.scope, t.created_at, &t.created_by, t.expires_at, t.last_used_at];
    let taken = |e: StoreError| e.conflict_as(|| format!("there is already a token named {}", t.name));
    tx.execute(&INSERT, args).await.map(drop).map_err(taken)
}

/// Records a use.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn used(tx: &mut Tx, id: TokenId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute_on(&USED, args![id, at], "API token", id).await
}

/// Removes a token.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn remove(tx: &mut Tx, id: TokenId) -> Result<(), StoreError> {
    tx.execute_on(&REMOVE, args![id], "API token", id).await
}

/// The token of a hash, expired or not.
///
/// # Errors
/// When it cannot be read.
pub async fn by_hash(reader: &mut Reader, hash: &[u8; 32]) -> Result<Option<ApiTokenRecord>, StoreError> {
    reader.optional(&BY_HASH, args![*hash], from_row).await
}

/// All by name.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<ApiTokenRecord>, StoreError> {
    reader.all(&LIST, args![], from_row).await
}
