//! Which devices need or have an update: compliance turned round.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;
use sluice_model::{DeviceNumber, RevisionId};

use crate::cow::Slots;
use crate::evaluate::DeviceCompliance;

/// The devices that need or have an update, as device numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RevisionDevices {
    /// It is required.
    pub required: RoaringBitmap,
    /// It could be installed if asked for by version; includes all that require it.
    pub applicable: RoaringBitmap,
    /// It is installed.
    pub installed: RoaringBitmap,
}

/// [`RevisionDevices`] by revision; revisions without any device have none.
#[derive(Clone, Debug, Default)]
pub(super) struct RevisionSets {
    sets: Slots<Arc<RevisionDevices>>,
}

impl RevisionSets {
    pub(super) fn get(&self, revision: RevisionId) -> Option<&RevisionDevices> {
        self.sets.get(revision.0).map(AsRef::as_ref)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (RevisionId, &RevisionDevices)> {
        self.sets.iter().map(|(revision, set)| (RevisionId(revision), set.as_ref()))
    }

    /// The sets of some revisions are those of others from now on.
    pub(super) fn rename(&mut self, revisions: impl Iterator<Item = (RevisionId, RevisionId)>) {
        for (from, to) in revisions {
            if let Some(set) = self.sets.take(from.0) {
                self.sets.set(to.0, set);
            }
        }
    }

    pub(super) fn apply(&mut self, moves: Moves) {
        for (revision, change) in moves.by_revision() {
            let mut set = self.sets.take(revision).unwrap_or_default();
            let devices = Arc::make_mut(&mut set);
            let RevisionDevices { required, applicable, installed } = devices;
            for (bitmap, half) in [required, applicable, installed].into_iter().zip(change) {
                half.apply(bitmap);
            }
            if *devices != RevisionDevices::default() {
                self.sets.set(revision, set);
            }
        }
    }
}

/// Devices to put into and take out of a bitmap.
#[derive(Debug, Default)]
struct Change {
    add: Vec<u32>,
    remove: Vec<u32>,
}

impl Change {
    fn apply(mut self, bitmap: &mut RoaringBitmap) {
        let set = |list: &mut Vec<u32>| {
            list.sort_unstable();
            RoaringBitmap::from_sorted_iter(list.iter().copied()).unwrap_or_default()
        };
        if !self.remove.is_empty() {
            *bitmap -= set(&mut self.remove);
        }
        if !self.add.is_empty() {
            *bitmap |= set(&mut self.add);
        }
    }
}

/// The changes of a batch, collected so that each bitmap is touched once, and that devices which
/// went the same way are compared once.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// By the addresses of the old and the new outcome.
    ways: FxHashMap<(usize, usize), Way>,
}

#[derive(Debug)]
struct Way {
    old: Option<Arc<DeviceCompliance>>,
    new: Option<Arc<DeviceCompliance>>,
    devices: Vec<u32>,
}

impl Moves {
    /// Notes that the compliance of a device went from `old` to `new`. Once per device and batch.
    pub(super) fn note(
        &mut self,
        device: DeviceNumber,
        old: Option<&Arc<DeviceCompliance>>,
        new: Option<&Arc<DeviceCompliance>>,
    ) {
        let address = |compliance: Option<&Arc<DeviceCompliance>>| compliance.map_or(0, |c| Arc::as_ptr(c).addr());
        let ends = (address(old), address(new));
        if ends.0 == ends.1 {
            return;
        }
        let way = || Way { old: old.cloned(), new: new.cloned(), devices: Vec::new() };
        self.ways.entry(ends).or_insert_with(way).devices.push(device.0);
    }

    /// Required, applicable, installed, by revision.
    fn by_revision(self) -> FxHashMap<u32, [Change; 3]> {
        let mut changes: FxHashMap<u32, [Change; 3]> = FxHashMap::default();
        let nothing = DeviceCompliance::default();
        for Way { old, new, devices } in self.ways.into_values() {
            let (old, new) = (old.as_deref().unwrap_or(&nothing), new.as_deref().unwrap_or(&nothing));
            let parts =
                [(&old.required, &new.required), (&old.applicable, &new.applicable), (&old.installed, &new.installed)];
            for (kind, (old, new)) in parts.into_iter().enumerate() {
                let mut each = |revisions: RoaringBitmap, list: fn(&mut Change) -> &mut Vec<u32>| {
                    for revision in revisions {
                        if let Some(change) = changes.entry(revision).or_default().get_mut(kind) {
                            list(change).extend_from_slice(&devices);
                        }
                    }
                };
                each(new - old, |change| &mut change.add);
                each(old - new, |change| &mut change.remove);
            }
        }
        changes
    }
}
