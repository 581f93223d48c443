//! Which groups a Windows client is in.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_model::{CollectionId, DeviceId};
use sluice_store::collection::CollectionKind;

use super::super::fingerprint::fingerprint;
use super::super::settings::Targeting;
use super::super::targeting::key;
use crate::directory::Directory;

/// Membership, by device and by name.
pub(crate) struct Groups {
    directory: Arc<Directory>,
    /// Of collections that a policy may name; empty when policies do not count.
    by_name: HashMap<String, CollectionId>,
}

/// The groups of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientGroups {
    /// Sorted: its collections and all above them.
    pub(crate) collections: Arc<[CollectionId]>,
}

impl ClientGroups {
    /// A number that is another one for other groups.
    pub(crate) fn fingerprint(&self) -> u64 {
        fingerprint(self.collections.iter().flat_map(|id| id.0.as_bytes()))
    }
}

impl Groups {
    pub(crate) fn of(directory: Arc<Directory>, targeting: Targeting) -> Self {
        let named = directory
            .collections
            .iter()
            .filter(|collection| targeting == Targeting::Client && collection.record.kind == CollectionKind::Static);
        let by_name = named.map(|collection| (key(collection.record.name.as_str()), collection.record.id)).collect();
        Self { directory, by_name }
    }

    /// The groups of a client whose policy names these target groups. A name that no collection has
    /// counts for nothing.
    pub(crate) fn of_client(&self, device: DeviceId, target_groups: &[Box<str>]) -> ClientGroups {
        // What its policy says now counts, not what it said when the snapshot was made.
        let added = self.directory.collections_added_to(device);
        if self.by_name.is_empty() || target_groups.is_empty() {
            return ClientGroups { collections: added };
        }
        let mut collections = added.to_vec();
        for id in target_groups.iter().filter_map(|name| self.by_name.get(&key(name))) {
            collections.push(*id);
            collections.extend_from_slice(&self.directory.ancestors(*id));
        }
        collections.sort_unstable();
        collections.dedup();
        ClientGroups { collections: collections.into() }
    }
}
