//! What came of an import.

use sluice_model::{SourceId, SyncRunId};

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// The run in the history.
    pub run: Option<SyncRunId>,
    /// The source that stands for imported files.
    pub source: Option<SourceId>,
    /// Documents that were there.
    pub documents: u64,
    /// Updates that are new, of any kind.
    pub new_updates: u64,
    /// New revisions of known updates.
    pub new_revisions: u64,
    /// Documents that were known already.
    pub unchanged: u64,
    /// Items that could not be taken in.
    pub quarantined: u64,
    /// The first of them.
    pub problems: Vec<ImportProblem>,
    /// Bytes that arrived.
    pub bytes: u64,
    /// The version of the catalog that is served now.
    pub catalog_version: u64,
}

/// Something that could not be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProblem {
    /// What: an update's revision, or a place in a file.
    pub item: String,
    /// Why.
    pub reason: String,
}
