//! Why an update is required, installed or not required on a device: as data, from the code that
//! decides, and as sentences.

mod sentences;
#[cfg(test)]
mod tests;
mod windows;

use std::cmp::Ordering;

use sluice_model::{ComplianceState, DeviceKind, DeviceNumber, IndexId, RevisionId, UpdateId};

use crate::catalog::{Catalog, Package, PackageOffer};
use crate::device::{DeviceFacts, InstalledNumber, InstalledRef, InstalledTable};
use crate::evaluate::{NotUsable, Pins, Profile, Slot, Verdict, Weighed, weigh};
use crate::fleet::{DeviceRow, Fleet};

pub use windows::{Failure, NotAsked, WindowsReasons};

/// Why the state of an update on a device is what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The update.
    pub update: UpdateId,
    /// Its current revision.
    pub revision: RevisionId,
    /// Its title.
    pub title: String,
    /// The conclusion.
    pub state: ComplianceState,
    /// Whether a deployment could install it: see `DeviceCompliance::applicable`.
    pub applicable: bool,
    /// No index offers it any more, or its publisher has withdrawn it.
    pub expired: bool,
    /// What supersedes it: versions of packages, ascending; titles of Windows updates.
    pub superseded_by: Vec<String>,
    /// What decided.
    pub reasons: Reasons,
}

/// What decided about an update on a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reasons {
    /// Nothing: the device has not sent an inventory yet.
    NoInventory,
    /// The update is for devices of another kind than this one.
    OtherKind(DeviceKind),
    /// The device's packages.
    Packages(PackageReasons),
    /// The device's own reports.
    Windows(Box<WindowsReasons>),
}

/// What decides about an update on a Linux device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageReasons {
    /// The update's products or its classification are deselected, so that it counts for no device.
    pub not_selected: bool,
    /// The device is subscribed to an index of one of the update's products.
    pub subscribed: bool,
    /// The device's installed packages that the update has a version of.
    pub packages: Vec<PackageExplanation>,
    /// Names of the update's packages that the device has not installed.
    pub not_installed: Vec<String>,
}

/// What the update means for one installed package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageExplanation {
    /// Package name.
    pub name: String,
    /// Architecture, as installed.
    pub architecture: String,
    /// Installed version.
    pub installed: String,
    /// It is held on the device.
    pub held: bool,
    /// The versions the update has for it, ascending; empty when the update has it only for other
    /// architectures.
    pub versions: Vec<String>,
    /// The version the device's package manager would install or keep; `None`: none at all.
    pub candidate: Option<String>,
    /// The versions the package manager sees, highest first.
    pub considered: Vec<ConsideredVersion>,
    /// The update's own offers that the package manager does not see.
    pub not_seen: Vec<UnseenOffer>,
    /// What follows for the update.
    pub conclusion: PackageConclusion,
}

/// A version that the device's package manager sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsideredVersion {
    /// The version.
    pub version: String,
    /// Compared with the installed one.
    pub order: Ordering,
    /// Its priority in the choice.
    pub priority: i32,
    /// The priority comes from a pin of this very version.
    pub pinned: bool,
    /// What the package manager makes of it.
    pub verdict: Verdict,
    /// The update offers it.
    pub of_update: bool,
    /// The subscribed indices that offer it, with the device's priority, highest first.
    pub indexes: Vec<IndexPriority>,
}

/// An index as a device ranks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexPriority {
    /// The index.
    pub index: IndexId,
    /// What people call it: suite and component.
    pub title: String,
    /// The priority.
    pub priority: i32,
}

/// An offer of the update that means nothing to the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnseenOffer {
    /// The version.
    pub version: String,
    /// Architecture of the package file.
    pub architecture: String,
    /// The index.
    pub index: IndexId,
    /// What people call it: suite and component.
    pub title: String,
    /// Why it means nothing.
    pub reason: NotUsable,
}

/// What an installed package means for the state of the update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PackageConclusion {
    /// The update provides the candidate, and it is higher than what is installed: required.
    Required,
    /// The update's version is what is installed.
    Installed,
    /// Only higher versions than the update's are left for the device: something newer is
    /// installed.
    NewerInstalled,
    /// The update's version could be installed, but is not the one the package manager chooses.
    NotChosen(Verdict),
    /// No index that the device is subscribed to offers the update's version.
    NotOffered,
    /// The update has the package only for other architectures.
    OtherArchitecture,
}

/// Explains the state of an update on a device; `None` when either is not known. A device without
/// an inventory gets the state unknown and nothing more.
#[must_use]
pub fn explain(fleet: &Fleet, device: DeviceNumber, update: UpdateId) -> Option<Explanation> {
    let row = fleet.device(device)?;
    if row.kind() == DeviceKind::Windows {
        return explain_windows(fleet, row, update);
    }
    let held = |number| row.holds(number);
    explain_facts(fleet.catalog(), fleet.installed_table(), row.facts.as_deref(), held, update)
}

fn explain_windows(fleet: &Fleet, row: &DeviceRow, update: UpdateId) -> Option<Explanation> {
    let mut explanation = about(fleet.catalog(), update)?;
    let revision = explanation.revision;
    explanation.state = fleet.state_of(row, revision);
    explanation.applicable = row.compliance.as_ref().is_some_and(|known| known.applicable.contains(revision.0));
    let is_windows = fleet.catalog().revision(revision).is_some_and(|update| update.content.windows().is_some());
    explanation.reasons = if is_windows || explanation.state == ComplianceState::Unknown {
        Reasons::Windows(Box::new(WindowsReasons::of(fleet, row, update, revision)))
    } else {
        Reasons::OtherKind(DeviceKind::Linux)
    };
    Some(explanation)
}

/// An update with nothing said about any device yet.
fn about(catalog: &Catalog, id: UpdateId) -> Option<Explanation> {
    let (revision, update) = catalog.update(id)?;
    let name = |id: &RevisionId| {
        let update = catalog.revision(*id)?;
        Some(update.content.package().map_or_else(|| update.title.clone(), |package| package.version.clone()))
    };
    Some(Explanation {
        update: id,
        revision,
        title: update.title.clone(),
        state: ComplianceState::Unknown,
        applicable: false,
        expired: catalog.is_expired(revision),
        superseded_by: catalog.superseded_by(revision).iter().filter_map(name).collect(),
        reasons: Reasons::NoInventory,
    })
}

/// Explains the state of an update for some facts; `None` when the update is not known. `held`
/// says which packages are held.
#[must_use]
pub fn explain_facts(
    catalog: &Catalog,
    table: &InstalledTable,
    facts: Option<&DeviceFacts>,
    held: impl Fn(InstalledNumber) -> bool,
    id: UpdateId,
) -> Option<Explanation> {
    let (revision, update) = catalog.update(id)?;
    let mut explanation = about(catalog, id)?;
    let Some(facts) = facts else { return Some(explanation) };
    if update.content.windows().is_some() {
        explanation.state = ComplianceState::NotRequired;
        explanation.reasons = Reasons::OtherKind(DeviceKind::Windows);
        return Some(explanation);
    }
    let profile = Profile::resolve(catalog, facts.subscription());
    let subscribed = profile.has_product(&update.products);
    let not_selected = catalog.unselected_revisions().contains(revision.0);
    let mut reasons = PackageReasons { not_selected, subscribed, ..PackageReasons::default() };
    // Of all revisions: an index may still offer what the current revision no longer lists.
    let revisions = catalog.revisions_of(id).iter().filter_map(|revision| catalog.revision(*revision));
    let mut names: Vec<&str> =
        revisions.flat_map(|update| update.content.binaries()).map(|binary| binary.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut installed: Vec<(InstalledRef<'_>, InstalledNumber)> = facts
        .packages()
        .iter()
        .filter_map(|number| Some((table.get(*number)?, *number)))
        .filter(|(package, _)| names.binary_search(&package.name).is_ok())
        .collect();
    installed.sort_unstable();
    names.retain(|name| installed.iter().all(|(package, _)| package.name != *name));
    reasons.not_installed = names.into_iter().map(str::to_owned).collect();

    let about = About { catalog, profile: &profile, pins: Pins(&facts.pins), revision, weighed: Vec::new() };
    about.packages(&installed, held, &mut reasons);
    explanation.applicable = !not_selected && reasons.packages.iter().any(PackageExplanation::is_applicable);
    let any = |conclusion| !not_selected && reasons.packages.iter().any(|package| package.conclusion == conclusion);
    explanation.state = if any(PackageConclusion::Required) {
        ComplianceState::Required
    } else if any(PackageConclusion::Installed) {
        ComplianceState::Installed
    } else {
        ComplianceState::NotRequired
    };
    explanation.reasons = Reasons::Packages(reasons);
    Some(explanation)
}

struct About<'a> {
    catalog: &'a Catalog,
    profile: &'a Profile,
    pins: Pins<'a>,
    revision: RevisionId,
    weighed: Vec<Weighed>,
}

impl About<'_> {
    fn packages(
        mut self,
        installed: &[(InstalledRef<'_>, InstalledNumber)],
        held: impl Fn(InstalledNumber) -> bool,
        reasons: &mut PackageReasons,
    ) {
        for (installed, number) in installed {
            if let Some(package) = self.catalog.package(installed.name) {
                let known = self.package(package, *installed, held(*number), reasons.subscribed);
                reasons.packages.push(known);
            }
        }
    }

    fn package(
        &mut self,
        package: &Package,
        installed: InstalledRef<'_>,
        held: bool,
        subscribed: bool,
    ) -> PackageExplanation {
        let slot = self.profile.slot(self.catalog, installed.architecture);
        let pins = self.pins.of(installed, slot.native);
        weigh(package, self.profile, slot, installed.version, pins, &mut self.weighed);
        let considered: Vec<_> =
            self.weighed.iter().map(|weighed| self.considered(package, slot, weighed, installed)).collect();
        let candidate = considered.iter().find(|version| version.verdict == Verdict::Candidate);
        let binaries = package.binaries().iter().filter(|b| b.revision == self.revision && slot.fits(b.arch));
        let built: Vec<u32> = binaries.map(|binary| binary.rank).collect();
        let offers = package.offers().iter().filter(|o| o.revision == self.revision && slot.fits(o.arch));
        let mut mine: Vec<u32> = built.iter().copied().chain(offers.map(|offer| offer.rank)).collect();
        mine.sort_unstable();
        mine.dedup();
        let installed_rank = package.place(installed.version);
        let conclusion = if considered.iter().any(|v| v.of_update && v.is_required()) {
            PackageConclusion::Required
        } else if subscribed && installed_rank.is_ok_and(|rank| built.contains(&rank)) {
            PackageConclusion::Installed
        } else if let Some(version) = considered.iter().find(|v| v.of_update && v.order == Ordering::Greater) {
            PackageConclusion::NotChosen(version.verdict)
        } else {
            match (mine.last(), installed_rank) {
                (None, _) => PackageConclusion::OtherArchitecture,
                (Some(highest), Ok(rank) | Err(rank)) if *highest < rank => PackageConclusion::NewerInstalled,
                _ => PackageConclusion::NotOffered,
            }
        };
        PackageExplanation {
            name: installed.name.to_owned(),
            architecture: installed.architecture.to_owned(),
            installed: installed.version.to_owned(),
            held,
            versions: mine.iter().map(|rank| package.version(*rank).to_owned()).collect(),
            candidate: candidate.map(|version| version.version.clone()),
            not_seen: self.not_seen(package, slot),
            considered,
            conclusion,
        }
    }

    fn considered(
        &self,
        package: &Package,
        slot: Slot,
        weighed: &Weighed,
        installed: InstalledRef<'_>,
    ) -> ConsideredVersion {
        let mut indexes: Vec<_> = weighed
            .usable(package, self.profile, slot)
            .map(|(offer, priority)| self.index(offer.index, priority))
            .collect();
        indexes.sort_by_key(|index| (std::cmp::Reverse(index.priority), index.index));
        indexes.dedup();
        let version = if weighed.order == Ordering::Equal {
            installed.version
        } else {
            weighed.rank.map_or("", |rank| package.version(rank))
        };
        ConsideredVersion {
            version: version.to_owned(),
            order: weighed.order,
            priority: weighed.priority,
            pinned: weighed.pinned,
            verdict: weighed.verdict,
            of_update: weighed.usable(package, self.profile, slot).any(|(offer, _)| offer.revision == self.revision),
            indexes,
        }
    }

    fn not_seen(&self, package: &Package, slot: Slot) -> Vec<UnseenOffer> {
        let unseen = |offer: &PackageOffer| {
            let reason = self.profile.usable(slot, offer).err()?;
            Some(UnseenOffer {
                version: package.version(offer.rank).to_owned(),
                architecture: self.catalog.architecture_name(offer.arch).to_owned(),
                index: offer.index,
                title: index_title(self.catalog, offer.index),
                reason,
            })
        };
        package.offers().iter().filter(|offer| offer.revision == self.revision).filter_map(unseen).collect()
    }

    fn index(&self, index: IndexId, priority: i32) -> IndexPriority {
        IndexPriority { index, title: index_title(self.catalog, index), priority }
    }
}

impl ConsideredVersion {
    fn is_required(&self) -> bool {
        self.verdict == Verdict::Candidate && self.order == Ordering::Greater
    }
}

impl PackageExplanation {
    /// Whether a deployment of the update would change this package.
    #[must_use]
    pub fn is_applicable(&self) -> bool {
        let upgrade = |v: &ConsideredVersion| v.of_update && v.order == Ordering::Greater && v.priority > 0;
        self.considered.iter().any(upgrade)
    }
}

fn index_title(catalog: &Catalog, index: IndexId) -> String {
    catalog.index(index).map_or_else(String::new, |index| format!("{} {}", index.key.suite, index.key.component))
}
