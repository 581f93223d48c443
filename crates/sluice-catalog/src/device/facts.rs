//! What compliance of one device is computed from.

use std::sync::Arc;

use sluice_model::{DeviceIndex, InstalledPackage, Inventory, PackagePin};

use super::installed::{InstalledNumber, InstalledRef, InstalledTable};

/// What a device's package manager looks at. Many devices share one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subscription {
    /// dpkg's native architecture.
    pub architecture: String,
    /// The indices, sorted, each once.
    pub indexes: Vec<DeviceIndex>,
}

/// Everything compliance of a device depends on, apart from the catalog. Devices with equal facts
/// share one value and are evaluated once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeviceFacts {
    pub(crate) subscription: Arc<Subscription>,
    /// Sorted.
    pub(crate) pins: Box<[PackagePin]>,
    /// Sorted, each once.
    pub(crate) packages: Box<[InstalledNumber]>,
}

impl Subscription {
    /// What an inventory says about it.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Self {
        let mut indexes = inventory.indexes.clone();
        indexes.sort_unstable();
        indexes.dedup();
        Self { architecture: inventory.architecture.clone(), indexes }
    }
}

impl DeviceFacts {
    /// Numbers the packages of an inventory. `subscription` is [`Subscription::of`] the same
    /// inventory, shared where an equal one is known. Packages beyond [`InstalledTable::MAX`] are
    /// left out, and what cannot be one (a NUL character in its name).
    #[must_use]
    pub fn of(inventory: &Inventory, subscription: Arc<Subscription>, table: &mut InstalledTable) -> Self {
        let mut text = String::new();
        let mut packages: Vec<_> = inventory
            .packages
            .iter()
            .filter_map(|package| {
                let InstalledPackage { name, architecture, version, .. } = package;
                table.intern(InstalledRef { name, architecture, version }, &mut text)
            })
            .collect();
        packages.sort_unstable();
        packages.dedup();
        let mut pins = inventory.pins.clone();
        pins.sort_unstable();
        pins.dedup();
        Self { subscription, pins: pins.into(), packages: packages.into() }
    }

    /// dpkg's native architecture.
    #[must_use]
    pub fn architecture(&self) -> &str {
        &self.subscription.architecture
    }

    /// What the device's package manager looks at.
    #[must_use]
    pub fn subscription(&self) -> &Subscription {
        &self.subscription
    }

    /// The installed packages, by number.
    #[must_use]
    pub fn packages(&self) -> &[InstalledNumber] {
        &self.packages
    }

    /// Whether a package is installed exactly so.
    #[must_use]
    pub fn has(&self, number: InstalledNumber) -> bool {
        self.packages.binary_search(&number).is_ok()
    }
}
