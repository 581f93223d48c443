//! Package managers. The agent decides what is installed; a back end knows how.

pub mod apt;
mod failure;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sluice_packages::deb::version;
use sluice_wire::{AssignedPackage, Index, Package, Pin};
use uuid::Uuid;

pub use failure::{ErrorCode, Failure};

use crate::host::BoxFuture;

/// An update to be brought to the device, with what is outdated of it here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The update.
    pub update: Uuid,
    /// Its title.
    pub title: String,
    /// The deployments that ask for it now.
    pub deployments: Vec<WantedBy>,
    /// Its packages that are installed in an older version, at exactly the approved version, with
    /// the architecture that the package manager wants to hear (never `all`).
    pub packages: Vec<AssignedPackage>,
}

/// A deployment that asks for an update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedBy {
    /// Which.
    pub deployment: Uuid,
    /// Whether it lets the device restart.
    pub restart: bool,
}

/// What installing would do, checked against what is approved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Installed one after the other.
    pub batches: Vec<Batch>,
    /// Not installed, and why.
    pub refused: Vec<(Uuid, Failure)>,
}

/// Updates installed in one run of the package manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The updates.
    pub updates: Vec<Wanted>,
    /// Packages that are not on the device yet and come along because an update needs them, as
    /// `name version`.
    pub new_packages: Vec<String>,
}

/// What a package manager knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageScan {
    /// Its native architecture.
    pub architecture: String,
    /// Indices it is subscribed to.
    pub indexes: Vec<Index>,
    /// Pinned versions.
    pub pins: Vec<Pin>,
    /// Installed packages.
    pub packages: Vec<Package>,
}

/// A package manager cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// There is none that the agent knows.
    #[error("cannot scan {os}: the agent knows apt and dpkg (Debian, Ubuntu and their descendants) so far")]
    Unsupported {
        /// The operating system's name.
        os: String,
    },
    /// A file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The package manager failed.
    #[error("{what} failed: {said}")]
    Failed {
        /// What was asked.
        what: &'static str,
        /// What it said.
        said: String,
    },
    /// The package manager could not be run.
    #[error(transparent)]
    Run(#[from] crate::host::RunError),
    /// Its answer is not understood.
    #[error("{what} cannot be understood: {why}")]
    NotUnderstood {
        /// What.
        what: &'static str,
        /// Why.
        why: String,
    },
}

/// A package manager.
pub trait PackageBackend: Send + Sync {
    /// Everything it knows.
    fn scan(&self) -> BoxFuture<'_, Result<PackageScan, ScanError>>;

    /// The installed packages alone.
    ///
    /// # Errors
    /// When its database cannot be read.
    fn installed(&self) -> Result<Vec<Package>, ScanError>;

    /// Who holds its locks, in words; `None` when they are free.
    fn lock_holder(&self) -> Option<String>;

    /// Puts an interrupted installation in order.
    fn repair(&self) -> BoxFuture<'_, Result<(), Failure>>;

    /// Fetches the indices anew.
    fn refresh(&self) -> BoxFuture<'_, Result<(), Failure>>;

    /// Finds out what installing would do, and refuses what is not approved.
    fn plan<'a>(&'a self, wanted: &'a [Wanted]) -> BoxFuture<'a, Plan>;

    /// Fetches the files.
    fn download<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<(), Failure>>;

    /// Installs; what came of it is read from [`Self::installed`]. Answers with the output.
    fn install<'a>(&'a self, batch: &'a Batch, lock_wait: Duration) -> BoxFuture<'a, Result<String, Failure>>;

    /// Files of an installed package, to see whether one of them is still in use in its old form.
    fn files(&self, package: &str, architecture: &str) -> Vec<String>;
}

/// Whether a wanted package is on the device in its version or a newer one, and in order.
pub(crate) fn is_installed(wanted: &AssignedPackage, installed: &[Package]) -> bool {
    installed.iter().any(|p| {
        p.name == wanted.name
            && (p.arch == wanted.architecture || p.arch == "all")
            && !p.broken
            && version::compare(&p.version, &wanted.version).is_ge()
    })
}
