//! Import of Windows update metadata: from documents to a catalog that is served.
//!
//! ```text
//! bytes ── feed ──> container ──> documents ──> derive ──> ingest ──> store, fragments, catalog
//!         (async)  (a blocking thread: unpack, cut, parse, escape, pack)   (async, in batches)
//! ```
//!
//! One document is in memory at a time, and a few that are ready to be stored. What is stored is
//! stored in batches, so a kill loses one batch at most; the catalog is published once at the end,
//! so that clients never see half a bundle. The same import again changes nothing. A document that
//! cannot be taken in is quarantined with its reason and stops no other.
//!
//! [`ingest`] knows nothing of files: a synchronization with an upstream server gives it documents
//! in the same way.

mod container;
mod convert;
mod derive;
mod documents;
pub(crate) mod feed;
mod ingest;
mod quarantine;
mod run;
mod summary;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use convert::neutral;
pub(crate) use derive::{Derived, unpack_document};
pub(crate) use documents::{Item, item_of, read_document, revision_of};
pub(crate) use ingest::Ingest;
pub use summary::{ImportProblem, ImportSummary};

/// Most bytes of one import: what is sent, and what comes out of each packing in it. The catalog of every product of Microsoft is far below.
const MAX_PLAIN: u64 = 256 << 30;

/// Most bytes of a cabinet, which must be on disk to be read. Its format ends at 2 GiB.
const MAX_CABINET: u64 = 2 << 30;

/// Why an import ended before its end. What it stored until then stays, and is served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error("the upload of {name} broke off")]
    Upload { name: String, source: std::io::Error },
    #[error("{name} cannot be unpacked")]
    Unpack { name: String, source: std::io::Error },
    #[error("{name} cannot be read")]
    Cabinet { name: String, source: sluice_wsus::cabinet::CabinetError },
    #[error("{name} has more than {limit} bytes")]
    TooLarge { name: String, limit: u64 },
    #[error("a temporary file for the import cannot be written")]
    Spool(#[source] std::io::Error),
    #[error("there is no update metadata in {name}")]
    Empty { name: String },
    #[error("the import was given up")]
    Stopped,
}

impl ImportError {
    /// What an administrator can do.
    pub(crate) fn fix(&self) -> &'static str {
        match self {
            Self::Upload { .. } => "What had arrived is in the catalog. Import the file again: it goes on from there.",
            Self::Unpack { .. } | Self::Cabinet { .. } => "The file may be damaged: copy it again, or export it again.",
            Self::TooLarge { .. } => "Split it: export fewer products at a time.",
            Self::Spool(_) => "Free space on the disk of the data directory.",
            Self::Empty { .. } => {
                "Give update documents (XML), or what `wsusutil export catalog.cab export.log` wrote on a WSUS."
            }
            Self::Stopped => "Import the file again: it goes on from where it was.",
        }
    }
}
