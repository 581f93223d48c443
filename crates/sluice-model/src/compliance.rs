//! States of an update on a device, with the numbers the established product gives them
//! (configmgr-sum §4.1 and §4.4), so that exports and habits carry over.

/// Whether a device needs an update (topic 500).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComplianceState {
    /// No usable report from the device yet.
    Unknown,
    /// It does not apply, or something newer is installed.
    NotRequired,
    /// It applies and is missing.
    Required,
    /// It is present.
    Installed,
}

impl ComplianceState {
    /// State number: 0 to 3.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::NotRequired => 1,
            Self::Required => 2,
            Self::Installed => 3,
        }
    }

    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NotRequired => "not-required",
            Self::Required => "required",
            Self::Installed => "installed",
        }
    }
}

/// How far the enforcement of a deployed update has come on a device (topic 402).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EnforcementState {
    /// Nothing heard yet.
    Unknown,
    /// The device has accepted the deployment.
    Started,
    /// Available to the user, or required with its deadline ahead.
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
    /// Removed, as a deployment asked. Windows devices only.
    Uninstalled,
}

impl EnforcementState {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Unknown,
        Self::Started,
        Self::WaitingForDeadline,
        Self::WaitingForOtherInstall,
        Self::Downloading,
        Self::Downloaded,
        Self::DownloadFailed,
        Self::Installing,
        Self::PendingRestart,
        Self::Installed,
        Self::InstallFailed,
        Self::Held,
        Self::Uninstalled,
    ];

    /// State number of topic 402; `Held` and `Uninstalled` have none there and get 100 and 101.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Started => 1,
            Self::WaitingForOtherInstall => 3,
            Self::WaitingForDeadline => 7,
            Self::Installing => 8,
            Self::PendingRestart => 9,
            Self::Installed => 10,
            Self::InstallFailed => 11,
            Self::Downloading => 12,
            Self::Downloaded => 13,
            Self::DownloadFailed => 14,
            Self::Held => 100,
            Self::Uninstalled => 101,
        }
    }

    /// The state of a number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.number() == number)
    }

    /// The spelling on the wire, in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Started => "started",
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
            Self::Uninstalled => "uninstalled",
        }
    }

    /// The state of a [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.slug() == slug)
    }

    /// Nothing more will happen without a new decision.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::DownloadFailed | Self::InstallFailed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_slugs_are_two_way() {
        for state in EnforcementState::ALL {
            assert_eq!(EnforcementState::from_number(state.number()), Some(state));
            assert_eq!(EnforcementState::from_slug(state.slug()), Some(state));
        }
    }
}
