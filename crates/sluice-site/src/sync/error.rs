//! Why a synchronization failed.

use sluice_packages::deb::release::{IndexError, ReleaseError, ValidityError};
use sluice_packages::deb::{ItemError, ItemProblem};
use sluice_packages::digest::DigestError;
use sluice_packages::openpgp::{FingerprintError, KeyringError, SignatureError};
use sluice_store::StoreError;

use super::fetch::FetchError;
use super::upstream::UpstreamError;
use crate::error::{SiteError, chain};
use crate::windows::import::ImportError;

/// Why a run failed. The last good state is served on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SyncError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    #[error("the keyring {path} cannot be read")]
    KeyringFile { path: String, source: std::io::Error },
    #[error("the keyring {path} cannot be used")]
    Keyring { path: String, source: KeyringError },
    #[error("the source names a key that is none")]
    Fingerprint(#[from] FingerprintError),
    #[error("the source names no keyring, and none was found on this machine")]
    NoKeys,
    #[error("{url} is not trusted")]
    Signature { url: String, source: SignatureError },
    #[error("{url} is not signed")]
    Unsigned { url: String },
    #[error("{url} cannot be read")]
    Release { url: String, source: ReleaseError },
    #[error("{url} is refused")]
    Validity { url: String, source: ValidityError },
    #[error("{url} lacks what the source asks for")]
    Index { url: String, source: IndexError },
    #[error("{url} is not the file that the signed Release names")]
    Digest { url: String, source: DigestError },
    #[error("{url} cannot be unpacked")]
    Unpack { url: String, source: std::io::Error },
    #[error("{url} cannot be read to its end")]
    Broken { url: String, source: ItemProblem },
    #[error("{url} has too many entries that cannot be used")]
    Packages { url: String, source: ItemError },
    #[error("{url} changed while it was fetched, twice")]
    Moving { url: String },
    #[error("the result could not be stored")]
    Store(#[from] StoreError),
    #[error(transparent)]
    File(ImportError),
    #[error("the result could not be stored or served")]
    Import(#[source] SiteError),
    #[error("{0}")]
    Config(String),
    #[error("the program failed in a way it never should")]
    Defect,
    #[error("the site is stopping")]
    Stopping,
}

impl SyncError {
    /// What failed and why, for people.
    pub(crate) fn sentence(&self) -> String {
        match self {
            // Says why in words of its own; what the libraries below it say is for the log.
            Self::Fetch(error) => error.to_string(),
            Self::Upstream(error) => error.to_string(),
            other => chain(other),
        }
    }

    /// What an administrator can do.
    pub(crate) fn fix(&self) -> &'static str {
        match self {
            Self::Fetch(error) => error.fix(),
            Self::Upstream(error) => error.fix(),
            Self::KeyringFile { .. } | Self::Keyring { .. } | Self::NoKeys => {
                "Install the vendor's keyring package, or name another keyring in the source."
            }
            Self::Fingerprint(_) => "Correct the fingerprints of the source.",
            Self::Signature { source: SignatureError::UnknownKeys { .. }, .. } => {
                "If the vendor has a new key, install its keyring package; otherwise do not trust this upstream."
            }
            Self::Signature { .. } | Self::Unsigned { .. } => {
                "The last good state is served on. If it stays, look for a broken proxy or mirror, or ask the vendor."
            }
            Self::Validity { source: ValidityError::FromTheFuture { .. }, .. } => "Check the clock of this machine.",
            Self::Validity { .. } => {
                "The mirror is behind: use another one, or switch the check off for this source if you know why."
            }
            Self::Index { .. } => "Correct the components and architectures of the source.",
            Self::Digest { .. } | Self::Unpack { .. } | Self::Broken { .. } | Self::Moving { .. } => {
                "The last good state is served on. The mirror may be in the middle of an update; the site tries again."
            }
            Self::Release { .. } | Self::Packages { .. } => "The last good state is served on. Tell the vendor.",
            Self::File(error) => error.fix(),
            Self::Store(_) | Self::Import(_) => "Check disk space and database: `sluice doctor`.",
            Self::Config(_) => "Define the source anew.",
            Self::Defect => "Report it with the site's log; the last good state is served on.",
            Self::Stopping => "The next run continues.",
        }
    }
}
