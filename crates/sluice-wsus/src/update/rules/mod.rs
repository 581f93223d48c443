//! Applicability rules: how a device tells whether an update is installed or needed (protocols.md §8.3; schemas in
//! [MS-WUSP] note 42). Servers never evaluate them; our own agents and the simulator do.
//!
//! Rules are read into an expression of bounded size and evaluated over [`Facts`] in three values. What is not
//! understood is kept as [`UnknownRule`] and evaluates to [`Truth::Unknown`], so that an update is reported as unknown
//! instead of wrongly as installed or needed.

mod attributes;
mod cbs;
mod compare;
mod device;
mod driver;
mod facts;
mod file;
mod licence;
mod metadata;
mod msi;
mod parse;
mod registry;
mod rule;
mod system;
mod truth;

use sluice_model::id::UpdateId;

pub use cbs::{CbsTest, PackageIdentity};
pub use compare::{Comparison, StringComparison, Version};
pub use device::DeviceTest;
pub use driver::DriverTest;
pub use facts::{
    Device, Fact, Facts, FileFacts, Hardware, InstalledDriver, MsiPatchState, MsiProduct, OsVersion, PackageState,
    Processor,
};
pub use file::{FileBase, FileCheck, FileTest};
pub use licence::{GenericQuery, LicenceTest, WmiQuery};
pub use metadata::{Metadata, MsiApplication, MsiPatch, PatchTarget, Recache, TargetVersion};
pub use msi::{MsiTest, ProductFilter};
pub use registry::{LoopLogic, RegistryKey, RegistryTest, RegistryValue, RootKey, ValueCheck};
pub use rule::{Rule, UnknownRule, WhyUnknown};
pub use system::{SystemTest, VersionTest};
pub use truth::Truth;

/// The rules of one update.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applicability {
    /// When it is installed.
    pub is_installed: Option<Rule>,
    /// When it can be installed; absent: whenever its prerequisites are met.
    pub is_installable: Option<Rule>,
    /// When something newer is installed.
    pub is_superseded: Option<Rule>,
    /// What rules without parameters of their own compare with.
    pub metadata: Metadata,
}

/// What the rules of an update say about a device, its prerequisites aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicabilityState {
    /// It is installed.
    Installed,
    /// It is not installed, and can be.
    Installable,
    /// It is not installed, and does not apply or is superseded.
    NotApplicable,
    /// The rules do not tell.
    Unknown,
}

impl Applicability {
    /// Whether it is installed; unknown when no rule says.
    #[must_use]
    pub fn installed(&self, update: UpdateId, facts: &dyn Facts) -> Truth {
        self.evaluate(self.is_installed.as_ref(), Truth::Unknown, update, facts)
    }

    /// What the device reports: installable = not installed, not superseded, and `IsInstallable` holds, or is absent
    /// (protocols.md §8.1).
    #[must_use]
    pub fn state(&self, update: UpdateId, facts: &dyn Facts) -> ApplicabilityState {
        match self.installed(update, facts) {
            Truth::True => ApplicabilityState::Installed,
            Truth::Unknown => ApplicabilityState::Unknown,
            Truth::False => {
                let superseded = self.evaluate(self.is_superseded.as_ref(), Truth::False, update, facts);
                let installable = self.evaluate(self.is_installable.as_ref(), Truth::True, update, facts);
                match Truth::all([!superseded, installable]) {
                    Truth::True => ApplicabilityState::Installable,
                    Truth::False => ApplicabilityState::NotApplicable,
                    Truth::Unknown => ApplicabilityState::Unknown,
                }
            }
        }
    }

    fn evaluate(&self, rule: Option<&Rule>, absent: Truth, update: UpdateId, facts: &dyn Facts) -> Truth {
        let context = rule::Context { facts, update, metadata: &self.metadata, loop_key: None };
        rule.map_or(absent, |rule| rule.evaluate(&context))
    }
}

#[cfg(test)]
mod device_facts;
#[cfg(test)]
mod tests;
