//! Installing: what is due, getting its files, changing the machine's facts, restarting, removing (protocols.md §2.6).

mod apply;
mod download;
mod due;
mod ranges;
mod remove;
mod restart;
mod run;

use sluice_model::id::UpdateId;

use super::agent::Stage;

/// What installing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstallOutcome {
    /// Updates whose files were downloaded.
    pub downloaded: Vec<UpdateId>,
    /// Updates that are installed now.
    pub installed: Vec<UpdateId>,
    /// Updates that are removed now.
    pub uninstalled: Vec<UpdateId>,
    /// Updates that take effect with the next restart.
    pub restart_pending: Vec<UpdateId>,
    /// Updates that failed.
    pub failed: Vec<FailedInstall>,
    /// Bytes downloaded.
    pub bytes: u64,
}

/// An update that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedInstall {
    /// The update that was approved.
    pub update: UpdateId,
    /// The part of it that failed, if it is a bundle.
    pub part: Option<UpdateId>,
    /// When.
    pub stage: Stage,
    /// The code it is reported with.
    pub hresult: u32,
    /// What went wrong.
    pub why: String,
}

impl InstallOutcome {
    /// Whether another scan would find something different.
    #[must_use]
    pub fn changed_the_machine(&self) -> bool {
        !(self.installed.is_empty()
            && self.uninstalled.is_empty()
            && self.restart_pending.is_empty()
            && self.failed.is_empty())
    }
}

/// Why a step of an installation failed.
#[derive(Debug)]
struct Trouble {
    hresult: u32,
    why: String,
}

impl Trouble {
    fn new(hresult: u32, why: impl Into<String>) -> Self {
        Self { hresult, why: why.into() }
    }
}
