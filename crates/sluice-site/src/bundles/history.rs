//! Bundles that were exported and imported here.

use jiff::Timestamp;
use sluice_bundle::PublicKey;
use sluice_store::bundle_export::ExportRecord;
use sluice_store::bundle_import::ImportRecord;
use sluice_store::{bundle_export, bundle_import};
use uuid::Uuid;

use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::site::Site;

/// Most lines of a history that are shown, and exports that are kept.
pub(super) const SHOWN: u32 = 200;

/// A bundle that was exported, or was to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleExport {
    /// Identity.
    pub id: Uuid,
    /// Rises with every export.
    pub sequence: u64,
    /// Of a delta: the bundle it goes on from.
    pub previous: Option<Uuid>,
    /// When it was begun.
    pub started_at: Timestamp,
    /// By whom.
    pub started_by: String,
    /// After this it is not to be imported.
    pub expires_at: Timestamp,
    /// The only site that may import it.
    pub intended: Option<Uuid>,
    /// What is in it, by their slugs.
    pub parts: String,
    /// Which files are in it, by its slug.
    pub content: String,
    /// When it was written whole; `None`: it is under way, or broke off.
    pub ended_at: Option<Timestamp>,
    /// Bytes.
    pub bytes: u64,
    /// Update documents in it.
    pub documents: u64,
    /// Files in it.
    pub files: u64,
}

/// A bundle that was imported, or is being imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleImport {
    /// The bundle's identity.
    pub id: Uuid,
    /// The key it is signed with.
    pub signer: PublicKey,
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
    /// When the import was begun, the last time.
    pub started_at: Timestamp,
    /// By whom.
    pub started_by: String,
    /// How far it is: `documents`, `content`, `decisions`, `done`.
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

impl Site {
    /// The last bundles that were exported, newest first.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn bundle_exports(&self, caller: &Caller) -> SiteResult<Vec<BundleExport>> {
        caller.require(Permission::Read)?;
        let records = bundle_export::list(&mut self.store.reader().await?, SHOWN).await?;
        Ok(records.into_iter().map(export).collect())
    }

    /// The last bundles that were imported, newest first.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn bundle_imports(&self, caller: &Caller) -> SiteResult<Vec<BundleImport>> {
        caller.require(Permission::Read)?;
        let records = bundle_import::list(&mut self.store.reader().await?, SHOWN).await?;
        Ok(records.into_iter().map(import).collect())
    }
}

pub(super) fn export(record: ExportRecord) -> BundleExport {
    let end = record.end;
    BundleExport {
        id: record.id,
        sequence: record.sequence,
        previous: record.previous,
        started_at: record.started_at,
        started_by: record.started_by,
        expires_at: record.expires_at,
        intended: record.intended,
        parts: record.parts,
        content: record.content,
        bytes: end.as_ref().map_or(0, |end| end.bytes),
        documents: end.as_ref().map_or(0, |end| end.documents),
        files: end.as_ref().map_or(0, |end| end.files),
        ended_at: end.map(|end| end.at),
    }
}

fn import(record: ImportRecord) -> BundleImport {
    BundleImport {
        id: record.id,
        signer: PublicKey(record.signer),
        site: record.site,
        site_name: record.site_name,
        sequence: record.sequence,
        previous: record.previous,
        created_at: record.created_at,
        started_at: record.started_at,
        started_by: record.started_by,
        step: record.step,
        ended_at: record.ended_at,
        documents: record.documents,
        files: record.files,
        bytes: record.bytes,
    }
}
