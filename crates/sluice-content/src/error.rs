//! What goes wrong with files.

use std::io;
use std::path::{Path, PathBuf};

/// Why a file was not stored or cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// The file system failed; the disk may be full.
    #[error("{doing} {} failed", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// With which file or directory.
        path: PathBuf,
        /// What the file system says.
        source: io::Error,
    },
    /// What is being stored could not be read to its end.
    #[error("the content could not be read to its end")]
    Read(#[source] io::Error),
    /// It has another size than it should.
    #[error("the content has {found} bytes, not the {expected} that were announced")]
    Size {
        /// Bytes announced.
        expected: u64,
        /// Bytes found; reading stops at the first one too many.
        found: u64,
    },
    /// It is not what it was announced to be.
    #[error("the content has the {algorithm} {found}, not {expected}")]
    Digest {
        /// `SHA-1` or `SHA-256`.
        algorithm: &'static str,
        /// Announced, hexadecimal.
        expected: String,
        /// Found, hexadecimal.
        found: String,
    },
    /// The address of a bucket cannot be used.
    #[error("the address of the content store cannot be used: {what}")]
    Location {
        /// What is wrong with it.
        what: String,
    },
    /// A bucket cannot be reached, or says nonsense.
    #[error("{doing} failed: {why}")]
    Remote {
        /// What was being done.
        doing: &'static str,
        /// In a few words; never an address with a signature.
        why: String,
    },
    /// A bucket refused.
    #[error("{doing} failed: the store answered with status {status}")]
    RemoteStatus {
        /// What was being done.
        doing: &'static str,
        /// HTTP status.
        status: u16,
    },
}

impl ContentError {
    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { doing, path: path.to_owned(), source }
    }

    /// Whether the disk is full, which an administrator can mend.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::File { source, .. }
            if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
    }

    /// Whether trying again may help.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Remote { .. } => true,
            Self::RemoteStatus { status, .. } => *status >= 500 || *status == 429,
            _ => false,
        }
    }

    /// Whether the content was refused because it is not what was announced.
    #[must_use]
    pub fn is_wrong_content(&self) -> bool {
        matches!(self, Self::Size { .. } | Self::Digest { .. })
    }
}
