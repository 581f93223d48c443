//! apt's rule, written down a second time straight from `apt-pkg/policy.cc`, to test against.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use sluice_model::{BinaryPackage, Inventory, UpdateId};
use sluice_packages::deb::version::compare;

use crate::catalog::CatalogChange;
use crate::testing::device_index;

/// The state of a device, worked out from the plain facts.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Naive {
    pub(super) required: BTreeSet<UpdateId>,
    pub(super) applicable: BTreeSet<UpdateId>,
    pub(super) installed: BTreeSet<UpdateId>,
    /// Name, architecture and installed version.
    pub(super) upgradable: BTreeSet<(String, String, String)>,
}

/// A package file apt can see: its update, its version, the priority of the list it is in.
struct File<'a> {
    update: UpdateId,
    version: &'a str,
    priority: i32,
}

pub(super) fn evaluate(world: &CatalogChange, inventory: &Inventory) -> Naive {
    let mut naive = Naive::default();
    for package in &inventory.packages {
        let native = package.architecture == "all" || package.architecture == inventory.architecture;
        let here = |binary: &BinaryPackage| {
            let architecture = if native { &inventory.architecture } else { &package.architecture };
            binary.name == package.name
                && (binary.architecture == *architecture || (native && binary.architecture == "all"))
        };
        let mut files = Vec::new();
        let mut products = Vec::new();
        for content in &world.indexes {
            for subscribed in &inventory.indexes {
                let mine = device_index(content.index.id.0 as usize, subscribed.priority);
                if mine != *subscribed {
                    continue;
                }
                let default = match (content.index.not_automatic, content.index.but_automatic_upgrades) {
                    (true, false) => 1,
                    (true, true) => 100,
                    (false, _) => 500,
                };
                products.push(content.index.product);
                for offer in &content.offers {
                    let update = &world.updates.iter().find(|(id, _)| *id == offer.revision).unwrap().1;
                    let binary = &update.content.binaries()[usize::from(offer.binary)];
                    if here(binary) {
                        let priority = subscribed.priority.unwrap_or(default);
                        files.push(File { update: update.id, version: &binary.version, priority });
                    }
                }
            }
        }
        let current: &str = &package.version;
        let pin = |version: &str| {
            let fits = |name: &str| match name.split_once(':') {
                None => native && name == package.name,
                Some((name, "any")) => name == package.name,
                Some((name, arch)) => name == package.name && arch == package.architecture,
            };
            inventory
                .pins
                .iter()
                .filter(|p| fits(&p.package) && compare(&p.version, version).is_eq())
                .map(|p| p.priority)
                .max()
        };
        let priority_of = |version: &str| {
            pin(version).unwrap_or_else(|| {
                let mut priority = i32::MIN;
                for file in files.iter().filter(|file| compare(file.version, version).is_eq()) {
                    priority = priority.max(file.priority);
                }
                if compare(version, current).is_eq() { priority.max(100) } else { priority }
            })
        };
        let mut versions: Vec<&str> = files.iter().map(|file| file.version).chain([current]).collect();
        versions.sort_by(|a, b| compare(b, a));
        versions.dedup_by(|a, b| compare(a, b).is_eq());
        let (mut candidate, mut candidate_priority) = (None, -1);
        for version in versions {
            let priority = priority_of(version);
            if priority == 0 || priority <= candidate_priority {
                continue;
            }
            if priority < 1000 && compare(version, current) == Ordering::Less {
                continue;
            }
            candidate_priority = priority;
            candidate = Some(version);
        }
        let upgrade = candidate.filter(|version| compare(version, current).is_gt());
        if upgrade.is_some() {
            naive.upgradable.insert((package.name.clone(), package.architecture.clone(), package.version.clone()));
        }
        for file in &files {
            if upgrade.is_some_and(|version| compare(file.version, version).is_eq()) {
                naive.required.insert(file.update);
            }
            if compare(file.version, current).is_gt() && priority_of(file.version) > 0 {
                naive.applicable.insert(file.update);
            }
        }
        for (_, update) in &world.updates {
            let newest = world.updates.iter().filter(|(_, u)| u.id == update.id).map(|(_, u)| u.number).max();
            let has = |b: &BinaryPackage| here(b) && compare(&b.version, current).is_eq();
            if newest == Some(update.number)
                && update.content.binaries().iter().any(has)
                && update.products.iter().any(|p| products.contains(p))
            {
                naive.installed.insert(update.id);
            }
        }
    }
    let Naive { required, installed, .. } = &mut naive;
    installed.retain(|update| !required.contains(update));
    naive
}
