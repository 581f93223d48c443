//! What decides whether a file of an update that is here may be removed: who brought it, and since
//! when nothing refers to it.

use jiff::Timestamp;

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    content_file(name) {
        UPLOADED = "INSERT INTO content_file (name, uploaded_at) VALUES ($1, $2) \
            ON CONFLICT (name) DO UPDATE SET uploaded_at = excluded.uploaded_at";
        UNWANTED[2] = "INSERT INTO content_file (name, unwanted_since) VALUES {rows} \
            ON CONFLICT (name) DO UPDATE SET unwanted_since = excluded.unwanted_since";
        WANTED = "UPDATE content_file SET unwanted_since = NULL WHERE name = $1";
        REMOVE = "DELETE FROM content_file WHERE name = $1";
        LIST(all) = "SELECT name, uploaded_at, unwanted_since FROM content_file ORDER BY name";
    }
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentFileRecord {
    /// The file, as it is called in addresses.
    pub name: String,
    /// When an administrator uploaded it; `None`: it was fetched.
    pub uploaded_at: Option<Timestamp>,
    /// Since when nothing refers to it.
    pub unwanted_since: Option<Timestamp>,
}

fn from_row(row: Row<'_>) -> Result<ContentFileRecord, StoreError> {
    Ok(ContentFileRecord {
        name: row.get("name")?,
        uploaded_at: row.get("uploaded_at")?,
        unwanted_since: row.get("unwanted_since")?,
    })
}

/// An administrator uploaded a file.
///
/// # Errors
/// When it cannot be written.
pub async fn uploaded(tx: &mut Tx, name: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&UPLOADED, args![name, at]).await.map(drop)
}

/// Nothing refers to some files any more.
///
/// # Errors
/// When it cannot be written.
pub async fn unwanted(tx: &mut Tx, names: &[String], since: Timestamp) -> Result<(), StoreError> {
    let bind = |name: &String, args: &mut Args| {
        args.push(name);
        args.push(since);
    };
    tx.bulk(&UNWANTED, names, bind).await.map(drop)
}

/// Something refers to some files again.
///
/// # Errors
/// When it cannot be written.
pub async fn wanted(tx: &mut Tx, names: &[String]) -> Result<(), StoreError> {
    for name in names {
        tx.execute(&WANTED, args![name]).await?;
    }
    Ok(())
}

/// Some files are here no longer.
///
/// # Errors
/// When it cannot be written.
pub async fn removed(tx: &mut Tx, names: &[String]) -> Result<(), StoreError> {
    for name in names {
        tx.execute(&REMOVE, args![name]).await?;
    }
    Ok(())
}

/// Everything that is known, by name.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<ContentFileRecord>, StoreError> {
    reader.all(&LIST, args![], from_row).await
}
