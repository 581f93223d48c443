//! The packages a device would upgrade: the answer of `apt list --upgradable`.

use std::cmp::Reverse;

use sluice_model::RevisionId;

use crate::catalog::{Catalog, Offer};
use crate::device::{DeviceFacts, InstalledNumber, InstalledRef, InstalledTable};

use super::profile::Profile;
use super::single::Pins;
use super::weigh::weigh;

/// An installed package with a higher candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradablePackage<'a> {
    /// Number of what is installed; whether it is held is the device's to say.
    pub number: InstalledNumber,
    /// Name, architecture and installed version.
    pub installed: InstalledRef<'a>,
    /// The candidate version.
    pub candidate: &'a str,
    /// The current revision of the update that provides it; of several the one in the index with
    /// the highest priority.
    pub revision: RevisionId,
    /// The package file.
    pub offer: Offer,
}

/// The upgradable packages of a device, by name and architecture; held ones among them, as in
/// apt's own list.
#[must_use]
pub fn upgradable<'a>(
    catalog: &'a Catalog,
    table: &'a InstalledTable,
    facts: &DeviceFacts,
) -> Vec<UpgradablePackage<'a>> {
    let profile = Profile::resolve(catalog, facts.subscription());
    let mut weighed = Vec::new();
    let mut found = Vec::new();
    for number in facts.packages() {
        let Some(installed) = table.get(*number) else { continue };
        let Some(package) = catalog.package(installed.name) else { continue };
        let slot = profile.slot(catalog, installed.architecture);
        weigh(package, &profile, slot, installed.version, Pins(&facts.pins).of(installed, slot.native), &mut weighed);
        let Some(candidate) = weighed.iter().find(|version| version.is_required()) else { continue };
        let offers = candidate.usable(package, &profile, slot);
        let best = offers.min_by_key(|(offer, priority)| (Reverse(*priority), offer.index, offer.offer));
        let Some((offer, _)) = best else { continue };
        let Some(binary) = catalog.binary(offer.offer) else { continue };
        found.push(UpgradablePackage {
            number: *number,
            installed,
            candidate: &binary.version,
            revision: offer.revision,
            offer: offer.offer,
        });
    }
    found.sort_unstable_by_key(|package| package.installed);
    found
}
