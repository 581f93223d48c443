//! Which indices of the catalog are the ones a device is subscribed to.

use sluice_model::{DeviceIndex, PackageIndex};

use super::Catalog;

impl Catalog {
    /// The indices of the catalog that hold what a device's index holds.
    ///
    /// A device that has fetched its lists says which signed release they are: then origin, label,
    /// codename or archive, component and architecture decide, so that any mirror of a release
    /// will do; among several, one with the device's own address wins. A device that has not
    /// fetched them yet (no origin) is matched by address, suite, component and architecture.
    #[must_use]
    pub fn matching(&self, device: &DeviceIndex) -> Vec<&PackageIndex> {
        let place = |index: &PackageIndex| {
            plain(&index.key.component) == plain(&device.component) && index.key.architecture == device.architecture
        };
        let address = |index: &PackageIndex| {
            index.key.uri.trim_end_matches('/') == device.uri.trim_end_matches('/') && index.key.suite == device.suite
        };
        let all = self.indexes().map(AsRef::as_ref).filter(|index| place(index));
        if device.origin.is_empty() {
            return all.filter(|index| address(index)).collect();
        }
        let mut found: Vec<_> = all.filter(|index| same_release(index, device)).collect();
        if found.iter().any(|index| address(index)) {
            found.retain(|index| address(index));
        }
        found
    }
}

/// Debian's security archive once spelled its components `updates/main`.
fn plain(component: &str) -> &str {
    component.strip_prefix("updates/").unwrap_or(component)
}

fn same_release(index: &PackageIndex, device: &DeviceIndex) -> bool {
    if index.origin != device.origin || index.label != device.label || index.codename != device.codename {
        return false;
    }
    let named = device.suite == index.key.suite || device.suite == index.archive;
    named || (!index.codename.is_empty() && codename_names_pocket(index, device))
}

/// Whether the codename alone tells this index from its release's other pockets, so that it may
/// be called by another archive name (`stable` for what is now `oldstable`). In Debian it does
/// (`bookworm-security`); in Ubuntu all pockets share one (`jammy`), only the archive differs.
fn codename_names_pocket(index: &PackageIndex, device: &DeviceIndex) -> bool {
    let pocket = |suite| str::split_once(suite, ['-', '/']).map(|(_, pocket)| pocket);
    let named = pocket(&index.codename);
    named == pocket(&index.archive) && named == pocket(&device.suite)
}
