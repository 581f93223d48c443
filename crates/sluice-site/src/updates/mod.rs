//! Looking at updates.

mod windows;

use std::sync::Arc;

use jiff::Timestamp;
use roaring::RoaringBitmap;
use sluice_catalog::query::{self, DeviceQuery, UpdateQuery};
use sluice_catalog::{Explanation, Fleet, explain};
use sluice_model::{
    Category, CategoryId, Classification, CollectionId, ComplianceState, Deployment, DeviceId, DeviceNumber,
    PackageIndex, RevisionId, Update, UpdateId,
};
use uuid::Uuid;

use crate::caller::{Caller, Permission};
use crate::declines::Declined;
use crate::deployments::DeploymentSummary;
use crate::devices::{Enforcement, enforcement_view};
use crate::error::{SiteError, SiteResult};
use crate::licences::Acceptance;
use crate::page::{Page, PageRequest, decode_cursor, encode_cursor};
use crate::site::Site;
pub use windows::WindowsUpdate;
use windows::windows_update;

/// Which updates are wanted; all conditions hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateFilter {
    /// Part of title, package name or advisory identifier.
    pub text: Option<String>,
    /// Any of these; empty: all.
    pub classifications: Vec<Classification>,
    /// Of this product, family or company.
    pub product: Option<CategoryId>,
    /// In this state.
    pub state: Option<UpdateState>,
    /// States count only devices of this collection.
    pub collection: Option<CollectionId>,
}

/// A state of an update at the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateState {
    /// Some device needs it.
    Required,
    /// Some device has it.
    Installed,
    /// A newer update replaces it.
    Superseded,
    /// No source offers it any more.
    Expired,
    /// It is part of a deployment that is not cancelled.
    Deployed,
    /// Neither superseded nor expired nor declined.
    Current,
    /// An administrator declined it.
    Declined,
}

impl UpdateState {
    /// All.
    pub const ALL: [Self; 7] = [
        Self::Required,
        Self::Installed,
        Self::Superseded,
        Self::Expired,
        Self::Deployed,
        Self::Current,
        Self::Declined,
    ];

    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Installed => "installed",
            Self::Superseded => "superseded",
            Self::Expired => "expired",
            Self::Deployed => "deployed",
            Self::Current => "current",
            Self::Declined => "declined",
        }
    }

    /// The state of a [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.slug() == slug)
    }
}

/// What a list of updates is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpdateSort {
    /// By title.
    #[default]
    Title,
    /// By number of devices that need it.
    Required,
    /// By number of devices that have it.
    Installed,
    /// By publication.
    Released,
    /// By classification.
    Classification,
}

/// An update in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateRow {
    /// Identity.
    pub id: UpdateId,
    /// Its current revision.
    pub revision: RevisionId,
    /// One line.
    pub title: String,
    /// What sort of fix.
    pub classification: Classification,
    /// Product, with company and family.
    pub product: String,
    /// Publication.
    pub released: Option<Timestamp>,
    /// Devices that need it.
    pub required: u64,
    /// Devices that have it.
    pub installed: u64,
    /// Devices it does not apply to.
    pub not_required: u64,
    /// Devices that have not reported, or not since it is known.
    pub unknown: u64,
    /// Share of reporting devices that do not need it (any more); `None` without devices.
    pub percent_compliant: Option<u8>,
    /// A newer update replaces it.
    pub superseded: bool,
    /// No source offers it any more.
    pub expired: bool,
    /// Part of a deployment that is not cancelled.
    pub deployed: bool,
    /// An administrator declined it: it is offered to nobody.
    pub declined: bool,
    /// Its licence terms are not accepted: no device installs it.
    pub awaits_licence: bool,
}

/// Everything about an update.
#[derive(Clone, Debug)]
pub struct UpdateDetail {
    /// As in lists.
    pub row: UpdateRow,
    /// The revision's content.
    pub update: Arc<Update>,
    /// Its products.
    pub products: Vec<Category>,
    /// What it replaces, newest first.
    pub supersedes: Vec<UpdateRow>,
    /// What replaces it, newest first.
    pub superseded_by: Vec<UpdateRow>,
    /// The indices that offer it.
    pub offered_in: Vec<Arc<PackageIndex>>,
    /// The deployments it is part of.
    pub deployments: Vec<DeploymentSummary>,
    /// Why it is declined, when it is.
    pub declined: Option<Declined>,
    /// Its licence terms, each with when it was accepted.
    pub licences: Vec<(Uuid, Option<Acceptance>)>,
    /// Devices that still need it and where its download or installation failed.
    pub failed: u64,
    /// What a Windows update consists of; `None` of Linux updates.
    pub windows: Option<WindowsUpdate>,
}

/// A device in the list of an update's devices.
#[derive(Clone, Debug)]
pub struct UpdateDevice {
    /// The device.
    pub device: DeviceId,
    /// Its name.
    pub name: String,
    /// Its state for the update.
    pub state: ComplianceState,
    /// Why, in sentences.
    pub why: Vec<String>,
    /// How far a deployment has come.
    pub enforcement: Option<Enforcement>,
}

/// The state of an update on a device, and why.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The device.
    pub device: DeviceId,
    /// Its name.
    pub device_name: String,
    /// The update.
    pub update: UpdateId,
    /// Its title.
    pub title: String,
    /// The state.
    pub state: ComplianceState,
    /// Why, in sentences.
    pub sentences: Vec<String>,
    /// Why, as data: the same decision.
    pub explanation: Explanation,
}

impl Site {
    /// A page of updates.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound` for an unknown collection, `Invalid` for a bad cursor or limit.
    pub fn list_updates(
        &self,
        caller: &Caller,
        filter: &UpdateFilter,
        sort: UpdateSort,
        descending: bool,
        page: &PageRequest,
    ) -> SiteResult<Page<UpdateRow>> {
        caller.require(Permission::Read)?;
        let view = self.view(filter.collection)?;
        let query = UpdateQuery {
            text: filter.text.clone().unwrap_or_default(),
            classifications: filter.classifications.clone(),
            category: filter.product,
            state: match filter.state {
                None | Some(UpdateState::Current) => None,
                Some(UpdateState::Required) => Some(query::UpdateState::Required),
                Some(UpdateState::Installed) => Some(query::UpdateState::Installed),
                Some(UpdateState::Superseded) => Some(query::UpdateState::Superseded),
                Some(UpdateState::Expired) => Some(query::UpdateState::Expired),
                Some(UpdateState::Deployed) => Some(query::UpdateState::Deployed),
                Some(UpdateState::Declined) => Some(query::UpdateState::Declined),
            },
            only_deployable: filter.state == Some(UpdateState::Current),
            advisory: String::new(),
            devices: view.devices.as_ref(),
            deployed: Some(&view.deployed),
            sort: match sort {
                UpdateSort::Title => query::UpdateSort::Title,
                UpdateSort::Required => query::UpdateSort::Required,
                UpdateSort::Installed => query::UpdateSort::Installed,
                UpdateSort::Released => query::UpdateSort::Released,
                UpdateSort::Classification => query::UpdateSort::Classification,
            },
            descending,
            after: page.cursor.as_deref().map(decode_cursor).transpose()?,
            limit: page.limit()?,
        };
        let found = query::updates(&view.fleet, &query);
        let rows = found.rows.iter().filter_map(|line| view.row(line.revision));
        Ok(Page {
            items: rows.collect(),
            next: found.next.as_ref().map(encode_cursor),
            total: Some(found.total as u64),
        })
    }

    /// Everything about an update.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn update(&self, caller: &Caller, id: UpdateId) -> SiteResult<UpdateDetail> {
        caller.require(Permission::Read)?;
        let declined = self.declined(caller, id).await?;
        let licences = self.licences_of_update(caller, id).await?;
        let view = self.view(None)?;
        let catalog = view.fleet.catalog();
        let (revision, update) = catalog.update(id).ok_or_else(|| SiteError::not_found("update", id))?;
        let rows = |ids: Vec<RevisionId>| ids.into_iter().filter_map(|r| view.row(r)).collect();
        let directory = self.directory.load();
        let of_update = |d: &&Arc<Deployment>| directory.updates(d).contains(&id);
        let deployments = directory.deployments.iter().filter(of_update);
        Ok(UpdateDetail {
            row: view.row(revision).ok_or_else(|| SiteError::not_found("update", id))?,
            update: Arc::clone(update),
            products: update.products.iter().filter_map(|p| catalog.categories().get(*p).cloned()).collect(),
            supersedes: rows(catalog.supersedes(revision)),
            superseded_by: rows(catalog.superseded_by(revision)),
            offered_in: catalog.offered_by(revision).cloned().collect(),
            deployments: deployments.map(|d| self.summary(&directory, &view.fleet, d)).collect(),
            declined,
            licences,
            failed: failed(&view.fleet, revision, id),
            windows: update.content.windows().map(|content| windows_update(catalog, update, content)),
        })
    }

    /// The devices of an update by name; with a state, only those in it.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid` for a bad cursor.
    pub fn update_devices(
        &self,
        caller: &Caller,
        id: UpdateId,
        state: Option<ComplianceState>,
        page: &PageRequest,
    ) -> SiteResult<Page<UpdateDevice>> {
        caller.require(Permission::Read)?;
        let fleet = self.fleet();
        let revision = fleet.catalog().current(id).ok_or_else(|| SiteError::not_found("update", id))?;
        let query = DeviceQuery {
            update: state.map(|state| (revision, state)),
            after: page.cursor.as_deref().map(decode_cursor).transpose()?,
            limit: page.limit()?,
            ..DeviceQuery::default()
        };
        let found = query::devices(&fleet, &query);
        let items = found.rows.iter().filter_map(|line| {
            let row = fleet.device(line.device)?;
            Some(UpdateDevice {
                device: row.id,
                name: row.name.to_string(),
                state: fleet.state_of(row, revision),
                why: explain(&fleet, line.device, id)?.sentences(),
                enforcement: row.enforcement_of(id).map(|record| enforcement_view(&fleet, row, record)),
            })
        });
        let items = items.collect();
        Ok(Page { items, next: found.next.as_ref().map(encode_cursor), total: Some(found.total as u64) })
    }

    /// The tree of companies, families and products, parents before children.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn categories(&self, caller: &Caller) -> SiteResult<Vec<Category>> {
        caller.require(Permission::Read)?;
        let mut all: Vec<Category> = self.catalog().categories().iter().cloned().collect();
        all.sort_by(|a, b| (a.kind, &a.title).cmp(&(b.kind, &b.title)));
        Ok(all)
    }

    /// The state of an update on a device, and why.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub fn explain(&self, caller: &Caller, device: DeviceId, update: UpdateId) -> SiteResult<Explained> {
        caller.require(Permission::Read)?;
        let fleet = self.fleet();
        let number = fleet.number(device).ok_or_else(|| SiteError::not_found("device", device))?;
        let row = fleet.device(number).ok_or_else(|| SiteError::not_found("device", device))?;
        let found = explain(&fleet, number, update).ok_or_else(|| SiteError::not_found("update", update))?;
        Ok(Explained {
            device,
            device_name: row.name.to_string(),
            update,
            title: found.title.clone(),
            state: found.state,
            sentences: found.sentences(),
            explanation: found,
        })
    }

    /// A snapshot to make rows from; with a collection, counting its devices only.
    pub(crate) fn view(&self, collection: Option<CollectionId>) -> SiteResult<View> {
        let fleet = self.fleet();
        let devices = self.devices_of(collection, &fleet)?;
        let counted = fleet.devices().filter(|row| devices.as_ref().is_none_or(|d| d.contains(row.number.0)));
        let (all, reported) =
            counted.fold((0, 0), |(all, reported), row| (all + 1, reported + u64::from(row.has_reported())));
        let directory = self.directory.load();
        let live = directory.deployments.iter().filter(|d| d.cancelled_at.is_none());
        let updates = live.flat_map(|d| directory.updates(d));
        let deployed = updates.filter_map(|id| fleet.catalog().current(*id)).map(|r| r.0).collect();
        Ok(View { deployed, devices, all, reported, fleet })
    }

    pub(crate) fn devices_of(
        &self,
        collection: Option<CollectionId>,
        fleet: &Fleet,
    ) -> SiteResult<Option<RoaringBitmap>> {
        let Some(id) = collection else { return Ok(None) };
        let directory = self.directory.load();
        let entry = directory.collection(id).ok_or_else(|| SiteError::not_found("collection", id))?;
        Ok(Some(entry.devices(fleet)))
    }

    /// A page of given updates, by title. Updates that are gone are left out.
    pub(crate) fn rows_of(&self, updates: &[UpdateId], page: &PageRequest) -> SiteResult<Page<UpdateRow>> {
        let limit = page.limit()?;
        let view = self.view(None)?;
        let from = match &page.cursor {
            Some(text) => text.parse::<usize>().map_err(|_| PageRequest::bad_cursor())?,
            None => 0,
        };
        let revisions = updates.iter().filter_map(|id| view.fleet.catalog().current(*id));
        let mut rows: Vec<UpdateRow> = revisions.filter_map(|r| view.row(r)).collect();
        rows.sort_by(|a, b| a.title.cmp(&b.title));
        let total = rows.len();
        let items: Vec<_> = rows.into_iter().skip(from).take(limit).collect();
        let end = from.saturating_add(items.len());
        Ok(Page { items, next: (end < total).then(|| end.to_string()), total: Some(total as u64) })
    }

    pub(crate) fn known_updates(&self, updates: &[UpdateId]) -> SiteResult<()> {
        let catalog = self.catalog();
        // Categories and members of bundles are no updates to people.
        let listed = |id: &UpdateId| catalog.current(*id).is_some_and(|r| catalog.current_revisions().contains(r.0));
        match updates.iter().find(|id| !listed(id)) {
            Some(id) => Err(SiteError::not_found("update", id)),
            None => Ok(()),
        }
    }
}

/// The devices that could get an update and where that failed.
fn failed(fleet: &Fleet, revision: RevisionId, update: UpdateId) -> u64 {
    let Some(sets) = fleet.revision_devices(revision) else { return 0 };
    let rows = sets.applicable.iter().filter_map(|number| fleet.device(DeviceNumber(number)));
    rows.filter(|row| row.enforcement_of(update).is_some_and(|record| record.state.is_failure())).count() as u64
}

/// A moment of fleet and deployments.
pub(crate) struct View {
    pub(crate) fleet: Arc<Fleet>,
    pub(crate) deployed: RoaringBitmap,
    /// The devices that are counted; `None`: all.
    pub(crate) devices: Option<RoaringBitmap>,
    all: u64,
    reported: u64,
}

impl View {
    /// The row of a current revision.
    pub(crate) fn row(&self, revision: RevisionId) -> Option<UpdateRow> {
        let catalog = self.fleet.catalog();
        let update = catalog.revision(revision)?;
        let sets = self.fleet.revision_devices(revision);
        let count = |set: Option<&RoaringBitmap>| match (set, &self.devices) {
            (None, _) => 0,
            (Some(set), None) => set.len(),
            (Some(set), Some(devices)) => set.intersection_len(devices),
        };
        let required = count(sets.map(|s| &s.required));
        let installed = count(sets.map(|s| &s.installed));
        // Windows devices whose last status is older than the update.
        let not_asked = count(Some(&self.fleet.not_asked(revision)));
        let known = self.reported.saturating_sub(not_asked);
        let product = update.products.first().and_then(|p| catalog.categories().get(*p));
        Some(UpdateRow {
            id: update.id,
            revision,
            title: update.title.clone(),
            classification: update.classification,
            product: product.map(|c| c.title.clone()).unwrap_or_default(),
            released: update.released,
            required,
            installed,
            not_required: known.saturating_sub(required + installed),
            unknown: self.all - known,
            percent_compliant: percent(known.saturating_sub(required), known),
            superseded: catalog.is_superseded(revision),
            expired: catalog.is_expired(revision),
            deployed: self.deployed.contains(revision.0),
            declined: catalog.is_declined(update.id),
            awaits_licence: catalog.awaits_licence(revision),
        })
    }
}

/// A share in percent, rounded down: 100 is said only when it is true.
pub(crate) fn percent(part: u64, whole: u64) -> Option<u8> {
    u8::try_from(part.checked_mul(100)?.checked_div(whole)?).ok()
}
