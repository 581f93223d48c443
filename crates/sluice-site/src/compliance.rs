//! The compliance of the fleet at a glance.

use sluice_catalog::query;
use sluice_model::{Classification, CollectionId};

use crate::alerts::Alert;
use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::site::Site;
use crate::sync::SyncRun;
use crate::updates::UpdateRow;

/// The first screen.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Devices.
    pub devices: u64,
    /// Devices that need nothing.
    pub compliant: u64,
    /// Devices that need something.
    pub non_compliant: u64,
    /// Devices of which it is unknown: those that never sent an inventory, and those of `outside_catalog`.
    pub unknown: u64,
    /// Devices that need only updates that the catalog does not have.
    pub outside_catalog: u64,
    /// Devices that need a restart.
    pub needs_restart: u64,
    /// Devices not heard of for long.
    pub silent: u64,
    /// Devices where an installation failed.
    pub failures: u64,
    /// Devices whose package database needs repair.
    pub broken: u64,
    /// Devices that need security updates.
    pub security_missing_devices: u64,
    /// Per classification: updates needed, and pairs of device and update.
    pub required_by_classification: Vec<(Classification, u64, u64)>,
    /// The updates most devices need.
    pub top_required: Vec<UpdateRow>,
    /// The last finished synchronization.
    pub last_sync: Option<SyncRun>,
    /// One is under way.
    pub sync_running: bool,
    /// Open alerts.
    pub alerts: Vec<Alert>,
    /// Number of sources.
    pub sources: u64,
    /// Deployments in force.
    pub deployments_active: u64,
    /// Products and classifications that a synchronization brought and nobody has looked at.
    pub new_categories: u64,
}

impl Site {
    /// The first screen, of all devices or of a collection.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound` for an unknown collection.
    pub async fn overview(&self, caller: &Caller, collection: Option<CollectionId>) -> SiteResult<Overview> {
        caller.require(Permission::Read)?;
        let view = self.view(collection)?;
        let now = self.now();
        let counts = query::overview(&view.fleet, view.devices.as_ref(), now, self.config.silent_after);
        let directory = self.directory.load();
        Ok(Overview {
            devices: counts.devices as u64,
            compliant: counts.compliant as u64,
            non_compliant: counts.non_compliant as u64,
            unknown: (counts.never_reported + counts.outside_catalog) as u64,
            outside_catalog: counts.outside_catalog as u64,
            needs_restart: counts.need_restart as u64,
            silent: counts.silent as u64,
            failures: counts.failed as u64,
            broken: counts.broken as u64,
            security_missing_devices: counts.need_security as u64,
            required_by_classification: counts
                .classifications
                .iter()
                .map(|c| (c.classification, c.updates as u64, c.missing))
                .collect(),
            top_required: counts.top.iter().filter_map(|(r, _)| view.row(*r)).collect(),
            last_sync: self.sync.newest_run(),
            sync_running: self.sync.is_running(),
            alerts: self.alerts(caller, true).await?,
            sources: self.sources.len() as u64,
            deployments_active: directory.deployments.iter().filter(|d| d.is_active(now)).count() as u64,
            new_categories: self.new_category_count(),
        })
    }
}
