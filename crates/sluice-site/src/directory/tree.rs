//! Collections that are parts of others: who is in which, counting those above.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_model::{CollectionId, DeviceId};
use sluice_store::collection::CollectionRecord;

use crate::collections::ALL_DEVICES;

/// Most collections above one another: no organization is deeper, and each level is walked for each
/// device.
pub(crate) const MAX_DEPTH: usize = 16;

/// The collections above one, nearest first, by the parents of all.
pub(crate) fn above(
    parents: &HashMap<CollectionId, CollectionId>,
    id: CollectionId,
) -> impl Iterator<Item = CollectionId> {
    // A circle, which only a damaged database has, ends with the depth.
    std::iter::successors(parents.get(&id).copied(), |at| parents.get(at).copied()).take(MAX_DEPTH)
}

/// The collections above each, and those of each device.
#[derive(Default)]
pub(super) struct Tree {
    ancestors: HashMap<CollectionId, Arc<[CollectionId]>>,
    of_device: HashMap<DeviceId, Arc<[CollectionId]>>,
    /// Of a device that was added to none.
    everyone: Arc<[CollectionId]>,
}

impl Tree {
    /// Of all collections with the members that were added to each.
    pub(super) fn of(collections: &[(CollectionRecord, Vec<DeviceId>)]) -> Self {
        let parents: HashMap<_, _> = collections.iter().filter_map(|(c, _)| Some((c.id, c.parent?))).collect();
        let ancestors: HashMap<_, Arc<[_]>> = parents.keys().map(|id| (*id, above(&parents, *id).collect())).collect();

        let mut added: HashMap<DeviceId, Vec<CollectionId>> = HashMap::new();
        for (collection, members) in collections {
            for device in members {
                added.entry(*device).or_default().push(collection.id);
            }
        }
        // Devices that were added to the same collections share one list.
        let mut lists: HashMap<Vec<CollectionId>, Arc<[CollectionId]>> = HashMap::new();
        let of_device = added.into_iter().map(|(device, mut mine)| {
            mine.sort_unstable();
            let list = lists.entry(mine).or_insert_with_key(|mine| {
                let mut all = vec![ALL_DEVICES];
                for id in mine {
                    all.push(*id);
                    all.extend(ancestors.get(id).into_iter().flat_map(|above| above.iter().copied()));
                }
                all.sort_unstable();
                all.dedup();
                all.into()
            });
            (device, Arc::clone(list))
        });
        Self { of_device: of_device.collect(), ancestors, everyone: Arc::from([ALL_DEVICES]) }
    }

    pub(super) fn ancestors(&self, id: CollectionId) -> Arc<[CollectionId]> {
        self.ancestors.get(&id).cloned().unwrap_or_default()
    }

    pub(super) fn collections_of(&self, device: DeviceId) -> Arc<[CollectionId]> {
        Arc::clone(self.of_device.get(&device).unwrap_or(&self.everyone))
    }

    /// For each collection the members of all collections below it; a device may be there twice.
    pub(super) fn members_below(
        &self,
        collections: &[(CollectionRecord, Vec<DeviceId>)],
    ) -> HashMap<CollectionId, Vec<DeviceId>> {
        let mut below: HashMap<CollectionId, Vec<DeviceId>> = HashMap::new();
        for (collection, members) in collections {
            for id in self.ancestors(collection.id).iter().filter(|id| **id != ALL_DEVICES) {
                below.entry(*id).or_default().extend_from_slice(members);
            }
        }
        below
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use sluice_model::Name;
    use sluice_store::collection::CollectionKind;
    use uuid::Uuid;

    use super::*;
    use crate::directory::Directory;

    fn id(number: u128) -> CollectionId {
        CollectionId(Uuid::from_u128(number))
    }

    fn device(number: u128) -> DeviceId {
        DeviceId(Uuid::from_u128(number))
    }

    fn collection(number: u128, parent: Option<CollectionId>, members: &[u128]) -> (CollectionRecord, Vec<DeviceId>) {
        let record = CollectionRecord {
            id: id(number),
            name: Name::new(&format!("Collection {number}")).unwrap(),
            kind: CollectionKind::Static,
            created_at: Timestamp::UNIX_EPOCH,
            parent,
        };
        (record, members.iter().copied().map(device).collect())
    }

    #[test]
    fn members_of_a_part_are_members_of_the_whole() {
        let all = vec![
            collection(1, Some(ALL_DEVICES), &[10]),
            collection(2, Some(id(1)), &[20, 10]),
            collection(3, Some(id(2)), &[30]),
            collection(4, None, &[30]),
        ];
        let directory = Directory::new(all, Vec::new(), Vec::new());
        let members = |number| directory.collection(id(number)).unwrap().members.clone();
        assert_eq!(members(1), [10, 20, 30].map(device));
        assert_eq!(members(2), [10, 20, 30].map(device));
        assert_eq!(members(3), [30].map(device));
        assert!(directory.collection(id(1)).unwrap().contains(device(30)));
        assert!(!directory.collection(id(3)).unwrap().contains(device(20)));

        assert_eq!(directory.ancestors(id(3))[..], [id(2), id(1), ALL_DEVICES]);
        assert_eq!(directory.ancestors(id(4)).len(), 0);
        let of = |number| directory.collections_of(device(number)).to_vec();
        assert_eq!(of(30), [id(1), id(2), id(3), id(4), ALL_DEVICES]);
        assert_eq!(of(10), [id(1), id(2), ALL_DEVICES]);
        assert_eq!(of(99), [ALL_DEVICES]);
    }

    #[test]
    fn a_circle_ends() {
        let all = vec![collection(1, Some(id(2)), &[10]), collection(2, Some(id(1)), &[20])];
        let directory = Directory::new(all, Vec::new(), Vec::new());
        assert_eq!(directory.collections_of(device(10))[..], [id(1), id(2), ALL_DEVICES]);
        assert_eq!(directory.ancestors(id(1)).len(), MAX_DEPTH);
    }
}
