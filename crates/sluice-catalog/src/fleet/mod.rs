//! All devices, in one immutable snapshot, with what each needs and has.

mod apply;
mod change;
mod coverage;
#[cfg(test)]
mod dump;
mod enforcement;
mod known;
mod reported;
mod row;
mod sets;
#[cfg(test)]
mod tests;
mod windows;
#[cfg(test)]
mod windows_tests;

use std::sync::Arc;

use roaring::RoaringBitmap;
use sluice_model::{ComplianceState, DeviceId, DeviceNumber, RevisionId, UpdateId};

use crate::catalog::Catalog;
use crate::cow::{CowMap, Slots};
use crate::device::{InstalledRef, InstalledTable};
use crate::evaluate::{UpgradablePackage, upgradable};

pub use change::{DeviceChange, DeviceRecord, FleetProblem};
pub use enforcement::EnforcementRecord;
pub use reported::ReportedStates;
pub use row::{DeviceRow, NEVER};
pub use sets::RevisionDevices;
pub use windows::{DeviceOrigin, IdentityDoubt, WindowsDevice, WindowsParticulars, WindowsStatus};

use coverage::Coverage;
use known::KnownFacts;
use reported::KnownStates;
use sets::RevisionSets;

/// An immutable snapshot of all devices, evaluated against one catalog, which it carries.
///
/// Made by [`Fleet::apply`] and [`Fleet::re_evaluate`] from the one before; what did not change is
/// shared. No lookup takes a lock.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    catalog: Arc<Catalog>,
    table: InstalledTable,
    rows: Slots<Arc<DeviceRow>>,
    count: u32,
    numbers: CowMap<DeviceId, DeviceNumber>,
    known: KnownFacts,
    reported: KnownStates,
    coverage: Coverage,
    sets: RevisionSets,
}

impl Fleet {
    /// The highest device number accepted: 16 million. Numbers are dense; one beyond is damage
    /// and would only eat memory.
    pub const MAX_DEVICE: u32 = 1 << 24;

    /// The catalog all devices are evaluated against.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// What the numbers of installed packages stand for.
    #[must_use]
    pub fn installed_table(&self) -> &InstalledTable {
        &self.table
    }

    /// How many devices there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// A device.
    #[must_use]
    pub fn device(&self, number: DeviceNumber) -> Option<&Arc<DeviceRow>> {
        self.rows.get(number.0)
    }

    /// The number of a device.
    #[must_use]
    pub fn number(&self, id: DeviceId) -> Option<DeviceNumber> {
        self.numbers.get(&id).copied()
    }

    /// All devices, by number.
    pub fn devices(&self) -> impl Iterator<Item = &Arc<DeviceRow>> {
        self.rows.iter().map(|(_, row)| row)
    }

    /// The devices that need or have an update, by its current revision; `None` when no device
    /// does.
    #[must_use]
    pub fn revision_devices(&self, revision: RevisionId) -> Option<&RevisionDevices> {
        self.sets.get(revision)
    }

    /// All updates that some device needs or has, by current revision.
    pub fn revisions(&self) -> impl Iterator<Item = (RevisionId, &RevisionDevices)> {
        self.sets.iter()
    }

    /// The state of an update on a device; `None` when either is not known.
    #[must_use]
    pub fn state(&self, device: DeviceNumber, update: UpdateId) -> Option<ComplianceState> {
        let revision = self.catalog.current(update)?;
        Some(self.state_of(self.device(device)?, revision))
    }

    /// The state of an update on a device, by its current revision.
    #[must_use]
    pub fn state_of(&self, row: &DeviceRow, revision: RevisionId) -> ComplianceState {
        let Some(compliance) = &row.compliance else { return ComplianceState::Unknown };
        match compliance.state(revision) {
            ComplianceState::NotRequired if self.is_newer(row, revision) => ComplianceState::Unknown,
            state => state,
        }
    }

    /// Whether an update is one for Windows devices that this Windows device has not been asked
    /// about yet.
    fn is_newer(&self, row: &DeviceRow, revision: RevisionId) -> bool {
        row.covered().is_some_and(|covered| covered < revision) && self.is_asked(revision)
    }

    /// Whether Windows devices are asked about an update.
    fn is_asked(&self, revision: RevisionId) -> bool {
        reported::is_listed(&self.catalog, revision)
            && !self.catalog.declined_revisions().contains(revision.0)
            && !self.catalog.unselected_revisions().contains(revision.0)
    }

    /// The Windows devices that have reported, but not yet about an update: it is newer than what
    /// their status covers. By current revision.
    #[must_use]
    pub fn not_asked(&self, revision: RevisionId) -> RoaringBitmap {
        if !self.is_asked(revision) {
            return RoaringBitmap::new();
        }
        let mut devices = self.coverage.before(revision);
        if let Some(known) = self.revision_devices(revision) {
            devices -= &known.applicable;
            devices -= &known.installed;
        }
        devices
    }

    /// Whether the state of any of some updates, by current revision, is not known on a device.
    #[must_use]
    pub(crate) fn is_unknown(&self, row: &DeviceRow, updates: &RoaringBitmap) -> bool {
        let Some(covered) = row.covered() else { return !row.has_reported() };
        let newer = updates.range(covered.0.saturating_add(1)..);
        newer.map(RevisionId).any(|revision| self.state_of(row, revision) == ComplianceState::Unknown)
    }

    /// The updates in a state on a device, as current revisions.
    #[must_use]
    pub fn updates_of(&self, row: &DeviceRow, state: ComplianceState) -> RoaringBitmap {
        let all = self.catalog.current_revisions();
        let Some(compliance) = &row.compliance else {
            return if state == ComplianceState::Unknown { all.clone() } else { RoaringBitmap::new() };
        };
        match state {
            ComplianceState::Required => compliance.required.clone(),
            ComplianceState::Installed => compliance.installed.clone(),
            ComplianceState::Unknown | ComplianceState::NotRequired => {
                all.iter().filter(|revision| self.state_of(row, RevisionId(*revision)) == state).collect()
            }
        }
    }

    /// The failed enforcements of a device that still matter: the device could still get the
    /// update. A failure that was overcome by other means is history.
    pub fn failures<'a>(&'a self, row: &'a DeviceRow) -> impl Iterator<Item = &'a EnforcementRecord> {
        row.enforcement.iter().filter(|record| record.state.is_failure() && self.is_open(row, record.update))
    }

    /// Whether a device could get an update.
    pub(crate) fn is_open(&self, row: &DeviceRow, update: UpdateId) -> bool {
        let (compliance, revision) = (row.compliance.as_ref(), self.catalog.current(update));
        compliance.zip(revision).is_some_and(|(compliance, revision)| compliance.applicable.contains(revision.0))
    }

    /// The packages a device would upgrade, as `apt list --upgradable` shows them; empty without
    /// an inventory.
    #[must_use]
    pub fn upgradable(&self, device: DeviceNumber) -> Vec<UpgradablePackage<'_>> {
        let facts = self.device(device).and_then(|row| row.facts.as_ref());
        facts.map_or_else(Vec::new, |facts| upgradable(&self.catalog, &self.table, facts))
    }

    /// The packages a device has, sorted; empty without an inventory.
    #[must_use]
    pub fn installed_packages(&self, device: DeviceNumber) -> Vec<InstalledRef<'_>> {
        let facts = self.device(device).and_then(|row| row.facts.as_ref());
        let numbers = facts.map_or(&[][..], |facts| facts.packages());
        let mut packages: Vec<_> = numbers.iter().filter_map(|number| self.table.get(*number)).collect();
        packages.sort_unstable();
        packages
    }
}
