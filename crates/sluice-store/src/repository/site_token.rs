//! Tokens that sites join with: short-lived, each for one site.

use jiff::Timestamp;
use sluice_model::{SiteId, TokenId};

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    site_token(id) {
        INSERT = "INSERT INTO site_token (id, hash, expires_at, created_at, created_by, used_by) \
            VALUES ($1, $2, $3, $4, $5, $6)";
        USE = "UPDATE site_token SET used_by = $2 WHERE hash = $1 AND expires_at > $3 \
            AND (used_by IS NULL OR used_by = $2) RETURNING id";
        GOOD = "SELECT id FROM site_token WHERE hash = $1 AND expires_at > $3 AND (used_by IS NULL OR used_by = $2)";
        REMOVE = "DELETE FROM site_token WHERE id = $1";
        PRUNE = "DELETE FROM site_token WHERE expires_at <= $1";
        LIST(all) = "SELECT id, hash, expires_at, created_at, created_by, used_by FROM site_token \
            ORDER BY created_at DESC, id";
    }
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteTokenRecord {
    /// Identity.
    pub id: TokenId,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// The site that joined with it.
    pub used_by: Option<SiteId>,
}

fn from_row(row: Row<'_>) -> Result<SiteTokenRecord, StoreError> {
    Ok(SiteTokenRecord {
        id: row.get("id")?,
        hash: row.get("hash")?,
        expires_at: row.get("expires_at")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        used_by: row.get("used_by")?,
    })
}

/// Adds a token.
///
/// # Errors
/// [`StoreError::Conflict`] when identity or hash are taken.
pub async fn insert(tx: &mut Tx, t: &SiteTokenRecord) -> Result<(), StoreError> {
    tx.execute(&INSERT, args![t.id, t.hash, t.expires_at, t.created_at, &t.created_by, t.used_by]).await.map(drop)
}

/// Whether [`consume`] would accept a token now.
///
/// # Errors
/// When it cannot be read.
pub async fn is_good(reader: &mut Reader, hash: &[u8; 32], site: SiteId, now: Timestamp) -> Result<bool, StoreError> {
    let found: Option<TokenId> = reader.optional(&GOOD, args![*hash, site, now], |row| row.get("id")).await?;
    Ok(found.is_some())
}

/// Uses a token for a site, if it is known, not expired and not used by another site; its identity. In the same unit
/// of work as the joining.
///
/// # Errors
/// When it cannot be written.
pub async fn consume(
    tx: &mut Tx,
    hash: &[u8; 32],
    site: SiteId,
    now: Timestamp,
) -> Result<Option<TokenId>, StoreError> {
    tx.optional(&USE, args![*hash, site, now], |row| row.get("id")).await
}

/// Removes a token.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn remove(tx: &mut Tx, id: TokenId) -> Result<(), StoreError> {
    tx.execute_on(&REMOVE, args![id], "site token", id).await
}

/// Removes the expired tokens; how many.
///
/// # Errors
/// When they cannot be written.
pub async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&PRUNE, args![now]).await
}

/// All tokens, newest first.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<SiteTokenRecord>, StoreError> {
    reader.all(&LIST, args![], from_row).await
}
