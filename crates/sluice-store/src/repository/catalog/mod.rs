//! The catalog: categories, revisions of updates, the documents of those for Windows, package indices with what they
//! offer, and what the next synchronization compares with.

mod batch;
mod document;
mod index_row;
mod load;
mod update_row;
mod windows_row;

pub use batch::{
    CatalogBatch, CatalogCommit, IndexWrite, OfferedBinary, PackedBatch, PackedUpdate, RevisionRef, commit_sync_batch,
    forget_anchors,
};
pub use document::{DocumentWrite, MAX_PACKED_DOCUMENT, StoredDocument, documents, documents_of, load_document_sizes};
pub use load::{
    StoredIndex, StoredRevision, index_anchors, load_anchors, load_categories, load_indexes, load_revisions,
    release_anchor,
};

use jiff::Timestamp;
use sluice_model::{RevisionId, SourceId};

use crate::statement::Statement;

pub(crate) const STATEMENTS: &[&[Statement]] = &[batch::STATEMENTS, document::STATEMENTS, load::STATEMENTS];

/// One package that an index offers: a revision and the place of the package in its list of
/// binaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexEntry {
    /// The revision.
    pub revision: RevisionId,
    /// Place in `SourcePackage::binaries`.
    pub binary: u32,
}

/// What is remembered of a release: proof against a downgrade, and what makes a delta possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseAnchor {
    /// The source.
    pub source: SourceId,
    /// Archive root.
    pub uri: String,
    /// The suite as the source names it.
    pub suite: String,
    /// JSON of the synchronization's own.
    pub anchor: String,
}

fn micros(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_microsecond)
}

fn moment(micros: Option<i64>) -> Result<Option<Timestamp>, String> {
    let convert = |m| Timestamp::from_microsecond(m).map_err(|_| format!("{m} microseconds is no moment"));
    micros.map(convert).transpose()
}
