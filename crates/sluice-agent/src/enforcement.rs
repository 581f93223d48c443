//! How far the enforcement of an assigned update has come, by the names the protocol uses.

use serde::{Deserialize, Serialize};

/// How far the enforcement of an assigned update has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enforcement {
    /// Nothing reported yet.
    Unknown,
    /// Offered to the device's user, or required with its deadline ahead.
    WaitingForDeadline,
    /// Another package operation holds the lock.
    WaitingForOtherInstall,
    /// Files are being fetched.
    Downloading,
    /// Files are there.
    Downloaded,
    /// Files could not be fetched.
    DownloadFailed,
    /// Being installed.
    Installing,
    /// Installed, but in force only after a restart.
    PendingRestart,
    /// Installed.
    Installed,
    /// Could not be installed.
    InstallFailed,
    /// Held on the device by its administrator; not touched.
    Held,
}

impl Enforcement {
    /// Its name in the protocol.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::WaitingForDeadline => "waiting-for-deadline",
            Self::WaitingForOtherInstall => "waiting-for-other-install",
            Self::Downloading => "downloading",
            Self::Downloaded => "downloaded",
            Self::DownloadFailed => "download-failed",
            Self::Installing => "installing",
            Self::PendingRestart => "pending-restart",
            Self::Installed => "installed",
            Self::InstallFailed => "install-failed",
            Self::Held => "held",
        }
    }
}
