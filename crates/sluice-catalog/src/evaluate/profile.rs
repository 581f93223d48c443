//! What a subscription comes to in one catalog.

use sluice_model::{CategoryId, IndexId};

use crate::catalog::{ArchNumber, Catalog, PackageOffer};
use crate::device::Subscription;

use super::weigh::Slot;

/// A device's subscription resolved against a catalog. Devices with equal profiles get equal
/// answers for equal packages.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Profile {
    architecture: String,
    native: Option<ArchNumber>,
    /// Indices with the priority the device gives them; sorted.
    indexes: Box<[(IndexId, i32)]>,
    /// The products of those indices; sorted.
    products: Box<[CategoryId]>,
}

/// Why an offer is nothing to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotUsable {
    /// It is built for another architecture than the installed package.
    Architecture,
    /// The device is not subscribed to the index.
    NotSubscribed,
}

impl Profile {
    /// Resolves a subscription. A device index without a priority has the default of the index;
    /// of several that match one index the highest priority counts.
    #[must_use]
    pub fn resolve(catalog: &Catalog, subscription: &Subscription) -> Self {
        let mut indexes: Vec<(IndexId, i32)> = Vec::new();
        let mut products = Vec::new();
        for device in &subscription.indexes {
            for index in catalog.matching(device) {
                products.push(index.product);
                indexes.push((index.id, device.priority.unwrap_or_else(|| index.default_priority())));
            }
        }
        indexes.sort_unstable_by_key(|(index, priority)| (*index, std::cmp::Reverse(*priority)));
        indexes.dedup_by_key(|(index, _)| *index);
        products.sort_unstable();
        products.dedup();
        Self {
            architecture: subscription.architecture.clone(),
            native: catalog.architecture(&subscription.architecture),
            indexes: indexes.into(),
            products: products.into(),
        }
    }

    /// The indices with their priorities, by number.
    #[must_use]
    pub fn indexes(&self) -> &[(IndexId, i32)] {
        &self.indexes
    }

    /// The priority the device gives an index; `None` when it is not subscribed to it.
    #[must_use]
    pub fn priority(&self, index: IndexId) -> Option<i32> {
        let at = self.indexes.binary_search_by_key(&index, |(known, _)| *known).ok()?;
        self.indexes.get(at).map(|(_, priority)| *priority)
    }

    /// Whether any of some products is one of the device's.
    pub(crate) fn has_product(&self, products: &[CategoryId]) -> bool {
        products.iter().any(|product| self.products.binary_search(product).is_ok())
    }

    /// Where a package of an architecture stands: `all` counts as the native one.
    pub(crate) fn slot(&self, catalog: &Catalog, architecture: &str) -> Slot {
        if architecture == "all" || architecture == self.architecture {
            Slot { architecture: self.native, native: true }
        } else {
            Slot { architecture: catalog.architecture(architecture), native: false }
        }
    }

    /// The priority of an offer for a package, or why it is nothing to the device.
    pub(crate) fn usable(&self, slot: Slot, offer: &PackageOffer) -> Result<i32, NotUsable> {
        if !slot.fits(offer.arch) {
            return Err(NotUsable::Architecture);
        }
        self.priority(offer.index).ok_or(NotUsable::NotSubscribed)
    }
}
