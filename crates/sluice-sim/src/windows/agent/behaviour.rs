//! How a simulated agent behaves: what its policies say, and what goes wrong.

use jiff::SignedDuration;
use sluice_model::id::UpdateId;
use uuid::Uuid;

/// How a simulated agent behaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// Target groups of its policy, separated by `;` (client-side targeting).
    pub target_group: Option<String>,
    /// How far its clock is ahead of the right time.
    pub clock_offset: SignedDuration,
    /// When it installs what is approved.
    pub install: InstallPolicy,
    /// Whether it installs what is only offered, as if its user asked for all.
    pub optional: bool,
    /// Failures that happen to certain updates.
    pub failures: Vec<Failure>,
    /// Chance that installing an update fails with a code of [`COMMON_FAILURES`], 0 to 1.
    pub failure_rate: f64,
    /// Whether updates that may ask for a restart do.
    pub restarts_if_asked: bool,
    /// Scans these categories only (StartCategoryScan).
    pub categories: Vec<Uuid>,
    /// Whether it downloads; if not, it claims to have.
    pub download: bool,
    /// Files above this many bytes are not downloaded but claimed to be.
    pub largest_file: u64,
}

/// 256 MiB: a cumulative update fits.
const LARGEST_FILE: u64 = 256 << 20;

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            target_group: None,
            clock_offset: SignedDuration::ZERO,
            install: InstallPolicy::AtOnce,
            optional: false,
            failures: Vec::new(),
            failure_rate: 0.0,
            restarts_if_asked: true,
            categories: Vec::new(),
            download: true,
            largest_file: LARGEST_FILE,
        }
    }
}

/// When an agent installs what is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstallPolicy {
    /// As soon as it knows.
    AtOnce,
    /// When the deadline of the approval is over; never without one.
    AtDeadline,
    /// Never by itself.
    Never,
}

/// A failure that is made to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// To this update, which may be a part of a bundle; `None`: to any.
    pub update: Option<UpdateId>,
    /// When.
    pub stage: Stage,
    /// The code, such as `0x80070643`.
    pub hresult: u32,
    /// How many more times.
    pub times: u32,
}

/// A step of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Getting its files.
    Download,
    /// Installing.
    Install,
    /// Removing.
    Uninstall,
}

/// Codes that installations fail with in the field: fatal error of an installer, servicing failure, all parts failed,
/// access denied, servicing store damaged, disk full.
pub const COMMON_FAILURES: [u32; 6] = [0x8007_0643, 0x800F_0922, 0x8024_0022, 0x8007_0005, 0x8007_3712, 0x8007_0070];
