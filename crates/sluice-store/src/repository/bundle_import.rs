//! Bundles that were imported here.

use jiff::Timestamp;
use uuid::Uuid;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    bundle_import(id) {
        BEGIN = "INSERT INTO bundle_import (id, signer, site_id, site_name, sequence, previous, created_at, hash, \
            started_at, started_by, parts, step, ended_at, documents, files, bytes) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, NULL, $13, $14, $15) \
            ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, started_by = excluded.started_by, \
            step = excluded.step, \
            parts = CASE WHEN bundle_import.ended_at IS NULL THEN excluded.parts ELSE bundle_import.parts END";
        STEP = "UPDATE bundle_import SET step = $2 WHERE id = $1";
        DONE = "UPDATE bundle_import SET step = $2, parts = $3, ended_at = $4 WHERE id = $1";
        ONE = "SELECT id, signer, site_id, site_name, sequence, previous, created_at, hash, started_at, started_by, \
            parts, step, ended_at, documents, files, bytes FROM bundle_import WHERE id = $1";
        LAST = "SELECT id, signer, site_id, site_name, sequence, previous, created_at, hash, started_at, started_by, \
            parts, step, ended_at, documents, files, bytes FROM bundle_import \
            WHERE signer = $1 AND ended_at IS NOT NULL ORDER BY sequence DESC LIMIT 1";
        REACHED = "SELECT id, signer, site_id, site_name, sequence, previous, created_at, hash, started_at, \
            started_by, parts, step, ended_at, documents, files, bytes FROM bundle_import \
            WHERE signer = $1 AND (ended_at IS NOT NULL OR step = $2) ORDER BY sequence DESC LIMIT 1";
        LIST(all) = "SELECT id, signer, site_id, site_name, sequence, previous, created_at, hash, started_at, \
            started_by, parts, step, ended_at, documents, files, bytes FROM bundle_import \
            ORDER BY started_at DESC, id LIMIT $1";
    }
}

/// A bundle that was imported, or is being imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    /// The bundle's identity.
    pub id: Uuid,
    /// The key it is signed with.
    pub signer: [u8; 32],
    /// The site it comes from.
    pub site: Uuid,
    /// That site's name.
    pub site_name: String,
    /// Its number at that site.
    pub sequence: u64,
    /// Of a delta: the bundle it goes on from.
    pub previous: Option<Uuid>,
    /// When it was exported.
    pub created_at: Timestamp,
    /// The hash that its end signs.
    pub hash: [u8; 32],
    /// When the import was begun, the last time.
    pub started_at: Timestamp,
    /// By whom.
    pub started_by: String,
    /// What of it was imported, in the site's own words; of one that was never done, what is to be.
    pub parts: String,
    /// How far it is, in the site's own words.
    pub step: String,
    /// When everything was applied; `None`: it is under way, or broke off.
    pub ended_at: Option<Timestamp>,
    /// Update documents in it.
    pub documents: u64,
    /// Files in it.
    pub files: u64,
    /// Its bytes.
    pub bytes: u64,
}

fn from_row(row: Row<'_>) -> Result<ImportRecord, StoreError> {
    Ok(ImportRecord {
        id: row.get("id")?,
        signer: row.get("signer")?,
        site: row.get("site_id")?,
        site_name: row.get("site_name")?,
        sequence: row.get("sequence")?,
        previous: row.get("previous")?,
        created_at: row.get("created_at")?,
        hash: row.get("hash")?,
        started_at: row.get("started_at")?,
        started_by: row.get("started_by")?,
        parts: row.get("parts")?,
        step: row.get("step")?,
        ended_at: row.get("ended_at")?,
        documents: row.get("documents")?,
        files: row.get("files")?,
        bytes: row.get("bytes")?,
    })
}

/// Begins an import, or begins it again.
///
/// # Errors
/// When it cannot be written.
pub async fn begin(tx: &mut Tx, i: &ImportRecord) -> Result<(), StoreError> {
    let args = args![
        i.id,
        i.signer,
        i.site,
        &i.site_name,
        i.sequence,
        i.previous,
        i.created_at,
        i.hash,
        i.started_at,
        &i.started_by,
        &i.parts,
        &i.step,
        i.documents,
        i.files,
        i.bytes
    ];
    tx.execute(&BEGIN, args).await.map(drop)
}

/// Notes how far an import is.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn step(tx: &mut Tx, id: Uuid, step: &str) -> Result<(), StoreError> {
    tx.execute_on(&STEP, args![id, step], "import", id).await
}

/// Notes that an import is done, and what of the bundle is here now.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn done(tx: &mut Tx, id: Uuid, step: &str, parts: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.execute_on(&DONE, args![id, step, parts, at], "import", id).await
}

/// The import of a bundle.
///
/// # Errors
/// When it cannot be read.
pub async fn one(reader: &mut Reader, id: Uuid) -> Result<Option<ImportRecord>, StoreError> {
    reader.optional(&ONE, args![id], from_row).await
}

/// The last import of a signer's bundles that was done.
///
/// # Errors
/// When it cannot be read.
pub async fn last(reader: &mut Reader, signer: [u8; 32]) -> Result<Option<ImportRecord>, StoreError> {
    reader.optional(&LAST, args![signer], from_row).await
}

/// The import with the highest number of a signer's bundles that was done or reached a step.
///
/// # Errors
/// When it cannot be read.
pub async fn reached(reader: &mut Reader, signer: [u8; 32], step: &str) -> Result<Option<ImportRecord>, StoreError> {
    reader.optional(&REACHED, args![signer, step], from_row).await
}

/// The last imports, newest first.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader, limit: u32) -> Result<Vec<ImportRecord>, StoreError> {
    reader.all(&LIST, args![limit], from_row).await
}
