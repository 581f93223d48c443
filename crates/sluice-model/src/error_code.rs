//! Error codes of enforcement: what went wrong, what it means, what to do (MON-08). Numbers are
//! stable; they appear in exports.
//!
//! The codes of Linux agents are our own, below 2000, and catalogued here. Those of Windows devices
//! are `HRESULT`s, all far above ([`WindowsErrorCode`]). So one number holds either.

use std::fmt;

use crate::windows_error::WindowsErrorCode;

/// A code of the catalogue below, or one of Windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(pub u32);

/// One line of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorMeaning {
    /// The code.
    pub code: ErrorCode,
    /// Short symbolic name, as logs and the wire write it.
    pub symbol: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to do next.
    pub next_step: &'static str,
}

macro_rules! error_codes {
    ($($name:ident = $code:literal, $symbol:literal, $meaning:literal, $next:literal;)*) => {
        impl ErrorCode {
            $(#[doc = $meaning] pub const $name: Self = Self($code);)*

            /// Every code with its meaning.
            pub const CATALOGUE: &[ErrorMeaning] = &[$(ErrorMeaning {
                code: Self::$name, symbol: $symbol, meaning: $meaning, next_step: $next,
            }),*];
        }
    };
}

error_codes! {
    NOT_ROOT = 1001, "not-root",
        "The agent does not run as root, so it cannot install anything.",
        "Run the agent as root: install its service unit and start it.";
    VERSION_GONE = 1002, "version-gone",
        "The approved version is not offered by any of the device's package sources.",
        "Deploy the update that supersedes it, or check the device's package sources.";
    UNAPPROVED_CHANGES = 1003, "unapproved-changes",
        "Installing the update would upgrade packages that are not approved for the device.",
        "Add the updates named in the detail to the deployment.";
    WOULD_REMOVE = 1004, "would-remove",
        "Installing the update would remove packages.",
        "Look at the packages in the detail and resolve the conflict on the device.";
    LOCKED = 1005, "locked",
        "Another package operation held the package database for longer than the agent waits.",
        "See on the device which process holds it; the agent tries again at its next check-in.";
    BROKEN_STATE = 1006, "broken-state",
        "The package database is in a broken state: packages are unpacked but not configured, or dependencies are unmet.",
        "Run `dpkg --configure -a` and `apt-get -f install` on the device.";
    DISK_FULL = 1007, "disk-full",
        "The device has too little free disk space.",
        "Free space on the file system named in the detail; the agent tries again at its next check-in.";
    DOWNLOAD_FAILED = 1008, "download-failed",
        "A file could not be fetched from the device's package source.",
        "Check that the device reaches its package source (network, proxy, name resolution).";
    CONTENT_MISMATCH = 1009, "content-mismatch",
        "A fetched file does not have the size or digest the signed index names.",
        "Nothing was installed. Look for a broken proxy or mirror between device and source.";
    NOT_AUTHENTICATED = 1010, "not-authenticated",
        "The device's package manager could not verify a package source's signature.",
        "Nothing was installed. Repair the source's key on the device.";
    INSTALL_FAILED = 1011, "install-failed",
        "The package manager failed while installing.",
        "Read the output below; often a package's own script failed.";
    INTERRUPTED = 1012, "interrupted",
        "The agent or the device stopped in the middle of an installation.",
        "The agent finishes the interrupted configuration and tries again by itself.";
    HELD = 1013, "held",
        "The package is held on the device, so it was not touched.",
        "If it should be updated, release it there with `apt-mark unhold`.";
    INDEX_REFRESH_FAILED = 1014, "index-refresh-failed",
        "The device's package manager could not refresh its lists from any source.",
        "Check that the device reaches its package sources.";
    RESTART_NOT_POSSIBLE = 1015, "restart-not-possible",
        "A restart is needed and allowed, but the device could not be restarted by the agent.",
        "Restart the device by hand.";
    OTHER = 1999, "other",
        "An unexpected error.",
        "Read the output below and the agent's log on the device.";
}

/// What is said to an operator about a code, known or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorExplanation {
    /// The symbol; of an unknown code of Windows the code in hexadecimal.
    pub symbol: String,
    /// What it means.
    pub meaning: String,
    /// What to do next.
    pub next_step: &'static str,
}

impl ErrorCode {
    /// Its line in the catalogue, if it is known.
    #[must_use]
    pub fn meaning(self) -> Option<&'static ErrorMeaning> {
        match self.windows() {
            Some(code) => code.meaning(),
            None => Self::CATALOGUE.iter().find(|line| line.code == self),
        }
    }

    /// The code as one of Windows, if it is one.
    #[must_use]
    pub fn windows(self) -> Option<WindowsErrorCode> {
        (self.0 >= WindowsErrorCode::MIN).then_some(WindowsErrorCode(self.0))
    }

    /// What to say about it, also when it is in no catalogue.
    #[must_use]
    pub fn explain(self) -> ErrorExplanation {
        if let Some(line) = self.meaning() {
            let (symbol, meaning) = (line.symbol.to_owned(), line.meaning.to_owned());
            return ErrorExplanation { symbol, meaning, next_step: line.next_step };
        }
        match self.windows() {
            Some(code) => code.explain_unknown(),
            None => ErrorExplanation {
                symbol: "unknown".to_owned(),
                meaning: format!("Error {self}, which this version of Sluice does not know."),
                next_step: "Read the output and the agent's log on the device.",
            },
        }
    }

    /// The code of a symbol, if it is known.
    #[must_use]
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        Self::CATALOGUE.iter().find(|line| line.symbol == symbol).map(|line| line.code)
    }
}

impl fmt::Display for ErrorCode {
    /// Codes of Windows as everybody writes them, `0x8024402C`; our own in decimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.windows() {
            Some(code) => code.fmt(f),
            None => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_symbols_are_unique() {
        for line in ErrorCode::CATALOGUE {
            assert_eq!(line.code.meaning(), Some(line));
            assert_eq!(ErrorCode::from_symbol(line.symbol), Some(line.code));
        }
    }

    #[test]
    fn a_code_of_either_kind_is_told_apart() {
        assert!(ErrorCode::CATALOGUE.iter().all(|line| line.code.windows().is_none()));
        assert_eq!(ErrorCode(0x8024_402C).to_string(), "0x8024402C");
        assert_eq!(ErrorCode::DISK_FULL.to_string(), "1007");
        assert_eq!(ErrorCode(1234).explain().symbol, "unknown");
        assert_eq!(ErrorCode::DISK_FULL.explain().symbol, "disk-full");
    }
}
