//! Enrolment tokens: short-lived, for a limited number of devices.

use jiff::Timestamp;
use sluice_model::TokenId;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    enrollment_token(id) {
        INSERT = "INSERT INTO enrollment_token (id, hash, uses_left, expires_at, created_at, created_by) \
            VALUES ($1, $2, $3, $4, $5, $6)";
        CONSUME = "UPDATE enrollment_token SET uses_left = uses_left - 1 \
            WHERE hash = $1 AND uses_left > 0 AND expires_at > $2 RETURNING id";
        GOOD = "SELECT id FROM enrollment_token WHERE hash = $1 AND uses_left > 0 AND expires_at > $2";
        REMOVE = "DELETE FROM enrollment_token WHERE id = $1";
        PRUNE = "DELETE FROM enrollment_token WHERE expires_at <= $1 OR uses_left = 0";
        LIST(all) = "SELECT id, hash, uses_left, expires_at, created_at, created_by FROM enrollment_token \
            ORDER BY created_at DESC, id";
    }
}

/// An enrolment token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrollmentTokenRecord {
    /// Identity.
    pub id: TokenId,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// How many devices may still use it.
    pub uses_left: u32,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

fn from_row(row: Row<'_>) -> Result<EnrollmentTokenRecord, StoreError> {
    Ok(EnrollmentTokenRecord {
        id: row.get("id")?,
        hash: row.get("hash")?,
        uses_left: row.get("uses_left")?,
        expires_at: row.get("expires_at")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
    })
}

/// Adds a token.
///
/// # Errors
/// [`StoreError::Conflict`] when identity or hash are taken.
pub async fn insert(tx: &mut Tx, t: &EnrollmentTokenRecord) -> Result<(), StoreError> {
    tx.execute(&INSERT, args![t.id, t.hash, t.uses_left, t.expires_at, t.created_at, &t.created_by]).await.map(drop)
}

/// Whether [`consume`] would accept a token now.
///
/// # Errors
/// When it cannot be read.
pub async fn is_good(reader: &mut Reader, hash: &[u8; 32], now: Timestamp) -> Result<bool, StoreError> {
    let found: Option<TokenId> = reader.optional(&GOOD, args![*hash, now], |row| row.get("id")).await?;
    Ok(found.is_some())
}

/// Uses a token once, if it is known, not used up and not expired; its identity. In the same unit
/// of work as the enrolment, so that a failed one costs no use.
///
/// # Errors
/// When it cannot be written.
pub async fn consume(tx: &mut Tx, hash: &[u8; 32], now: Timestamp) -> Result<Option<TokenId>, StoreError> {
    tx.optional(&CONSUME, args![*hash, now], |row| row.get("id")).await
}

/// Removes a token.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn remove(tx: &mut Tx, id: TokenId) -> Result<(), StoreError> {
    tx.execute_on(&REMOVE, args![id], "enrolment token", id).await
}

/// Removes the expired and used-up tokens; how many.
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
pub async fn list(reader: &mut Reader) -> Result<Vec<EnrollmentTokenRecord>, StoreError> {
    reader.all(&LIST, args![], from_row).await
}
