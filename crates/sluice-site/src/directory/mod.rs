//! Collections, update groups and deployments in memory: small, read at every check-in, replaced
//! as a whole when one of them changes.

mod tree;

use std::collections::HashMap;
use std::sync::Arc;

use roaring::RoaringBitmap;
use sluice_catalog::Fleet;
use sluice_catalog::planner::ResolvedDeployment;
use sluice_model::{
    CollectionId, Deployment, DeploymentId, DeploymentTarget, DeviceId, DeviceNumber, UpdateGroupId, UpdateId,
};
use sluice_store::collection::CollectionRecord;
use sluice_store::update_group::UpdateGroupRecord;
use sluice_store::{JobFuture, Reader, StoreError, Tx, audit, collection, deployment, update_group};
use tokio::sync::OwnedMutexGuard;

use crate::collections::ALL_DEVICES;
use crate::error::{SiteError, SiteResult};
use crate::load::usable;
use crate::site::Site;
use crate::windows::{self, Claims};
use tree::Tree;
pub(crate) use tree::{MAX_DEPTH, above};

/// Most collections, groups and deployments, of each: lists show them all, and each change of one
/// reads them all again.
const MAX_ENTRIES: usize = 10_000;

/// Refuses one more of `what` where there are as many as there may be.
pub(crate) fn room_for_one(what: &str, count: usize) -> SiteResult<()> {
    if count < MAX_ENTRIES {
        return Ok(());
    }
    Err(SiteError::conflict(format!("the site has {MAX_ENTRIES} {what} already"), "Delete some that are over."))
}

/// The right to change the directory. Who has it sees in the snapshot what is stored, so that no
/// change is decided on what another one is just replacing.
pub(crate) struct DirectoryTurn(#[expect(dead_code, reason = "held for its end")] OwnedMutexGuard<()>);

/// A snapshot of them all.
#[derive(Default)]
pub(crate) struct Directory {
    /// By name.
    pub(crate) collections: Vec<CollectionEntry>,
    /// By name.
    pub(crate) groups: Vec<GroupEntry>,
    /// Newest first.
    pub(crate) deployments: Vec<Arc<Deployment>>,
    collection_at: HashMap<CollectionId, usize>,
    group_at: HashMap<UpdateGroupId, usize>,
    deployment_at: HashMap<DeploymentId, usize>,
    /// Places of the deployments to a collection that are neither cancelled nor disabled.
    deployed_to: HashMap<CollectionId, Vec<usize>>,
    tree: Tree,
    /// Without what policies of devices claim; `None`: nothing is claimed.
    added: Option<Tree>,
}

/// A collection and its members.
pub(crate) struct CollectionEntry {
    pub(crate) record: CollectionRecord,
    /// Those that were added to it, and the members of all collections below it; sorted.
    members: Vec<DeviceId>,
}

/// A group and its updates.
pub(crate) struct GroupEntry {
    pub(crate) record: UpdateGroupRecord,
    pub(crate) updates: Vec<UpdateId>,
}

impl Directory {
    /// A row that cannot be read is logged and left out: what it asks for is not enforced. Devices
    /// that `claims` names are members as if they had been added.
    pub(crate) async fn load(reader: &mut Reader, claims: &Claims) -> Result<Self, StoreError> {
        let mut members: HashMap<CollectionId, Vec<DeviceId>> = HashMap::new();
        for (collection, device) in collection::all_members(reader).await? {
            members.entry(collection).or_default().push(device);
        }
        let mut collections = Vec::new();
        collection::load(reader, |row| {
            collections.extend(usable(row).map(|record| {
                let members = members.remove(&record.id).unwrap_or_default();
                (record, members)
            }));
            Ok(())
        })
        .await?;
        let mut updates: HashMap<UpdateGroupId, Vec<UpdateId>> = HashMap::new();
        for (group, update) in update_group::all_members(reader).await? {
            updates.entry(group).or_default().push(update);
        }
        let mut groups = Vec::new();
        update_group::load(reader, |row| {
            groups.extend(usable(row).map(|record| {
                let updates = updates.remove(&record.id).unwrap_or_default();
                GroupEntry { record, updates }
            }));
            Ok(())
        })
        .await?;
        let mut deployments = Vec::new();
        deployment::load(reader, |row| {
            deployments.extend(usable(row).map(Arc::new));
            Ok(())
        })
        .await?;
        if claims.is_empty() {
            return Ok(Self::new(collections, groups, deployments));
        }
        let added = Some(Tree::of(&collections));
        for (record, members) in &mut collections {
            members.extend(claims.of(record));
        }
        Ok(Self { added, ..Self::new(collections, groups, deployments) })
    }

    /// Collections with the members that were added to each, groups, and deployments, newest first.
    pub(crate) fn new(
        collections: Vec<(CollectionRecord, Vec<DeviceId>)>,
        groups: Vec<GroupEntry>,
        deployments: Vec<Arc<Deployment>>,
    ) -> Self {
        let tree = Tree::of(&collections);
        let mut below = tree.members_below(&collections);
        let entry = |(record, mut members): (CollectionRecord, Vec<DeviceId>)| {
            members.extend(below.remove(&record.id).unwrap_or_default());
            members.sort_unstable();
            members.dedup();
            CollectionEntry { record, members }
        };
        let collections: Vec<_> = collections.into_iter().map(entry).collect();
        let mut deployed_to: HashMap<CollectionId, Vec<usize>> = HashMap::new();
        for (at, deployment) in deployments.iter().enumerate() {
            if deployment.enabled && deployment.cancelled_at.is_none() {
                deployed_to.entry(deployment.spec.collection).or_default().push(at);
            }
        }
        Self {
            collection_at: collections.iter().enumerate().map(|(at, c)| (c.record.id, at)).collect(),
            group_at: groups.iter().enumerate().map(|(at, g)| (g.record.id, at)).collect(),
            deployment_at: deployments.iter().enumerate().map(|(at, d)| (d.id, at)).collect(),
            deployed_to,
            tree,
            added: None,
            collections,
            groups,
            deployments,
        }
    }

    pub(crate) fn collection(&self, id: CollectionId) -> Option<&CollectionEntry> {
        self.collections.get(*self.collection_at.get(&id)?)
    }

    pub(crate) fn group(&self, id: UpdateGroupId) -> Option<&GroupEntry> {
        self.groups.get(*self.group_at.get(&id)?)
    }

    pub(crate) fn deployment(&self, id: DeploymentId) -> Option<&Arc<Deployment>> {
        self.deployments.get(*self.deployment_at.get(&id)?)
    }

    /// The collection that each collection is directly a part of.
    pub(crate) fn parents(&self) -> HashMap<CollectionId, CollectionId> {
        self.collections.iter().filter_map(|c| Some((c.record.id, c.record.parent?))).collect()
    }

    /// The collections above one, nearest first.
    pub(crate) fn ancestors(&self, id: CollectionId) -> Arc<[CollectionId]> {
        self.tree.ancestors(id)
    }

    /// The collections a device is in, with all above them; sorted.
    pub(crate) fn collections_of(&self, device: DeviceId) -> Arc<[CollectionId]> {
        self.tree.collections_of(device)
    }

    /// The same, without what its policy claimed when the snapshot was made.
    pub(crate) fn collections_added_to(&self, device: DeviceId) -> Arc<[CollectionId]> {
        self.added.as_ref().unwrap_or(&self.tree).collections_of(device)
    }

    /// The deployments to a device's collections that are neither cancelled nor disabled, newest
    /// first.
    pub(crate) fn deployments_to(&self, device: DeviceId) -> impl Iterator<Item = &Arc<Deployment>> {
        let collections = self.collections_of(device);
        let mut places: Vec<usize> =
            collections.iter().filter_map(|id| self.deployed_to.get(id)).flatten().copied().collect();
        places.sort_unstable();
        places.into_iter().filter_map(|at| self.deployments.get(at))
    }

    /// The updates of a deployment; a group's as they are now.
    pub(crate) fn updates<'a>(&'a self, deployment: &'a Deployment) -> &'a [UpdateId] {
        match &deployment.spec.target {
            DeploymentTarget::Updates(updates) => updates,
            DeploymentTarget::Group(group) => self.group(*group).map_or(&[], |g| &g.updates),
        }
    }

    pub(crate) fn resolve(&self, deployment: &Arc<Deployment>, fleet: &Fleet) -> ResolvedDeployment {
        let collection = self.collection(deployment.spec.collection);
        let devices = collection.map_or_else(RoaringBitmap::new, |c| c.own_devices(fleet));
        self.resolved(deployment, devices)
    }

    /// A deployment as far as it concerns some devices.
    pub(crate) fn resolved(&self, deployment: &Arc<Deployment>, devices: RoaringBitmap) -> ResolvedDeployment {
        ResolvedDeployment::new(Arc::clone(deployment), self.updates(deployment).to_vec(), devices)
            .with_ancestors(self.ancestors(deployment.spec.collection))
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

    /// The same without devices of servers further down: those get deployments from their own server.
    fn own_devices(&self, fleet: &Fleet) -> RoaringBitmap {
        let own = |number: &u32| fleet.device(DeviceNumber(*number)).is_some_and(|row| row.origin().is_none());
        self.devices(fleet).into_iter().filter(own).collect()
    }

    pub(crate) fn contains(&self, device: DeviceId) -> bool {
        self.record.id == ALL_DEVICES || self.members.binary_search(&device).is_ok()
    }
}

impl Site {
    /// Waits for the turn to change the directory; to be taken before anything is checked.
    pub(crate) async fn directory_turn(&self) -> DirectoryTurn {
        DirectoryTurn(Arc::clone(&self.directory_lock).lock_owned().await)
    }

    /// Stores a change with its line of the audit, and serves it.
    pub(crate) async fn change_directory<F>(
        self: &Arc<Self>,
        turn: DirectoryTurn,
        entry: audit::AuditEntry,
        change: F,
    ) -> SiteResult<()>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> JobFuture<'t, ()> + Send + 'static,
    {
        let site = Arc::clone(self);
        let work = async move {
            site.store
                .write(move |tx| {
                    Box::pin(async move {
                        change(tx).await?;
                        audit::append(tx, entry).await.map(drop)
                    })
                })
                .await?;
            site.reload_directory(&turn).await
        };
        self.to_the_end(work).await
    }

    /// Serves the directory as it is stored.
    pub(crate) async fn reload_directory(&self, _turn: &DirectoryTurn) -> SiteResult<()> {
        let mut reader = self.store.snapshot().await?;
        let claims = self.windows.claims();
        self.directory.store(Arc::new(Directory::load(&mut reader, &claims).await?));
        drop(reader);
        windows::view::rebuild(self).await?;
        self.sites.news.raise();
        windows::told::announce(self).await
    }
}
