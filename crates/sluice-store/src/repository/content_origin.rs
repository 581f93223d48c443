//! Where files of updates are, as the sources say that the updates came from.

use sluice_model::SourceId;

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::repository::last_of_each;
use crate::row::Row;
use crate::statement::statements;

statements! {
    content_origin(sha1, source_id) {
        PUT[6] = "INSERT INTO content_origin (sha1, source_id, url, upstream_url, size, sha256) VALUES {rows} \
            ON CONFLICT (sha1, source_id) DO UPDATE SET url = excluded.url, upstream_url = excluded.upstream_url, \
            size = excluded.size, sha256 = excluded.sha256";
        OF_FILE = "SELECT sha1, source_id, url, upstream_url, size, sha256 FROM content_origin WHERE sha1 = $1 \
            ORDER BY source_id";
        OF_SOURCE = "DELETE FROM content_origin WHERE source_id = $1";
        LOAD(all) = "SELECT sha1, source_id, url, upstream_url, size, sha256 FROM content_origin";
    }
}

/// What a source says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentOriginRecord {
    /// The file.
    pub sha1: [u8; 20],
    /// The source.
    pub source: SourceId,
    /// Where its publisher has it (`MUUrl`); empty: it does not say.
    pub url: String,
    /// Where the upstream itself has it (`UssUrl`); empty: at the usual place.
    pub upstream_url: String,
    /// Bytes, when the source says so.
    pub size: Option<u64>,
    /// SHA-256, when the source says so.
    pub sha256: Option<[u8; 32]>,
}

fn from_row(row: Row<'_>) -> Result<ContentOriginRecord, StoreError> {
    Ok(ContentOriginRecord {
        sha1: row.get("sha1")?,
        source: row.get("source_id")?,
        url: row.get("url")?,
        upstream_url: row.get("upstream_url")?,
        size: row.get("size")?,
        sha256: row.get("sha256")?,
    })
}

/// Records where files are, in place of what their source said before.
///
/// # Errors
/// [`StoreError::Reference`] when a source does not exist.
pub async fn put_many(tx: &mut Tx, records: &[ContentOriginRecord]) -> Result<(), StoreError> {
    let bind = |r: &&ContentOriginRecord, args: &mut Args| {
        args.push(r.sha1);
        args.push(r.source);
        args.push(&r.url);
        args.push(&r.upstream_url);
        args.push(r.size);
        args.push(r.sha256);
    };
    tx.bulk(&PUT, &last_of_each(records, |r| (r.sha1, r.source)), bind).await.map(drop)
}

/// What all sources say of some files.
///
/// # Errors
/// When it cannot be read.
pub async fn of_files(reader: &mut Reader, sha1s: &[[u8; 20]]) -> Result<Vec<ContentOriginRecord>, StoreError> {
    let mut found = Vec::new();
    for sha1 in sha1s {
        found.extend(reader.all(&OF_FILE, args![*sha1], from_row).await?);
    }
    Ok(found)
}

/// Forgets what a source said.
///
/// # Errors
/// When it cannot be written.
pub async fn forget_source(tx: &mut Tx, source: SourceId) -> Result<(), StoreError> {
    tx.execute(&OF_SOURCE, args![source]).await.map(drop)
}

/// Calls a function with every record. It gets an error for one that cannot be read, and decides
/// whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_record: impl FnMut(Result<ContentOriginRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LOAD, args![], |row| on_record(from_row(row))).await
}
