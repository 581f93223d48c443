//! The outcome of evaluating a device.

use roaring::RoaringBitmap;
use sluice_model::{Classification, ComplianceState, RevisionId};

use crate::catalog::Catalog;

/// What a device needs and has of what is selected, as current revisions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeviceCompliance {
    /// Updates that provide the candidate of an installed package.
    pub required: RoaringBitmap,
    /// Updates the device could be brought to if asked for by version: offered by a subscribed
    /// index with a positive priority, higher than what is installed. Includes all required ones.
    pub applicable: RoaringBitmap,
    /// Updates of which a package is installed in exactly their version and that are not required.
    pub installed: RoaringBitmap,
    /// How many of the required ones are Security Updates.
    pub required_security: u32,
    /// How many updates a device needs that another server reports and this catalog does not have. While there are
    /// any, it is not known whether the device needs nothing.
    pub outside: u32,
}

impl DeviceCompliance {
    /// From sorted or unsorted revision numbers; `installed` may still hold required ones. What is not
    /// selected is left out.
    pub(super) fn build(
        catalog: &Catalog,
        required: &mut Vec<u32>,
        applicable: &mut Vec<u32>,
        installed: &mut Vec<u32>,
    ) -> Self {
        let bitmap = |list: &mut Vec<u32>| {
            list.sort_unstable();
            list.dedup();
            RoaringBitmap::from_sorted_iter(list.iter().copied()).unwrap_or_default() - catalog.unselected_revisions()
        };
        let (required, applicable, mut installed) = (bitmap(required), bitmap(applicable), bitmap(installed));
        installed -= &required;
        let security = |revision: &u32| {
            let update = catalog.revision(RevisionId(*revision));
            update.is_some_and(|update| update.classification == Classification::SecurityUpdates)
        };
        let required_security = u32::try_from(required.iter().filter(security).count()).unwrap_or(u32::MAX);
        Self { required, applicable, installed, required_security, outside: 0 }
    }

    /// Whether nothing is needed, of this catalog or outside of it.
    #[must_use]
    pub fn is_compliant(&self) -> bool {
        self.required.is_empty() && self.outside == 0
    }

    /// The state of an update, by its current revision.
    #[must_use]
    pub fn state(&self, revision: RevisionId) -> ComplianceState {
        if self.required.contains(revision.0) {
            ComplianceState::Required
        } else if self.installed.contains(revision.0) {
            ComplianceState::Installed
        } else {
            ComplianceState::NotRequired
        }
    }
}
