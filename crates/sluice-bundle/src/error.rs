//! Why a bundle is refused.

use std::io;

/// Why a bundle was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The stream itself failed.
    #[error("the bundle could not be read")]
    Read(#[source] io::Error),
    /// It could not be written.
    #[error("the bundle could not be written")]
    Write(#[source] io::Error),
    /// It does not begin like one.
    #[error("it is not a transfer bundle of Sluice")]
    NotABundle,
    /// It is of a version this program does not know.
    #[error("it has the format version {0}, and this program reads version {known}", known = crate::header::VERSION)]
    Version(u16),
    /// Nobody trusts who signed it.
    #[error("it is signed with the key {fingerprint}, which is not trusted here")]
    UnknownSigner {
        /// The key's fingerprint.
        fingerprint: String,
    },
    /// The header is not what was signed.
    #[error("the signature of its header is wrong: it was changed, or it is a forgery")]
    HeaderSignature,
    /// The end is not what was signed.
    #[error("the signature at its end is wrong: it was changed, or it is a forgery")]
    TrailerSignature,
    /// The header is signed and makes no sense.
    #[error("its header cannot be read: {0}")]
    Header(String),
    /// A frame is not the one that was written at this place.
    #[error("it is damaged, or was changed, at byte {position}: {what}")]
    Damaged {
        /// Where the frame begins.
        position: u64,
        /// What is wrong.
        what: String,
    },
    /// It ends before its end.
    #[error("it ends at byte {position}, before its end: a part of it is missing")]
    Truncated {
        /// Where it ends.
        position: u64,
    },
    /// There is something after its end.
    #[error("there is something after its end, at byte {position}")]
    TrailingBytes {
        /// Where it should end.
        position: u64,
    },
    /// Something is larger than it may be.
    #[error("{what} has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// Bytes it has, or would have.
        size: u64,
        /// Bytes it may have.
        limit: u64,
    },
    /// The writer was asked for something that would be no bundle.
    #[error("the bundle cannot be written like this: {0}")]
    Misuse(&'static str),
}

impl BundleError {
    /// What somebody who has the file can do.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Read(_) => "Check the disk or the connection, and try again.",
            Self::Write(_) => "Free space where the bundle is written, and export it again.",
            Self::NotABundle => "Give the file that `sluice bundle export` wrote.",
            Self::Version(_) => "Use a site of the same version, or a newer one.",
            Self::UnknownSigner { .. } => {
                "Compare the fingerprint with `sluice bundle key` at the site it comes from; only when they are equal, \
                 trust it: `sluice bundle trust add NAME KEY`."
            }
            Self::HeaderSignature | Self::TrailerSignature | Self::Damaged { .. } => {
                "Copy it again from where it was exported; if it is refused again, export it anew. Do not use this copy."
            }
            Self::Truncated { .. } => "Copy it again, with all its parts; if it is refused again, export it anew.",
            Self::TrailingBytes { .. } => "Give the bundle alone, and each of its parts once.",
            Self::Header(_) | Self::TooLarge { .. } | Self::Misuse(_) => {
                "Export it anew, with a program of the same version as here."
            }
        }
    }
}
