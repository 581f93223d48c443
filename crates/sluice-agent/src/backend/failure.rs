//! What can go wrong with a package manager, by the symbols of the error catalogue.

/// A line of the error catalogue; the site knows meaning and next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The agent does not run as root.
    NotRoot,
    /// No source offers the approved version.
    VersionGone,
    /// Would upgrade packages that are not approved.
    UnapprovedChanges,
    /// Would remove packages.
    WouldRemove,
    /// Another package operation held the lock too long.
    Locked,
    /// The package database is broken.
    BrokenState,
    /// Too little free space.
    DiskFull,
    /// A file could not be fetched.
    DownloadFailed,
    /// A file is not the approved one.
    ContentMismatch,
    /// A source's signature could not be verified.
    NotAuthenticated,
    /// The package manager failed while installing.
    InstallFailed,
    /// Agent or device stopped in the middle.
    Interrupted,
    /// Held by the device's administrator.
    Held,
    /// The lists could not be refreshed.
    IndexRefreshFailed,
    /// A restart is allowed and needed, but not possible.
    RestartNotPossible,
    /// Anything else.
    Other,
}

impl ErrorCode {
    /// Its symbol.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::NotRoot => "not-root",
            Self::VersionGone => "version-gone",
            Self::UnapprovedChanges => "unapproved-changes",
            Self::WouldRemove => "would-remove",
            Self::Locked => "locked",
            Self::BrokenState => "broken-state",
            Self::DiskFull => "disk-full",
            Self::DownloadFailed => "download-failed",
            Self::ContentMismatch => "content-mismatch",
            Self::NotAuthenticated => "not-authenticated",
            Self::InstallFailed => "install-failed",
            Self::Interrupted => "interrupted",
            Self::Held => "held",
            Self::IndexRefreshFailed => "index-refresh-failed",
            Self::RestartNotPossible => "restart-not-possible",
            Self::Other => "other",
        }
    }
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What sort.
    pub code: ErrorCode,
    /// One line: which packages, which path.
    pub detail: String,
    /// What the package manager said; may be empty.
    pub output: String,
}

impl Failure {
    /// One without output.
    #[must_use]
    pub fn new(code: ErrorCode, detail: String) -> Self {
        Self { code, detail, output: String::new() }
    }

    /// The same with the package manager's output.
    #[must_use]
    pub fn with_output(self, output: String) -> Self {
        Self { output, ..self }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.symbol(), self.detail)
    }
}
