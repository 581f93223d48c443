//! What a device is to install.
//!
//! Rules where deployments meet:
//!
//! 1. Only active deployments count: enabled, not cancelled, available time reached.
//! 2. The same update in several deployments comes once, from the [`strongest`] one. That deployment
//!    alone decides on restart and notification, so a restart happens only if the winner allows it.
//!    If it blocks the update, or uninstalls it (which only Windows devices can), there is nothing
//!    to install. Declined updates are never assigned.
//! 3. Two versions of one installed package: the lower one is left out if the higher one is at
//!    least as urgent. Otherwise both stay: the lower one is due first, the higher one later.
//! 4. A held package is assigned and marked; the device reports it as held.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use sluice_model::{
    Deployment, DeploymentId, DeploymentPriority, DeviceNumber, Intent, Name, RestartBehaviour, RevisionId, Sha256,
    UpdateId, UserNotification,
};

use crate::catalog::Offer;
use crate::device::{DeviceFacts, InstalledNumber};
use crate::evaluate::{Pins, Profile, weigh};
use crate::fleet::{DeviceRow, Fleet};

use super::precedence::strongest;
use super::resolved::ResolvedDeployment;

/// An update that a device is told to install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The deployment that asks for it.
    pub deployment: DeploymentId,
    /// Its name.
    pub name: Name,
    /// The update.
    pub update: UpdateId,
    /// Its current revision.
    pub revision: RevisionId,
    /// Required or available.
    pub intent: Intent,
    /// From when on the device is told.
    pub available_at: Timestamp,
    /// When it is installed without anybody's doing.
    pub deadline: Option<Timestamp>,
    /// May the device restart itself?
    pub restart: RestartBehaviour,
    /// What users see.
    pub notification: UserNotification,
    /// What comes first of what is due at the same time.
    pub priority: DeploymentPriority,
    /// The packages to bring to a version; at least one. All are installed in a lower version.
    pub packages: Vec<AssignedPackage>,
}

/// A package that a device is told to bring to a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignedPackage {
    /// Package name.
    pub name: String,
    /// Architecture as the archive writes it.
    pub architecture: String,
    /// The version to install.
    pub version: String,
    /// SHA-256 of the package file, as the signed index gives it.
    pub sha256: Sha256,
    /// Size of the package file, bytes.
    pub size: u64,
    /// Held on the device.
    pub held: bool,
}

/// What a device is to install now, by urgency: required before available, earliest deadline
/// first, highest priority first, then by update.
#[must_use]
pub fn assignments(
    fleet: &Fleet,
    device: DeviceNumber,
    deployments: &[ResolvedDeployment],
    now: Timestamp,
) -> Vec<Assignment> {
    let Some(row) = fleet.device(device) else { return Vec::new() };
    let (Some(facts), Some(compliance)) = (&row.facts, &row.compliance) else { return Vec::new() };
    let active: Vec<_> =
        deployments.iter().filter(|d| d.devices.contains(device.0) && d.deployment.is_active(now)).collect();
    if active.is_empty() {
        return Vec::new();
    }
    let mut won: FxHashMap<RevisionId, &Arc<Deployment>> = FxHashMap::default();
    for revision in compliance.applicable.iter().map(RevisionId) {
        let Some(update) = fleet.catalog().revision(revision) else { continue };
        if fleet.catalog().is_declined(update.id) {
            continue;
        }
        let asking: Vec<_> = active.iter().filter(|deployment| deployment.deploys(update.id)).collect();
        let claims: Vec<_> = asking.iter().map(|deployment| deployment.claim()).collect();
        let Some(winner) = strongest(&claims).and_then(|place| asking.get(place)) else { continue };
        match winner.deployment.spec.intent {
            Intent::Required | Intent::Available => drop(won.insert(revision, &winner.deployment)),
            Intent::Block | Intent::Uninstall => {}
        }
    }
    if won.is_empty() {
        return Vec::new();
    }
    let mut packages: FxHashMap<RevisionId, Vec<AssignedPackage>> = FxHashMap::default();
    for (revision, package) in choose_packages(fleet, row, facts, &won) {
        packages.entry(revision).or_default().push(package);
    }
    let mut assigned: Vec<_> = packages
        .into_iter()
        .filter_map(|(revision, packages)| assignment(fleet, revision, won.get(&revision)?, packages))
        .collect();
    let order = |a: &Assignment| (a.intent != Intent::Required, a.deadline, Reverse(a.priority), a.update);
    assigned.sort_unstable_by_key(order);
    assigned
}

/// Smaller is more urgent. An available deployment has no deadline.
fn urgency(deployment: &Deployment) -> (bool, Option<Timestamp>) {
    (deployment.spec.intent != Intent::Required, deployment.spec.deadline)
}

/// The package files of the assigned updates that are upgrades for the device, after rule 3.
fn choose_packages(
    fleet: &Fleet,
    row: &DeviceRow,
    facts: &DeviceFacts,
    won: &FxHashMap<RevisionId, &Arc<Deployment>>,
) -> Vec<(RevisionId, AssignedPackage)> {
    let (catalog, table) = (fleet.catalog(), fleet.installed_table());
    let profile = Profile::resolve(catalog, facts.subscription());
    let (mut chosen, mut weighed) = (Vec::new(), Vec::new());
    for number in facts.packages() {
        let Some(installed) = table.get(*number) else { continue };
        let Some(package) = catalog.package(installed.name) else { continue };
        if !package.offers().iter().any(|offer| won.contains_key(&offer.revision)) {
            continue;
        }
        let slot = profile.slot(catalog, installed.architecture);
        weigh(package, &profile, slot, installed.version, Pins(&facts.pins).of(installed, slot.native), &mut weighed);
        // From the highest version down: a lower one stays only if it is more urgent than all above.
        let mut best = None;
        for version in weighed.iter().filter(|version| version.is_upgrade()) {
            let mut offers: Vec<_> = version
                .usable(package, &profile, slot)
                .filter_map(|(offer, priority)| Some((offer, priority, urgency(won.get(&offer.revision)?))))
                .collect();
            offers.sort_by_key(|(offer, priority, urgency)| (*urgency, Reverse(*priority), offer.index, offer.offer));
            let above = best;
            for (offer, _, urgency) in offers {
                let known = chosen.iter().any(|(n, r, _)| (*n, *r) == (*number, offer.revision));
                if known || above.is_some_and(|above| urgency >= above) {
                    continue;
                }
                best = Some(best.map_or(urgency, |best| urgency.min(best)));
                chosen.push((*number, offer.revision, offer.offer));
            }
        }
    }
    let file = |(number, revision, offer): (InstalledNumber, RevisionId, Offer)| {
        let binary = catalog.binary(offer)?;
        let package = AssignedPackage {
            name: binary.name.clone(),
            architecture: binary.architecture.clone(),
            version: binary.version.clone(),
            sha256: binary.sha256,
            size: binary.size,
            held: row.holds(number),
        };
        Some((revision, package))
    };
    chosen.into_iter().filter_map(file).collect()
}

fn assignment(
    fleet: &Fleet,
    revision: RevisionId,
    deployment: &Deployment,
    mut packages: Vec<AssignedPackage>,
) -> Option<Assignment> {
    packages.sort_unstable_by(|a, b| (&a.name, &a.architecture).cmp(&(&b.name, &b.architecture)));
    let spec = &deployment.spec;
    Some(Assignment {
        deployment: deployment.id,
        name: spec.name.clone(),
        update: fleet.catalog().revision(revision)?.id,
        revision,
        intent: spec.intent,
        available_at: spec.available_at,
        deadline: spec.deadline,
        restart: spec.restart,
        notification: spec.notification,
        priority: spec.priority,
        packages,
    })
}
