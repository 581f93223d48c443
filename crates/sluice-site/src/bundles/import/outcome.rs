//! What came of a bundle.

use sluice_bundle::{Counts, Header, PublicKey, Verified};

use crate::error::SiteError;
use crate::windows::import::ImportProblem;

/// What a verified bundle is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleReport {
    /// What it says about itself.
    pub header: Header,
    /// Who signed it.
    pub signer: PublicKey,
    /// What that signer is called here.
    pub signer_name: String,
    /// What is in it.
    pub counts: Counts,
    /// Its bytes.
    pub size: u64,
    /// Why it may not be imported here and now, and what to do; `None`: it may.
    pub refused: Option<(String, String)>,
}

impl BundleReport {
    pub(super) fn of(verified: &Verified, signer_name: String, refused: Option<SiteError>) -> Self {
        Self {
            header: verified.header.clone(),
            signer: verified.signer,
            signer_name,
            counts: verified.counts,
            size: verified.size,
            refused: refused.map(|error| (error.message, error.fix)),
        }
    }
}

/// What came of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleOutcome {
    /// What was imported.
    pub bundle: BundleReport,
    /// Updates that are new, of any kind.
    pub new_updates: u64,
    /// New revisions of known updates.
    pub new_revisions: u64,
    /// Documents that were known already.
    pub unchanged: u64,
    /// Documents that could not be taken in; they are in the quarantine.
    pub quarantined: u64,
    /// Files that were not here before.
    pub new_files: u64,
    /// Collections, groups, deployments, declined updates and deselected categories that were made,
    /// changed or taken away.
    pub decisions: u64,
    /// The version of the catalog that is served now.
    pub catalog_version: u64,
    /// What could not be taken in.
    pub problems: Vec<ImportProblem>,
}
