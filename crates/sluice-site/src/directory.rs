//! Collections, update groups and deployments in memory: small, read at every check-in, replaced
//! as a whole when one of them changes.

use std::collections::HashMap;
use std::sync::Arc;

use roaring::RoaringBitmap;
use sluice_catalog::Fleet;
use sluice_catalog::planner::ResolvedDeployment;
use sluice_model::{CollectionId, Deployment, DeploymentTarget, DeviceId, UpdateGroupId, UpdateId};
use sluice_store::collection::CollectionRecord;
use sluice_store::update_group::UpdateGroupRecord;
use sluice_store::{Reader, StoreError, collection, deployment, update_group};

use crate::collections::ALL_DEVICES;

/// A snapshot of them all.
#[derive(Default)]
pub(crate) struct Directory {
    pub(crate) collections: Vec<CollectionEntry>,
    pub(crate) groups: Vec<GroupEntry>,
    /// Newest first.
    pub(crate) deployments: Vec<Arc<Deployment>>,
}

/// A collection and its members.
pub(crate) struct CollectionEntry {
    pub(crate) record: CollectionRecord,
    /// Sorted.
    members: Vec<DeviceId>,
}

/// A group and its updates.
pub(crate) struct GroupEntry {
    pub(crate) record: UpdateGroupRecord,
    pub(crate) updates: Vec<UpdateId>,
}

impl Directory {
    pub(crate) async fn load(reader: &mut Reader) -> Result<Self, StoreError> {
        let mut members: HashMap<CollectionId, Vec<DeviceId>> = HashMap::new();
        for (collection, device) in collection::all_members(reader).await? {
            members.entry(collection).or_default().push(device);
        }
        let collections = collection::list(reader).await?.into_iter().map(|record| {
            let mut members = members.remove(&record.id).unwrap_or_default();
            members.sort_unstable();
            CollectionEntry { record, members }
        });
        let collections = collections.collect();
        let mut updates: HashMap<UpdateGroupId, Vec<UpdateId>> = HashMap::new();
        for (group, update) in update_group::all_members(reader).await? {
            updates.entry(group).or_default().push(update);
        }
        let groups = update_group::list(reader).await?.into_iter().map(|record| {
            let updates = updates.remove(&record.id).unwrap_or_default();
            GroupEntry { record, updates }
        });
        let groups = groups.collect();
        let deployments = deployment::list(reader).await?.into_iter().map(Arc::new).collect();
        Ok(Self { collections, groups, deployments })
    }

    pub(crate) fn collection(&self, id: CollectionId) -> Option<&CollectionEntry> {
        self.collections.iter().find(|c| c.record.id == id)
    }

    pub(crate) fn group(&self, id: UpdateGroupId) -> Option<&GroupEntry> {
        self.groups.iter().find(|g| g.record.id == id)
    }

    /// The updates of a deployment; a group's as they are now.
    pub(crate) fn updates<'a>(&'a self, deployment: &'a Deployment) -> &'a [UpdateId] {
        match &deployment.spec.target {
            DeploymentTarget::Updates(updates) => updates,
            DeploymentTarget::Group(group) => self.group(*group).map_or(&[], |g| &g.updates),
        }
    }

    pub(crate) fn resolve(&self, deployment: &Arc<Deployment>, fleet: &Fleet) -> ResolvedDeployment {
        let devices = self.collection(deployment.spec.collection).map_or_else(RoaringBitmap::new, |c| c.devices(fleet));
        ResolvedDeployment::new(Arc::clone(deployment), self.updates(deployment).to_vec(), devices)
    }
}

impl CollectionEntry {
    /// The members that exist, by number.
    pub(crate) fn devices(&self, fleet: &Fleet) -> RoaringBitmap {
        if self.record.id == ALL_DEVICES {
            return fleet.devices().map(|row| row.number.0).collect();
        }
        self.members.iter().filter_map(|id| fleet.number(*id)).map(|number| number.0).collect()
    }

    pub(crate) fn contains(&self, device: DeviceId) -> bool {
        self.record.id == ALL_DEVICES || self.members.binary_search(&device).is_ok()
    }
}
