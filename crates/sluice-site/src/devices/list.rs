//! Lists of devices.

use jiff::Timestamp;
use sluice_catalog::query::{self, DeviceQuery};
use sluice_catalog::{self as catalog, DeviceCompliance, Fleet};
use sluice_model::{CollectionId, DeviceId, DeviceKind, ErrorCode, ServerId};

use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::page::{Page, PageRequest, decode_cursor, encode_cursor};
use crate::site::Site;

/// Which devices are wanted; all conditions hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceFilter {
    /// Part of the name or operating system; of Windows devices also of client id, manufacturer
    /// and model.
    pub text: Option<String>,
    /// Of this family.
    pub kind: Option<DeviceKind>,
    /// In this state.
    pub state: Option<DeviceState>,
    /// Members of this collection.
    pub collection: Option<CollectionId>,
    /// Whose they are.
    pub owner: Option<DeviceOwner>,
}

/// Whose devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceOwner {
    /// This site's own.
    Here,
    /// Of this server further down, or of one below it.
    Server(ServerId),
}

/// A state of a device at the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceState {
    /// It needs nothing.
    Compliant,
    /// It needs something.
    NonCompliant,
    /// It needs updates that the catalog does not have, and of those in it none.
    OutsideCatalog,
    /// It needs a restart.
    NeedsRestart,
    /// It has not been heard of for long.
    Silent,
    /// An installation failed.
    Failed,
    /// It never sent an inventory or a status.
    NeverReported,
    /// Its package database needs repair.
    Broken,
    /// Its last scan failed (Windows).
    ScanFailed,
    /// Its identity is in doubt: several computers use it, or it has a newer record (Windows).
    Doubtful,
}

impl DeviceState {
    /// All.
    pub const ALL: [Self; 10] = [
        Self::Compliant,
        Self::NonCompliant,
        Self::OutsideCatalog,
        Self::NeedsRestart,
        Self::Silent,
        Self::Failed,
        Self::NeverReported,
        Self::Broken,
        Self::ScanFailed,
        Self::Doubtful,
    ];

    /// The spelling in the API and on the command line.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::NonCompliant => "non-compliant",
            Self::OutsideCatalog => "outside-catalog",
            Self::NeedsRestart => "needs-restart",
            Self::Silent => "silent",
            Self::Failed => "failed",
            Self::NeverReported => "never-reported",
            Self::Broken => "broken",
            Self::ScanFailed => "scan-failed",
            Self::Doubtful => "doubtful",
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
    /// Its family.
    pub kind: DeviceKind,
    /// Operating system.
    pub os: String,
    /// Updates it needs.
    pub required: u64,
    /// Security updates it needs.
    pub required_security: u64,
    /// Updates it needs that the catalog does not have: another server reports them.
    pub outside_catalog: u64,
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
    /// Last inventory, or full status of a Windows device.
    pub last_inventory: Option<Timestamp>,
    /// It has sent an inventory or a full status.
    pub reported: bool,
    /// Last scan of a Windows device.
    pub last_scan: Option<Timestamp>,
    /// Why that failed, when it did.
    pub scan_error: Option<ErrorCode>,
    /// Its identity is in doubt.
    pub doubtful: bool,
    /// The server further down that it gets updates from: its GUID and name; `None` of devices of
    /// this site.
    pub server: Option<(ServerId, String)>,
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
        let servers = match filter.owner {
            Some(DeviceOwner::Server(server)) => self.downstream.servers.subtree(server),
            Some(DeviceOwner::Here) | None => Vec::new(),
        };
        let query = DeviceQuery {
            text: filter.text.clone().unwrap_or_default(),
            kind: filter.kind,
            filter: filter.state.map(|state| match state {
                DeviceState::Compliant => query::DeviceFilter::Compliant,
                DeviceState::NonCompliant => query::DeviceFilter::NonCompliant,
                DeviceState::OutsideCatalog => query::DeviceFilter::OutsideCatalog,
                DeviceState::NeedsRestart => query::DeviceFilter::RestartNeeded,
                DeviceState::Silent => query::DeviceFilter::SilentSince(self.silent_since()),
                DeviceState::Failed => query::DeviceFilter::Failed,
                DeviceState::NeverReported => query::DeviceFilter::NeverReported,
                DeviceState::Broken => query::DeviceFilter::Broken,
                DeviceState::ScanFailed => query::DeviceFilter::ScanFailed,
                DeviceState::Doubtful => query::DeviceFilter::Doubtful,
            }),
            update: None,
            devices: devices.as_ref(),
            origin: filter.owner.map(|owner| match owner {
                DeviceOwner::Here => query::OriginFilter::Own,
                DeviceOwner::Server(_) => query::OriginFilter::Servers(&servers),
            }),
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

    pub(crate) fn device_row(&self, fleet: &Fleet, row: &catalog::DeviceRow) -> DeviceRow {
        let windows = row.windows.as_deref();
        let count = |set: fn(&DeviceCompliance) -> u64| row.compliance.as_deref().map_or(0, set);
        DeviceRow {
            id: row.id,
            name: row.name.to_string(),
            kind: row.kind(),
            os: row.os.as_ref().map(|os| os.title.clone()).unwrap_or_default(),
            required: count(|c| c.required.len()),
            required_security: count(|c| u64::from(c.required_security)),
            outside_catalog: count(|c| u64::from(c.outside)),
            installed: count(|c| c.installed.len()),
            needs_restart: row.needs_restart(),
            silent: row.silent_since(self.silent_since()),
            failures: fleet.failures(row).count() as u64,
            last_contact: row.last_contact_at(),
            last_inventory: row.last_inventory_at,
            reported: row.has_reported(),
            last_scan: windows.and_then(|windows| windows.last_scan_at),
            scan_error: windows.and_then(|windows| windows.last_scan_error),
            doubtful: windows.is_some_and(|windows| windows.particulars.doubt.is_some()),
            server: row.origin().map(|origin| {
                let known = self.downstream.servers.get(origin.server);
                (origin.server, known.map_or_else(|| origin.server.to_string(), |known| known.record().name))
            }),
        }
    }
}
