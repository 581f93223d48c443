//! Keys of encrypted files of updates, and of which updates they are still to be asked for.

use std::fmt;

use sluice_model::RevisionRef;

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::repository::last_of_each;
use crate::row::Row;
use crate::statement::statements;

statements! {
    file_key(sha1) {
        WANT[3] = "INSERT INTO file_key (sha1, update_id, revision_number) VALUES {rows} ON CONFLICT (sha1) DO UPDATE \
            SET update_id = excluded.update_id, revision_number = excluded.revision_number";
        PUT = "UPDATE file_key SET secret = $1 WHERE sha1 = $2";
        LOAD(all) = "SELECT sha1, update_id, revision_number, secret FROM file_key";
    }
}

/// An encrypted file. Its key is a secret: it is in no debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct FileKeyRecord {
    /// The file, as it is named everywhere: SHA-1 of what it is when decrypted.
    pub sha1: [u8; 20],
    /// A revision that has the file, by which servers are asked for its key.
    pub revision: RevisionRef,
    /// The key, as the server that knew it wrote it; `None`: it did not come yet.
    pub key: Option<Vec<u8>>,
}

impl fmt::Debug for FileKeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = if self.key.is_some() { "known" } else { "wanted" };
        write!(f, "FileKeyRecord({:02x?} of {:?}, {known})", self.sha1, self.revision)
    }
}

fn from_row(row: Row<'_>) -> Result<FileKeyRecord, StoreError> {
    let revision = RevisionRef { update: row.get("update_id")?, number: row.get("revision_number")? };
    Ok(FileKeyRecord { sha1: row.get("sha1")?, revision, key: row.get("secret")? })
}

/// Records that the keys of files are wanted, and by which revisions. A key that is known stays.
///
/// # Errors
/// When they cannot be written.
pub async fn want(tx: &mut Tx, files: &[([u8; 20], RevisionRef)]) -> Result<(), StoreError> {
    let bind = |(sha1, revision): &&([u8; 20], RevisionRef), args: &mut Args| {
        args.push(*sha1);
        args.push(revision.update);
        args.push(revision.number);
    };
    tx.bulk(&WANT, &last_of_each(files, |(sha1, _)| *sha1), bind).await.map(drop)
}

/// Records the keys of files that are wanted; those of others are passed over.
///
/// # Errors
/// When they cannot be written.
pub async fn put(tx: &mut Tx, keys: &[([u8; 20], Vec<u8>)]) -> Result<(), StoreError> {
    for (sha1, key) in keys {
        tx.execute(&PUT, args![key.as_slice(), *sha1]).await?;
    }
    Ok(())
}

/// Calls a function with every record. It gets an error for one that cannot be read, and decides
/// whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_record: impl FnMut(Result<FileKeyRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_record(from_row(row))).await
}
