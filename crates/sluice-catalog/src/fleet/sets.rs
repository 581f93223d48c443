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

    pub(super) fn apply(&mut self, moves: Moves) {
        for (revision, change) in moves.by_revision {
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

/// The changes of a batch, collected so that each bitmap is touched once.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// Required, applicable, installed.
    by_revision: FxHashMap<u32, [Change; 3]>,
}

impl Moves {
    /// Notes that the compliance of a device went from `old` to `new`. Once per device and batch.
    pub(super) fn note(
        &mut self,
        device: DeviceNumber,
        old: Option<&Arc<DeviceCompliance>>,
        new: Option<&Arc<DeviceCompliance>>,
    ) {
        if let (Some(old), Some(new)) = (old, new)
            && Arc::ptr_eq(old, new)
        {
            return;
        }
        let parts = |compliance: Option<&Arc<DeviceCompliance>>| {
            compliance
                .map_or_else(Default::default, |c| [c.required.clone(), c.applicable.clone(), c.installed.clone()])
        };
        let (old, new): ([RoaringBitmap; 3], [RoaringBitmap; 3]) = (parts(old), parts(new));
        for (kind, (old, new)) in old.iter().zip(&new).enumerate() {
            self.each(new - old, kind, |change| change.add.push(device.0));
            self.each(old - new, kind, |change| change.remove.push(device.0));
        }
    }

    fn each(&mut self, revisions: RoaringBitmap, kind: usize, note: impl Fn(&mut Change)) {
        for revision in revisions {
            if let Some(change) = self.by_revision.entry(revision).or_default().get_mut(kind) {
                note(change);
            }
        }
    }
}
