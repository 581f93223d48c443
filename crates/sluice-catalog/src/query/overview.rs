//! The figures of the first screen.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};
use roaring::RoaringBitmap;
use sluice_model::{Classification, RevisionId};

use crate::fleet::Fleet;

use super::devices::DeviceFilter;

/// Updates on the list of the most required ones.
const TOP: usize = 10;

/// What the fleet looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// All devices.
    pub devices: usize,
    /// Have reported and need nothing.
    pub compliant: usize,
    /// Require something.
    pub non_compliant: usize,
    /// Require a Security Update.
    pub need_security: usize,
    /// Need a restart.
    pub need_restart: usize,
    /// Have not been heard for too long.
    pub silent: usize,
    /// Have a package database in a broken state.
    pub broken: usize,
    /// Have a failed enforcement of an update they still need.
    pub failed: usize,
    /// Have never sent an inventory or a full status.
    pub never_reported: usize,
    /// Need only updates that the catalog does not have.
    pub outside_catalog: usize,
    /// What is required, by classification, in the order of [`Classification::ALL`]; only those
    /// with anything required.
    pub classifications: Vec<ClassificationCount>,
    /// The updates most devices require, with how many do.
    pub top: Vec<(RevisionId, u64)>,
}

/// What is required of one classification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassificationCount {
    /// The classification.
    pub classification: Classification,
    /// Different updates.
    pub updates: usize,
    /// Installations missing: the sum over the updates of the devices that require them.
    pub missing: u64,
}

/// The figures of all devices, or of some by number, at a moment. A device is silent when it has not been heard for `silent_after`.
#[must_use]
pub fn overview(
    fleet: &Fleet,
    devices: Option<&RoaringBitmap>,
    now: Timestamp,
    silent_after: SignedDuration,
) -> Overview {
    let silent_since = now.checked_sub(silent_after).unwrap_or(Timestamp::MIN);
    let mut overview = Overview::default();
    for row in fleet.devices().filter(|row| devices.is_none_or(|devices| devices.contains(row.number.0))) {
        overview.devices += 1;
        let holds = |filter: DeviceFilter| usize::from(filter.holds(fleet, row));
        overview.compliant += holds(DeviceFilter::Compliant);
        overview.non_compliant += holds(DeviceFilter::NonCompliant);
        overview.need_security += holds(DeviceFilter::NeedsSecurity);
        overview.need_restart += holds(DeviceFilter::RestartNeeded);
        overview.silent += holds(DeviceFilter::SilentSince(silent_since));
        overview.broken += holds(DeviceFilter::Broken);
        overview.failed += holds(DeviceFilter::Failed);
        overview.never_reported += holds(DeviceFilter::NeverReported);
        overview.outside_catalog += holds(DeviceFilter::OutsideCatalog);
    }
    let required: Vec<(RevisionId, u64)> = fleet
        .revisions()
        .map(|(revision, sets)| {
            (revision, devices.map_or_else(|| sets.required.len(), |devices| sets.required.intersection_len(devices)))
        })
        .filter(|(_, devices)| *devices > 0)
        .collect();
    let mut counts =
        Classification::ALL.map(|classification| ClassificationCount { classification, updates: 0, missing: 0 });
    for (revision, missing) in &required {
        let classification = fleet.catalog().revision(*revision).map(|update| update.classification);
        if let Some(count) = counts.iter_mut().find(|count| Some(count.classification) == classification) {
            count.updates += 1;
            count.missing += missing;
        }
    }
    overview.classifications = counts.into_iter().filter(|count| count.updates > 0).collect();
    overview.top = required;
    overview.top.sort_unstable_by_key(|(revision, devices)| (Reverse(*devices), *revision));
    overview.top.truncate(TOP);
    overview
}
