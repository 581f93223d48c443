//! The state of an update on a computer (\[MS-WSUSSS\] 3.1.4.17.2.3).

use crate::soap::Value;

/// The state of an update on a computer. The table of the wire in the specification says 0 for "not applicable" and has
/// no 1, its data model says 0 unknown and 1 not applicable (protocols.md trap 14): receivers should take both for
/// "nothing to do".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SummarizationState {
    /// 0: the computer did not report since the update came; of some servers, not applicable. Also every number that
    /// the specification does not know.
    #[default]
    Unknown,
    /// 1: not applicable.
    NotApplicable,
    /// 2: needed and not installed.
    NotInstalled,
    /// 3: needed and downloaded.
    Downloaded,
    /// 4: installed.
    Installed,
    /// 5: an attempt failed.
    Failed,
    /// 6: installed once the computer restarts.
    InstalledPendingReboot,
}

impl SummarizationState {
    /// As it is written.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Unknown => 0,
            Self::NotApplicable => 1,
            Self::NotInstalled => 2,
            Self::Downloaded => 3,
            Self::Installed => 4,
            Self::Failed => 5,
            Self::InstalledPendingReboot => 6,
        }
    }
}

impl Value for SummarizationState {
    const KIND: &'static str = "int";

    fn parse(text: &str) -> Option<Self> {
        Some(match i32::parse(text)? {
            1 => Self::NotApplicable,
            2 => Self::NotInstalled,
            3 => Self::Downloaded,
            4 => Self::Installed,
            5 => Self::Failed,
            6 => Self::InstalledPendingReboot,
            _ => Self::Unknown,
        })
    }
}
