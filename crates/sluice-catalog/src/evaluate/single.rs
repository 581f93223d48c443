//! Evaluating one package, and one device without any memory.

use std::cmp::Ordering;

use sluice_model::PackagePin;

use crate::catalog::{Catalog, Package};
use crate::device::{DeviceFacts, InstalledRef, InstalledTable};

use super::compliance::DeviceCompliance;
use super::profile::Profile;
use super::weigh::{Slot, Weighed, weigh};

/// A device's pinned versions, sorted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pins<'a>(pub(crate) &'a [PackagePin]);

impl<'a> Pins<'a> {
    /// The pins of one package. A pin names a package of the native architecture, or
    /// `name:architecture`, or `name:any` (`apt_preferences(5)`).
    pub(crate) fn of<'b>(
        self,
        package: InstalledRef<'b>,
        native: bool,
    ) -> impl Iterator<Item = (&'a str, i32)> + Clone + use<'a, 'b> {
        let fits = move |pin: &&'a PackagePin| match pin.package.split_once(':') {
            None | Some((_, "native")) => native,
            Some((_, "any")) => true,
            Some((_, architecture)) => architecture == package.architecture,
        };
        self.named(package.name).filter(fits).map(|pin| (pin.version.as_str(), pin.priority))
    }

    /// The pins that name a package, for any architecture. A device may send many thousands, so
    /// they are looked up.
    pub(super) fn named(self, name: &str) -> impl Iterator<Item = &'a PackagePin> + Clone + use<'a> {
        let plain = self.between(|pin| pin.cmp(name));
        // Whatever has the prefix stands together, but apart from the plain name.
        let qualified = self.between(|pin| match pin.strip_prefix(name) {
            Some(rest) if rest.starts_with(':') => Ordering::Equal,
            Some(rest) => rest.cmp(":"),
            None => pin.cmp(name),
        });
        plain.iter().chain(qualified)
    }

    fn between(self, place: impl Fn(&str) -> Ordering) -> &'a [PackagePin] {
        let from = self.0.partition_point(|pin| place(&pin.package) == Ordering::Less);
        let to = self.0.partition_point(|pin| place(&pin.package) != Ordering::Greater);
        self.0.get(from..to).unwrap_or_default()
    }
}

/// The revisions a device needs, could get and has because of one installed package.
#[derive(Clone, Debug, Default)]
pub(super) struct Revisions {
    pub(super) required: Vec<u32>,
    pub(super) applicable: Vec<u32>,
    pub(super) installed: Vec<u32>,
}

impl Revisions {
    pub(super) fn clear(&mut self) {
        self.required.clear();
        self.applicable.clear();
        self.installed.clear();
    }

    /// Adds those of one installed package. `weighed` is scratch space.
    pub(super) fn add(
        &mut self,
        catalog: &Catalog,
        profile: &Profile,
        pins: Pins<'_>,
        installed: InstalledRef<'_>,
        weighed: &mut Vec<Weighed>,
    ) {
        let Some(package) = catalog.package(installed.name) else { return };
        let slot = profile.slot(catalog, installed.architecture);
        weigh(package, profile, slot, installed.version, pins.of(installed, slot.native), weighed);
        // Highest first, so everything from the installed version on is no upgrade.
        for version in weighed.iter().take_while(|version| version.order == Ordering::Greater) {
            if version.is_upgrade() {
                let revisions = || version.usable(package, profile, slot).map(|(offer, _)| offer.revision.0);
                self.applicable.extend(revisions());
                if version.is_required() {
                    self.required.extend(revisions());
                }
            }
        }
        self.add_installed(catalog, package, profile, slot, installed.version);
    }

    /// Updates count as installed only within the device's own products: the same version of a
    /// package may be in several releases, and only one of them is the device's.
    fn add_installed(&mut self, catalog: &Catalog, package: &Package, profile: &Profile, slot: Slot, version: &str) {
        let Ok(rank) = package.place(version) else { return };
        for binary in package.binaries_of(rank).iter().filter(|binary| slot.fits(binary.arch)) {
            if catalog.revision(binary.revision).is_some_and(|update| profile.has_product(&update.products)) {
                self.installed.push(binary.revision.0);
            }
        }
    }
}

/// Evaluates one device from nothing. For many devices use [`Evaluator`](super::Evaluator).
#[must_use]
pub fn evaluate_device(catalog: &Catalog, table: &InstalledTable, facts: &DeviceFacts) -> DeviceCompliance {
    let profile = Profile::resolve(catalog, facts.subscription());
    let (mut revisions, mut weighed) = (Revisions::default(), Vec::new());
    for installed in facts.packages().iter().filter_map(|number| table.get(*number)) {
        revisions.add(catalog, &profile, Pins(&facts.pins), installed, &mut weighed);
    }
    let Revisions { mut required, mut applicable, mut installed } = revisions;
    DeviceCompliance::build(catalog, &mut required, &mut applicable, &mut installed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_found_by_name_and_architecture() {
        let names = ["a", "lib", "lib+x", "lib-dev", "lib:any", "lib:arm64", "lib:native", "lib2", "libz", "z"];
        let pin = |name: &&str| PackagePin { package: (*name).into(), version: "1".into(), priority: 7 };
        let mut pins: Vec<_> = names.iter().map(pin).collect();
        pins.sort_unstable();
        let named = |name: &str| Pins(&pins).named(name).map(|pin| pin.package.as_str()).collect::<Vec<_>>();
        assert_eq!(named("lib"), ["lib", "lib:any", "lib:arm64", "lib:native"]);
        assert_eq!(named("lib2"), ["lib2"]);
        assert_eq!(named("li"), [""; 0]);
        let count = |architecture, native| {
            let package = InstalledRef { name: "lib", architecture, version: "1" };
            Pins(&pins).of(package, native).count()
        };
        assert_eq!((count("amd64", true), count("arm64", false), count("i386", false)), (3, 2, 1));
    }
}
