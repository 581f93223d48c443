//! Looking at devices.

use std::sync::Arc;

use jiff::Timestamp;
use roaring::RoaringBitmap;
use sluice_catalog::device::InstalledNumber;
use sluice_catalog::query::{self, DeviceQuery};
use sluice_catalog::{self as catalog, Catalog, DeviceChange, DeviceCompliance, Fleet};
use sluice_model::{
    Classification, CollectionId, ComplianceState, DeploymentId, DeviceId, DeviceIndex, EnforcementState, ErrorCode,
    RestartEvidence, RevisionId, UpdateId,
};
use sluice_store::{audit, collection, device, device_event, enforcement, inventory};

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::page::{Page, PageRequest, decode_cursor, encode_cursor, limit_and_one};
use crate::site::Site;
use crate::updates::UpdateRow;

/// Which devices are wanted; all conditions hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceFilter {
    /// Part of the name or operating system.
    pub text: Option<String>,
    /// In this state.
    pub state: Option<DeviceState>,
    /// Members of this collection.
    pub collection: Option<CollectionId>,
}

/// A state of a device at the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceState {
    /// It needs nothing.
    Compliant,
    /// It needs something.
    NonCompliant,
    /// It needs a restart.
    NeedsRestart,
    /// It has not been heard of for long.
    Silent,
    /// An installation failed.
    Failed,
    /// It never sent an inventory.
    NeverReported,
    /// Its package database needs repair.
    Broken,
}

impl DeviceState {
    /// All.
    pub const ALL: [Self; 7] = [
        Self::Compliant,
        Self::NonCompliant,
        Self::NeedsRestart,
        Self::Silent,
        Self::Failed,
        Self::NeverReported,
        Self::Broken,
    ];

    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::NonCompliant => "non-compliant",
            Self::NeedsRestart => "needs-restart",
            Self::Silent => "silent",
            Self::Failed => "failed",
            Self::NeverReported => "never-reported",
            Self::Broken => "broken",
        }
    }

    /// The state of a [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.slug() == slug)
    }
}

/// What a list of devices is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceSort {
    /// By name.
    #[default]
    Name,
    /// By number of updates needed.
    Required,
    /// By last contact.
    LastContact,
}

/// A device in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceRow {
    /// Identity.
    pub id: DeviceId,
    /// Host name.
    pub name: String,
    /// Operating system.
    pub os: String,
    /// Updates it needs.
    pub required: u64,
    /// Security updates it needs.
    pub required_security: u64,
    /// Updates it has.
    pub installed: u64,
    /// It needs a restart.
    pub needs_restart: bool,
    /// It has not been heard of for long.
    pub silent: bool,
    /// Updates whose installation failed.
    pub failures: u64,
    /// Last contact.
    pub last_contact: Option<Timestamp>,
    /// Last inventory.
    pub last_inventory: Option<Timestamp>,
    /// It has sent an inventory.
    pub reported: bool,
}

/// Everything about a device.
#[derive(Clone, Debug)]
pub struct DeviceDetail {
    /// As in lists.
    pub row: DeviceRow,
    /// When it was enrolled.
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
}

/// An index a device is subscribed to.
#[derive(Clone, Debug)]
pub struct SubscribedIndex {
    /// As the device sees it.
    pub index: DeviceIndex,
    /// This site synchronizes it; otherwise updates from it are not assessed.
    pub synchronized: bool,
}

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

/// How far a deployed update has come on a device.
#[derive(Clone, Debug, PartialEq)]
pub struct Enforcement {
    /// The device.
    pub device: DeviceId,
    /// Its name.
    pub device_name: String,
    /// The update.
    pub update: UpdateId,
    /// Its title.
    pub title: String,
    /// For which deployment.
    pub deployment: Option<DeploymentId>,
    /// The state.
    pub state: EnforcementState,
    /// What went wrong.
    pub error: Option<ErrorCode>,
    /// One line more.
    pub detail: String,
    /// End of the package manager's output.
    pub output: String,
    /// Since when.
    pub at: Timestamp,
}

/// A line of a device's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceEvent {
    /// When.
    pub at: Timestamp,
    /// What sort.
    pub kind: String,
    /// One line.
    pub text: String,
}

impl Site {
    /// A page of devices.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound` for an unknown collection, `Invalid` for a bad cursor or limit.
    pub fn list_devices(
        &self,
        caller: &Caller,
        filter: &DeviceFilter,
        sort: DeviceSort,
        descending: bool,
        page: &PageRequest,
    ) -> SiteResult<Page<DeviceRow>> {
        caller.require(Permission::Read)?;
        let fleet = self.fleet();
        let devices = self.devices_of(filter.collection, &fleet)?;
        let query = DeviceQuery {
            text: filter.text.clone().unwrap_or_default(),
            filter: filter.state.map(|state| match state {
                DeviceState::Compliant => query::DeviceFilter::Compliant,
                DeviceState::NonCompliant => query::DeviceFilter::NonCompliant,
                DeviceState::NeedsRestart => query::DeviceFilter::RestartNeeded,
                DeviceState::Silent => query::DeviceFilter::SilentSince(self.silent_since()),
                DeviceState::Failed => query::DeviceFilter::Failed,
                DeviceState::NeverReported => query::DeviceFilter::NeverReported,
                DeviceState::Broken => query::DeviceFilter::Broken,
            }),
            update: None,
            devices: devices.as_ref(),
            sort: match sort {
                DeviceSort::Name => query::DeviceSort::Name,
                DeviceSort::Required => query::DeviceSort::Required,
                DeviceSort::LastContact => query::DeviceSort::LastContact,
            },
            descending,
            after: page.cursor.as_deref().map(decode_cursor).transpose()?,
            limit: page.limit()?,
        };
        let found = query::devices(&fleet, &query);
        let items = found.rows.iter().filter_map(|line| Some(self.device_row(&fleet, fleet.device(line.device)?)));
        let items = items.collect();
        Ok(Page { items, next: found.next.as_ref().map(encode_cursor), total: Some(found.total as u64) })
    }

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
        Ok(DeviceDetail {
            row: self.device_row(&fleet, row),
            enrolled_at: row.enrolled_at,
            agent_version: row.agent_version.to_string(),
            architecture: subscription.map(|s| s.architecture.clone()).unwrap_or_default(),
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
        })
    }

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
        let row = find(&fleet, id)?;
        let catalog = fleet.catalog();
        let in_state: Vec<UpdateId> = match (&row.compliance, state) {
            (Some(compliance), ComplianceState::Required) => updates_in(catalog, &compliance.required),
            (Some(compliance), ComplianceState::Installed) => updates_in(catalog, &compliance.installed),
            (None, ComplianceState::Unknown) => updates_in(catalog, catalog.current_revisions()),
            (Some(compliance), ComplianceState::NotRequired) => {
                let rest = catalog.current_revisions() - &compliance.required - &compliance.installed;
                updates_in(catalog, &rest)
            }
            _ => Vec::new(),
        };
        self.rows_of(&in_state, page)
    }

    /// A device's history, newest first.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid` for a bad cursor.
    pub async fn device_events(
        &self,
        caller: &Caller,
        id: DeviceId,
        page: PageRequest,
    ) -> SiteResult<Page<DeviceEvent>> {
        caller.require(Permission::Read)?;
        find(&self.fleet(), id)?;
        let limit = page.limit()?;
        let before = page.cursor.as_deref().map(|c| c.parse().map_err(|_| PageRequest::bad_cursor())).transpose()?;
        let mut rows = device_event::list(&mut self.store.reader().await?, id, before, limit_and_one(limit)).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.seq.to_string());
        let items =
            rows.into_iter().map(|row| DeviceEvent { at: row.event.at, kind: row.event.kind, text: row.event.detail });
        Ok(Page { items: items.collect(), next, total: None })
    }

    /// Removes a device: its secret stops working, its compliance is forgotten.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn remove_device(self: &Arc<Self>, caller: &Caller, id: DeviceId) -> SiteResult<()> {
        caller.require(Permission::ManageDevices)?;
        let turn = self.directory_turn().await;
        let fleet = self.fleet();
        let row = find(&fleet, id)?;
        let number = row.number;
        let (entry, now) = (self.audit_entry(caller, "device.remove", &row.name, &id.to_string()), self.now());
        let site = Arc::clone(self);
        let work = async move {
            let (_, _turn) = site.device_turn(id).await.map_err(|_| SiteError::not_found("device", id))?;
            site.store
                .write(move |tx| {
                    Box::pin(async move {
                        collection::remove_device(tx, id).await?;
                        enforcement::remove_device(tx, id).await?;
                        inventory::remove(tx, id).await?;
                        device::remove(tx, id, now).await?;
                        audit::append(tx, entry).await.map(drop)
                    })
                })
                .await?;
            site.known.remove(id);
            site.keeper.device(id, vec![DeviceChange::Remove(number)]).await?;
            site.reload_directory(&turn).await
        };
        self.to_the_end(work).await
    }

    pub(crate) fn device_row(&self, fleet: &Fleet, row: &catalog::DeviceRow) -> DeviceRow {
        let count = |set: fn(&DeviceCompliance) -> u64| row.compliance.as_deref().map_or(0, set);
        DeviceRow {
            id: row.id,
            name: row.name.to_string(),
            os: row.os.as_ref().map(|os| os.title.clone()).unwrap_or_default(),
            required: count(|c| c.required.len()),
            required_security: count(|c| u64::from(c.required_security)),
            installed: count(|c| c.installed.len()),
            needs_restart: row.needs_restart(),
            silent: row.silent_since(self.silent_since()),
            failures: fleet.failures(row).count() as u64,
            last_contact: row.last_contact_at(),
            last_inventory: row.last_inventory_at,
            reported: row.facts.is_some(),
        }
    }
}

fn updates_in(catalog: &Catalog, revisions: &RoaringBitmap) -> Vec<UpdateId> {
    revisions.iter().filter_map(|r| catalog.revision(RevisionId(r))).map(|update| update.id).collect()
}

pub(crate) fn find(fleet: &Fleet, id: DeviceId) -> SiteResult<&Arc<catalog::DeviceRow>> {
    let row = fleet.number(id).and_then(|number| fleet.device(number));
    row.ok_or_else(|| SiteError::not_found("device", id))
}

/// What the snapshot knows; the output is in the store.
pub(crate) fn enforcement_view(
    fleet: &Fleet,
    row: &catalog::DeviceRow,
    record: &catalog::EnforcementRecord,
) -> Enforcement {
    Enforcement {
        device: row.id,
        device_name: row.name.to_string(),
        update: record.update,
        title: title(fleet, record.update),
        deployment: record.deployment,
        state: record.state,
        error: record.code,
        detail: record.detail.to_string(),
        output: String::new(),
        at: record.at,
    }
}

fn stored_enforcement_view(
    fleet: &Fleet,
    row: &catalog::DeviceRow,
    record: enforcement::EnforcementRecord,
) -> Enforcement {
    Enforcement {
        device: row.id,
        device_name: row.name.to_string(),
        title: title(fleet, record.update),
        update: record.update,
        deployment: record.deployment,
        state: record.state,
        error: record.code,
        detail: record.detail,
        output: record.output,
        at: record.at,
    }
}

fn title(fleet: &Fleet, update: UpdateId) -> String {
    fleet.catalog().update(update).map_or_else(|| update.to_string(), |(_, update)| update.title.clone())
}
