//! The list of updates.

use roaring::RoaringBitmap;
use sluice_model::{CategoryId, Classification, RevisionId};

use crate::catalog::Catalog;
use crate::fleet::{Fleet, RevisionDevices};

use super::page::{Cursor, Key, Page, page};

/// Which updates, and in what order.
#[derive(Clone, Debug, Default)]
pub struct UpdateQuery<'a> {
    /// Text in title, package names or advisories, in any case; empty: all.
    pub text: String,
    /// Classifications; empty: all.
    pub classifications: Vec<Classification>,
    /// A product, or any category above products.
    pub category: Option<CategoryId>,
    /// What must hold for them.
    pub state: Option<UpdateState>,
    /// Leave out what is superseded, expired, declined or not selected.
    pub only_deployable: bool,
    /// An advisory or CVE identifier, in any case; empty: all.
    pub advisory: String,
    /// Count these devices only, by number; `None`: all.
    pub devices: Option<&'a RoaringBitmap>,
    /// Current revisions in deployments, for [`UpdateState::Deployed`].
    pub deployed: Option<&'a RoaringBitmap>,
    /// Order.
    pub sort: UpdateSort,
    /// Highest first.
    pub descending: bool,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// Rows on a page at most.
    pub limit: usize,
}

/// What can hold for an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UpdateState {
    /// Some device requires it.
    Required,
    /// Some device has it.
    Installed,
    /// A higher version supersedes it.
    Superseded,
    /// No index offers it any more.
    Expired,
    /// It is in a deployment.
    Deployed,
    /// An administrator declined it.
    Declined,
}

/// The order of updates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UpdateSort {
    /// By title, whatever its case.
    #[default]
    Title,
    /// By how many devices require it.
    Required,
    /// By how many devices have it.
    Installed,
    /// By date; undated ones count as oldest.
    Released,
    /// In the order of [`Classification::ALL`].
    Classification,
}

/// An update in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpdateLine {
    /// Its current revision.
    pub revision: RevisionId,
    /// Devices that require it.
    pub required: u64,
    /// Devices that have it.
    pub installed: u64,
    /// A higher version supersedes it.
    pub superseded: bool,
    /// No index offers it any more.
    pub expired: bool,
}

/// The updates of a query.
#[must_use]
pub fn updates(fleet: &Fleet, query: &UpdateQuery<'_>) -> Page<UpdateLine> {
    let catalog = fleet.catalog();
    let text = query.text.to_lowercase();
    let matching = candidates(fleet, query);
    let rows = matching.iter().map(RevisionId).filter(|revision| keeps(catalog, query, &text, *revision));
    let rows: Vec<_> = rows.map(|revision| (key(fleet, query, revision), revision.0)).collect();
    let line = |number: u32| {
        let revision = RevisionId(number);
        Some(UpdateLine {
            revision,
            required: count(fleet, query, revision, |devices| &devices.required),
            installed: count(fleet, query, revision, |devices| &devices.installed),
            superseded: catalog.superseded_revisions().contains(number),
            expired: catalog.expired_revisions().contains(number),
        })
    };
    page(rows, query.descending, query.after.as_ref(), query.limit).map(line)
}

/// What bitmaps can tell.
fn candidates(fleet: &Fleet, query: &UpdateQuery<'_>) -> RoaringBitmap {
    let catalog = fleet.catalog();
    let with_devices = |part: fn(&RevisionDevices) -> &RoaringBitmap| -> RoaringBitmap {
        let has = |devices: &RevisionDevices| match query.devices {
            Some(wanted) => !part(devices).is_disjoint(wanted),
            None => !part(devices).is_empty(),
        };
        fleet.revisions().filter(|(_, devices)| has(devices)).map(|(revision, _)| revision.0).collect()
    };
    let mut found = match query.state {
        None => catalog.current_revisions().clone(),
        Some(UpdateState::Required) => with_devices(|devices| &devices.required),
        Some(UpdateState::Installed) => with_devices(|devices| &devices.installed),
        Some(UpdateState::Superseded) => catalog.superseded_revisions().clone(),
        Some(UpdateState::Expired) => catalog.expired_revisions().clone(),
        Some(UpdateState::Deployed) => query.deployed.cloned().unwrap_or_default() & catalog.current_revisions(),
        Some(UpdateState::Declined) => catalog.declined_revisions() & catalog.current_revisions(),
    };
    if query.only_deployable {
        found -= catalog.superseded_revisions();
        found -= catalog.expired_revisions();
        found -= catalog.declined_revisions();
        found -= catalog.unselected_revisions();
    }
    if let Some(category) = query.category {
        found &= catalog.revisions_within(category);
    }
    found
}

fn keeps(catalog: &Catalog, query: &UpdateQuery<'_>, text: &str, revision: RevisionId) -> bool {
    if !text.is_empty() && !catalog.folded(revision).contains(text) {
        return false;
    }
    if query.classifications.is_empty() && query.advisory.is_empty() {
        return true;
    }
    let Some(update) = catalog.revision(revision) else { return false };
    (query.classifications.is_empty() || query.classifications.contains(&update.classification))
        && (query.advisory.is_empty() || update.advisories.iter().any(|id| id.eq_ignore_ascii_case(&query.advisory)))
}

fn key<'f>(fleet: &'f Fleet, query: &UpdateQuery<'_>, revision: RevisionId) -> Key<'f> {
    let catalog = fleet.catalog();
    let number = |count: u64| Key::Number(i64::try_from(count).unwrap_or(i64::MAX));
    match query.sort {
        UpdateSort::Title => Key::Text(catalog.folded_title(revision)),
        UpdateSort::Required => number(count(fleet, query, revision, |devices| &devices.required)),
        UpdateSort::Installed => number(count(fleet, query, revision, |devices| &devices.installed)),
        UpdateSort::Released => {
            let released = catalog.revision(revision).and_then(|update| update.released);
            Key::Number(released.map_or(i64::MIN, |at| at.as_microsecond()))
        }
        UpdateSort::Classification => {
            let classification = catalog.revision(revision).map(|update| update.classification);
            let at = Classification::ALL.iter().position(|known| Some(*known) == classification);
            Key::Number(at.and_then(|at| i64::try_from(at).ok()).unwrap_or(i64::MAX))
        }
    }
}

fn count(
    fleet: &Fleet,
    query: &UpdateQuery<'_>,
    revision: RevisionId,
    part: impl Fn(&RevisionDevices) -> &RoaringBitmap,
) -> u64 {
    let Some(devices) = fleet.revision_devices(revision) else { return 0 };
    match query.devices {
        Some(wanted) => part(devices).intersection_len(wanted),
        None => part(devices).len(),
    }
}
