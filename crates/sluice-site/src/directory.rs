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
use sluice_store::{JobFuture, Reader, StoreError, Tx, audit, collection, deployment, update_group};
use tokio::sync::OwnedMutexGuard;

use crate::collections::ALL_DEVICES;
use crate::error::{SiteError, SiteResult};
use crate::load::usable;
use crate::site::Site;

/// Most collections, groups and deployments, of each: all are walked at every check-in.
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
    /// A row that cannot be read is logged and left out: what it asks for is not enforced.
    pub(crate) async fn load(reader: &mut Reader) -> Result<Self, StoreError> {
        let mut members: HashMap<CollectionId, Vec<DeviceId>> = HashMap::new();
        for (collection, device) in collection::all_members(reader).await? {
            members.entry(collection).or_default().push(device);
        }
        let mut collections = Vec::new();
        collection::load(reader, |row| {
            collections.extend(usable(row).map(|record| {
                let mut members = members.remove(&record.id).unwrap_or_default();
                members.sort_unstable();
                CollectionEntry { record, members }
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
        self.directory.store(Arc::new(Directory::load(&mut reader).await?));
        Ok(())
    }
}
