//! How new the updates are that each Windows device has been asked about.

use std::collections::BTreeMap;
use std::sync::Arc;

use roaring::RoaringBitmap;
use sluice_model::{DeviceNumber, RevisionId};

/// Devices by the newest revision that their status covers. There are few different ones: as many
/// as there were catalogs since the status of the device that has been silent longest.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Coverage {
    devices: Arc<BTreeMap<RevisionId, RoaringBitmap>>,
}

impl Coverage {
    /// Devices went from one coverage to another.
    pub(super) fn apply(&mut self, moves: &[(DeviceNumber, Option<RevisionId>, Option<RevisionId>)]) {
        if moves.is_empty() {
            return;
        }
        let devices = Arc::make_mut(&mut self.devices);
        for (device, old, new) in moves {
            if let Some(known) = old.and_then(|old| devices.get_mut(&old)) {
                known.remove(device.0);
            }
            if let Some(new) = new {
                devices.entry(*new).or_default().insert(device.0);
            }
        }
        devices.retain(|_, known| !known.is_empty());
    }

    /// The devices whose status does not cover a revision.
    pub(super) fn before(&self, revision: RevisionId) -> RoaringBitmap {
        self.devices.range(..revision).fold(RoaringBitmap::new(), |found, (_, devices)| found | devices)
    }
}
