//! Import of Windows update metadata: from documents to a catalog that is served.
//!
//! ```text
//! bytes ── feed ──> container ──> documents ──> derive ──> ingest ──> store, catalog
//!         (async)  (a blocking thread: unpack, cut, parse, pack)    (async, in batches)
//! ```
//!
//! One document is in memory at a time, and a few that are ready to be stored. What is stored is
//! stored in batches, so a kill loses one batch at most; the catalog is published once at the end,
//! so that clients never see half a bundle. The same import again changes nothing. A document that
//! cannot be taken in is quarantined with its reason and stops no other.
//!
//! [`ingest`] knows nothing of files: a synchronization with an upstream server gives it documents
//! in the same way.

mod convert;
mod derive;
mod documents;
pub(crate) mod feed;
mod ingest;
mod left;
mod original;
mod quarantine;
mod run;
mod summary;
#[cfg(test)]
pub(crate) mod tests;
mod unserved;

pub(crate) use convert::neutral;
pub(crate) use derive::{DeriveError, Derived};
pub(crate) use documents::{Item, item_of, read_document, revision_of};
pub(crate) use ingest::Ingest;
pub(crate) use left::serve_left;
pub(crate) use original::{PackedDocument, unpack_document};
pub use summary::{ImportProblem, ImportSummary};

use sluice_wsus::container::{ContainerError, ContainerLimits, Stop};

/// How much one import may be.
const LIMITS: ContainerLimits = ContainerLimits {
    // What is sent, and what comes out of each packing in it. The catalog of every product of Microsoft
    // is far below.
    plain: 256 << 30,
    // Cabinets must be on disk to be read. Their format ends at 2 GiB.
    cabinet: 2 << 30,
};

/// Why an import ended before its end. What it stored until then stays, and is served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error(transparent)]
    Container(#[from] ContainerError),
    #[error("there is no update metadata in {name}")]
    Empty { name: String },
    #[error("the import was given up")]
    Stopped,
}

impl ImportError {
    /// What an administrator can do.
    pub(crate) fn fix(&self) -> &'static str {
        use ContainerError as E;
        match self {
            Self::Container(E::Source { .. }) => {
                "What had arrived is in the catalog. Import the file again: it goes on from there."
            }
            Self::Container(E::Unpack { .. } | E::Cabinet { .. }) => {
                "The file may be damaged: copy it again, or export it again."
            }
            Self::Container(E::TooLarge { .. }) => "Split it: export fewer products at a time.",
            Self::Container(E::Spool(_)) => "Free space on the disk of the data directory.",
            Self::Empty { .. } => {
                "Give update documents (XML), or what `wsusutil export catalog.cab export.log` wrote on a WSUS."
            }
            Self::Stopped => "Import the file again: it goes on from where it was.",
        }
    }
}

impl From<Stop<ImportError>> for ImportError {
    fn from(stop: Stop<ImportError>) -> Self {
        match stop {
            Stop::Container(error) => Self::Container(error),
            Stop::Taker(error) => error,
        }
    }
}
