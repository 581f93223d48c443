//! Everything about a device.

use jiff::Timestamp;
use sluice_catalog::device::InstalledNumber;
use sluice_model::{CollectionId, ComplianceState, DeviceId, DeviceIndex, DeviceKind, RestartEvidence, RevisionId};
use sluice_store::enforcement;

use super::enforcement::{Enforcement, stored_enforcement_view};
use super::find;
use super::list::DeviceRow;
use super::windows::WindowsDetail;
use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::page::{Page, PageRequest};
use crate::site::Site;
use crate::updates::UpdateRow;

/// Everything about a device.
#[derive(Clone, Debug)]
pub struct DeviceDetail {
    /// As in lists.
    pub row: DeviceRow,
    /// When it was enrolled, or registered first.
    pub enrolled_at: Timestamp,
    /// Version of its agent.
    pub agent_version: String,
    /// Architecture.
    pub architecture: String,
    /// What its agent is doing.
    pub agent_state: String,
    /// More about it.
    pub agent_detail: String,
    /// Its agent can install.
    pub can_install: bool,
    /// Running kernel.
    pub kernel_running: String,
    /// Newest installed kernel.
    pub kernel_newest: Option<String>,
    /// Why a restart is needed.
    pub restart: RestartEvidence,
    /// What its package manager is subscribed to.
    pub indexes: Vec<SubscribedIndex>,
    /// Held packages.
    pub held: Vec<String>,
    /// Packages that need repair.
    pub broken: Vec<String>,
    /// The collections it is in.
    pub collections: Vec<(CollectionId, String)>,
    /// How far deployments have come.
    pub enforcement: Vec<Enforcement>,
    /// What a Windows device registered as; `None` of Linux devices.
    pub windows: Option<WindowsDetail>,
}

/// An index a device is subscribed to.
#[derive(Clone, Debug)]
pub struct SubscribedIndex {
    /// As the device sees it.
    pub index: DeviceIndex,
    /// This site synchronizes it; otherwise updates from it are not assessed.
    pub synchronized: bool,
}

impl Site {
    /// Everything about a device.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn device(&self, caller: &Caller, id: DeviceId) -> SiteResult<DeviceDetail> {
        caller.require(Permission::Read)?;
        let fleet = self.fleet();
        let row = find(&fleet, id)?;
        let said = self.known.get(id).and_then(|known| known.said.load_full());
        let directory = self.directory.load();
        let collections = directory.collections.iter().filter(|c| c.contains(id));
        let subscription = row.facts.as_ref().map(|facts| facts.subscription());
        let indexes = subscription.iter().flat_map(|s| &s.indexes).map(|index| SubscribedIndex {
            synchronized: !fleet.catalog().matching(index).is_empty(),
            index: index.clone(),
        });
        let names = |numbers: &[InstalledNumber]| {
            numbers.iter().filter_map(|n| fleet.installed_table().get(*n)).map(|p| p.name.to_owned()).collect()
        };
        let stored = enforcement::of_device(&mut self.store.reader().await?, id).await?;
        let said = said.as_deref();
        let windows = row.windows.as_deref().filter(|_| row.kind() == DeviceKind::Windows);
        let windows = windows.map(|windows| WindowsDetail::of(&fleet, windows));
        Ok(DeviceDetail {
            row: self.device_row(&fleet, row),
            enrolled_at: row.enrolled_at,
            agent_version: row.agent_version.to_string(),
            architecture: match (&windows, subscription) {
                (Some(windows), _) => windows.computer.architecture.clone(),
                (None, Some(subscription)) => subscription.architecture.clone(),
                (None, None) => String::new(),
            },
            agent_state: said.map(|s| s.state.clone()).unwrap_or_default(),
            agent_detail: said.map(|s| s.detail.clone()).unwrap_or_default(),
            can_install: said.is_some_and(|s| s.can_install),
            kernel_running: row.kernel.running.clone(),
            kernel_newest: row.kernel.newest_installed.clone(),
            restart: RestartEvidence::clone(&row.restart),
            indexes: indexes.collect(),
            held: names(&row.held),
            broken: names(&row.broken),
            collections: collections.map(|c| (c.record.id, c.record.name.to_string())).collect(),
            enforcement: stored.into_iter().map(|record| stored_enforcement_view(&fleet, row, record)).collect(),
            windows,
        })
    }

    /// The updates in a state on a device, by title.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid` for a bad cursor.
    pub fn device_updates(
        &self,
        caller: &Caller,
        id: DeviceId,
        state: ComplianceState,
        page: &PageRequest,
    ) -> SiteResult<Page<UpdateRow>> {
        caller.require(Permission::Read)?;
        let fleet = self.fleet();
        let in_state = fleet.updates_of(find(&fleet, id)?, state);
        let updates = in_state.iter().filter_map(|revision| fleet.catalog().revision(RevisionId(revision)));
        self.rows_of(&updates.map(|update| update.id).collect::<Vec<_>>(), page)
    }
}
