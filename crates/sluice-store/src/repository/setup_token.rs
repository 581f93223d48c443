//! The one-time token by which the first administrator is made.

use jiff::Timestamp;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::statement::statements;

statements! {
    setup_token(hash) {
        CLEAR = "DELETE FROM setup_token";
        INSERT = "INSERT INTO setup_token (hash, created_at, expires_at) VALUES ($1, $2, $3)";
        CONSUME = "DELETE FROM setup_token WHERE hash = $1 AND expires_at > $2";
        EXPIRY(all) = "SELECT hash, created_at, expires_at FROM setup_token";
    }
}

/// Sets the token, in place of the one before.
///
/// # Errors
/// When it cannot be written.
pub async fn replace(
    tx: &mut Tx,
    hash: &[u8; 32],
    created_at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&CLEAR, args![]).await?;
    tx.execute(&INSERT, args![*hash, created_at, expires_at]).await.map(drop)
}

/// Uses up the token; false when it is another or expired.
///
/// # Errors
/// When it cannot be written.
pub async fn consume(tx: &mut Tx, hash: &[u8; 32], now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&CONSUME, args![*hash, now]).await? > 0)
}

/// When the token expires; `None` when there is none.
///
/// # Errors
/// When it cannot be read.
pub async fn expiry(reader: &mut Reader) -> Result<Option<Timestamp>, StoreError> {
    let row = |row: crate::row::Row<'_>| {
        row.get::<[u8; 32]>("hash")?;
        row.get::<Timestamp>("created_at")?;
        row.get("expires_at")
    };
    reader.optional(&EXPIRY, args![], row).await
}
