//! The packages of a Linux device.

use sluice_model::{Classification, DeviceId, UpdateId};

use super::find;
use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::site::Site;

/// A line of `apt list --upgradable`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradablePackage {
    /// Package.
    pub name: String,
    /// Architecture.
    pub architecture: String,
    /// Installed version.
    pub installed: String,
    /// Version that would be installed.
    pub candidate: String,
    /// The update that brings it.
    pub update: UpdateId,
    /// Its title.
    pub title: String,
    /// Its classification.
    pub classification: Classification,
    /// The package is held.
    pub held: bool,
}

impl Site {
    /// What `apt list --upgradable` says on a device.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn device_packages(&self, caller: &Caller, id: DeviceId) -> SiteResult<Vec<UpgradablePackage>> {
        caller.require(Permission::Read)?;
        let fleet = self.fleet();
        let row = find(&fleet, id)?;
        let packages = fleet.upgradable(row.number).into_iter().filter_map(|package| {
            let update = fleet.catalog().revision(package.revision)?;
            Some(UpgradablePackage {
                name: package.installed.name.to_owned(),
                architecture: package.installed.architecture.to_owned(),
                installed: package.installed.version.to_owned(),
                candidate: package.candidate.to_owned(),
                update: update.id,
                title: update.title.clone(),
                classification: update.classification,
                held: row.holds(package.number),
            })
        });
        Ok(packages.collect())
    }
}
