//! GetDeployments: what a replica takes over (\[MS-WSUSSS\] 3.1.4.10): all groups, declined updates
//! and accepted licence terms each time; deployments that are new, changed or gone since it asked.
//!
//! What was told is kept with the number of its change, and compared with what is in force when
//! somebody asks. So it does not matter what changed it, or whether the site was killed in between.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use jiff::Timestamp;
use sluice_catalog::Catalog;
use sluice_model::{
    Deployment, DeploymentId, DeploymentPriority, Intent, RestartBehaviour, RevisionId, UpdateId, UserNotification,
};
use sluice_store::{Reader, StoreError, meta};
use tokio::sync::Mutex;
use uuid::{Uuid, uuid};

use super::anchor::Anchor;
use super::fault::{ServerFault, ServerResult};
use crate::collections::ALL_DEVICES;
use crate::digest::sha256;
use crate::directory::Directory;
use crate::error::chain;
use crate::site::Site;

/// Where what was told is kept.
const META: &str = "downstream-deployments-told";

/// Most deployments of single updates that replicas are told of; what is beyond is not in force
/// there, and counted.
const MAX_DEPLOYMENTS: usize = 100_000;

/// Most that are remembered as gone. A replica that was away while more went is told of the newest.
const MAX_GONE: usize = 20_000;

/// The group of all computers, which every WSUS has.
pub const ALL_COMPUTERS: Uuid = uuid!("a0a08746-4dbe-4a37-9adf-9e7652c0b421");

/// The group of computers that are in no other, which every WSUS has.
pub const UNASSIGNED_COMPUTERS: Uuid = uuid!("b73ca6ed-5727-47f3-84de-015e03f6a88a");

/// Namespace of the GUIDs of deployments of single updates (RFC 9562 §5.5).
const NAMESPACE: Uuid = uuid!("6a4e0f5b-8c0d-4f57-9f0c-1d8f5a6e3b72");

/// A group as replicas get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaGroup {
    /// The collection, or one of the two that every WSUS has.
    pub id: Uuid,
    /// What it is a part of; nil for all computers.
    pub parent: Uuid,
    /// Its name.
    pub name: String,
    /// Every WSUS has it.
    pub built_in: bool,
}

/// What a replica's devices are to do with an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReplicaAction {
    /// Install it.
    Install,
    /// Remove it.
    Uninstall,
    /// Hide it.
    Block,
}

/// A deployment of one update as replicas get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaDeployment {
    /// The same on all replicas: made of the deployment and the update.
    pub guid: Uuid,
    /// The update.
    pub update: UpdateId,
    /// Its current revision.
    pub revision: u32,
    /// What to do. An available deployment is an installation without a deadline.
    pub action: ReplicaAction,
    /// Who decided it.
    pub by: String,
    /// Until when it must be done.
    pub deadline: Option<Timestamp>,
    /// Without anybody's doing.
    pub assigned: bool,
    /// From when on it holds.
    pub available_at: Timestamp,
    /// The group.
    pub group: Uuid,
    /// 1 low, 2 normal, 3 high.
    pub priority: u8,
    /// Whether devices may restart; told to a Sluice only.
    pub restart: Option<RestartBehaviour>,
    /// What users see; told to a Sluice only.
    pub notification: Option<UserNotification>,
}

/// What a replica takes over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplicaDecisions {
    /// Where the replica is left.
    pub anchor: String,
    /// All groups.
    pub groups: Vec<ReplicaGroup>,
    /// Deployments that are new or changed.
    pub deployments: Vec<ReplicaDeployment>,
    /// Deployments that are no more.
    pub dead: Vec<Uuid>,
    /// All declined updates.
    pub hidden: Vec<UpdateId>,
    /// All licence terms that were accepted.
    pub licences: Vec<Uuid>,
}

/// What replicas were told.
pub(crate) struct Decisions {
    state: Mutex<State>,
    /// What was too much to tell, when it was last worked out.
    left_out: AtomicU64,
}

struct State {
    told: Arc<Told>,
    /// Worked out by whoever asks first after something changed.
    last: Option<InForce>,
}

/// What was in force with some snapshots, which are not kept for it.
struct InForce {
    catalog: Weak<Catalog>,
    directory: Weak<Directory>,
    all: Arc<Vec<ReplicaDeployment>>,
}

impl InForce {
    /// Whether it is of these snapshots. No other can have the address of one as long as a weak reference to it is kept.
    fn is_of(&self, catalog: &Arc<Catalog>, directory: &Arc<Directory>) -> bool {
        self.catalog.as_ptr() == Arc::as_ptr(catalog) && self.directory.as_ptr() == Arc::as_ptr(directory)
    }
}

/// What is in force with the present snapshots, and what was told of it.
struct Present {
    catalog: Arc<Catalog>,
    directory: Arc<Directory>,
    told: Arc<Told>,
    all: Arc<Vec<ReplicaDeployment>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    /// Fingerprint, and the change with which it came.
    live: BTreeMap<Uuid, (u64, u64)>,
    /// The change with which it went.
    gone: BTreeMap<Uuid, u64>,
    last: u64,
    /// The first change of this memory: what was told before is not known any more.
    first: u64,
}

const LIVE: u8 = 1;
const GONE: u8 = 2;
const ENTRY: usize = 1 + 16 + 8 + 8;

impl Told {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (first, bytes) = bytes.split_first_chunk()?;
        let (last, entries) = bytes.split_first_chunk()?;
        let mut told = Self { first: u64::from_be_bytes(*first), last: u64::from_be_bytes(*last), ..Self::default() };
        let (entries, rest) = entries.as_chunks::<ENTRY>();
        for entry in entries {
            let (kind, entry) = entry.split_first()?;
            let (guid, entry) = entry.split_first_chunk()?;
            let (fingerprint, change) = entry.split_first_chunk()?;
            let (guid, fingerprint) = (Uuid::from_bytes(*guid), u64::from_be_bytes(*fingerprint));
            let change = u64::from_be_bytes(change.try_into().ok()?);
            match *kind {
                LIVE => told.live.insert(guid, (fingerprint, change)).map(drop),
                GONE => told.gone.insert(guid, change).map(drop),
                _ => return None,
            };
        }
        rest.is_empty().then_some(told)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(16 + (self.live.len() + self.gone.len()) * ENTRY);
        bytes.extend_from_slice(&self.first.to_be_bytes());
        bytes.extend_from_slice(&self.last.to_be_bytes());
        let live = self.live.iter().map(|(guid, (fingerprint, change))| (LIVE, guid, *fingerprint, *change));
        let gone = self.gone.iter().map(|(guid, change)| (GONE, guid, 0, *change));
        for (kind, guid, fingerprint, change) in live.chain(gone) {
            bytes.push(kind);
            bytes.extend_from_slice(guid.as_bytes());
            bytes.extend_from_slice(&fingerprint.to_be_bytes());
            bytes.extend_from_slice(&change.to_be_bytes());
        }
        bytes
    }

    /// What was told when this is in force.
    fn with(&self, now: &[ReplicaDeployment]) -> Self {
        let mut next = Self { first: self.first, last: self.last, ..Self::default() };
        let change = self.last + 1;
        for deployment in now {
            let fingerprint = fingerprint(deployment);
            let known = self.live.get(&deployment.guid).filter(|(known, _)| *known == fingerprint);
            next.live.insert(deployment.guid, (fingerprint, known.map_or(change, |(_, change)| *change)));
        }
        next.gone.clone_from(&self.gone);
        next.gone.retain(|guid, _| !next.live.contains_key(guid));
        let went = self.live.keys().filter(|guid| !next.live.contains_key(guid));
        next.gone.extend(went.map(|guid| (*guid, change)));
        while next.gone.len() > MAX_GONE {
            let oldest = next.gone.iter().min_by_key(|(guid, change)| (**change, **guid)).map(|(guid, _)| *guid);
            let Some(oldest) = oldest else { break };
            next.gone.remove(&oldest);
        }
        if next.live != self.live || next.gone != self.gone {
            next.last = change;
        }
        next
    }
}

impl Decisions {
    /// As they were told. When that is damaged, who was told is told that the server changed, and asks for all.
    pub(super) async fn load(reader: &mut Reader, now: Timestamp) -> Result<Self, StoreError> {
        let stored = meta::get(reader, META).await?;
        let told = stored.map(|bytes| {
            Told::read(&bytes).unwrap_or_else(|| {
                tracing::error!("what replicas were told of deployments is damaged; they are told all of it again");
                // Beyond all numbers there were: changes are far fewer than seconds.
                let first = u64::try_from(now.as_second()).unwrap_or(0);
                Told { first, last: first, ..Told::default() }
            })
        });
        let state = State { told: Arc::new(told.unwrap_or_default()), last: None };
        Ok(Self { state: Mutex::new(state), left_out: AtomicU64::new(0) })
    }

    /// How many deployments of single updates replicas are not told of, because there are too many.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out.load(Ordering::Relaxed)
    }
}

impl Site {
    /// What a replica takes over.
    ///
    /// # Errors
    /// Those of the cookie; `InvalidParameters` and `ServerChanged` of the anchors.
    pub async fn downstream_decisions(
        &self,
        cookie: &[u8],
        deployment_anchor: &str,
        sync_anchor: &str,
    ) -> ServerResult<ReplicaDecisions> {
        let open = self.open_server(cookie)?;
        let epoch = self.windows.cookies.epoch();
        let since = match deployment_anchor {
            "" => 0,
            anchor => Anchor::parse(anchor, epoch, "deploymentAnchor")?.change,
        };
        let synchronized = Anchor::parse(sync_anchor, epoch, "syncAnchor")?.revision;
        open.known.change(|record| record.replica = true);
        // The Linux updates of a replica that is a Sluice have the same identities as here, and it understands all that
        // is said of a deployment.
        let sluice = open.cookie.sluice;
        let is_known = |told: &Told| deployment_anchor.is_empty() || (told.first..=told.last).contains(&since);
        let Present { catalog, directory, told, all } = self.told_now(is_known).await?;
        let work = move || {
            let mut reached = told.last;
            let mut deployments = Vec::new();
            for deployment in all.iter() {
                let Some((_, change)) = told.live.get(&deployment.guid).copied() else { continue };
                let Some(revision) = catalog.current(deployment.update) else { continue };
                let windows = catalog.revision(revision).is_some_and(|update| update.content.windows().is_some());
                if change <= since || !(windows || sluice) {
                    continue;
                }
                if windows && revision > synchronized {
                    // The replica does not know the update yet: it is told when it does.
                    reached = reached.min(change - 1);
                } else {
                    let mut deployment = deployment.clone();
                    if !sluice {
                        (deployment.restart, deployment.notification) = (None, None);
                    }
                    deployments.push(deployment);
                }
            }
            let hidden = catalog.declined_revisions().iter().filter_map(|id| catalog.revision(RevisionId(id)));
            ReplicaDecisions {
                anchor: Anchor { epoch, revision: synchronized, change: reached.max(since) }.to_text(),
                groups: groups(&directory),
                deployments,
                dead: told.gone.iter().filter(|(_, change)| **change > since).map(|(guid, _)| *guid).collect(),
                hidden: hidden.map(|update| update.id).collect(),
                licences: catalog.accepted_licences().collect(),
            }
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| ServerFault::Internal)
    }

    /// What is in force, and what replicas are told of it, which is stored. `ServerChanged` when `is_known` says that
    /// the one who asks was told something else.
    async fn told_now(&self, is_known: impl FnOnce(&Told) -> bool) -> ServerResult<Present> {
        let decisions = &self.downstream.decisions;
        // Others wait for what is worked out, not to work it out as well.
        let mut state = decisions.state.lock().await;
        if !is_known(&state.told) {
            return Err(ServerFault::ServerChanged);
        }
        // Only now: what an older snapshot says must not take the place of what a newer one said.
        let (catalog, directory) = (self.catalog(), self.directory.load_full());
        if let Some(last) = state.last.as_ref().filter(|last| last.is_of(&catalog, &directory)) {
            let (told, all) = (Arc::clone(&state.told), Arc::clone(&last.all));
            return Ok(Present { catalog, directory, told, all });
        }
        let (told, snapshots) = (Arc::clone(&state.told), (Arc::clone(&catalog), Arc::clone(&directory)));
        let work = tokio::task::spawn_blocking(move || {
            let (all, left_out) = in_force(&snapshots.0, &snapshots.1);
            let next = told.with(&all);
            let changed = (next != *told).then(|| (next.to_bytes(), Arc::new(next)));
            (Arc::new(all), left_out, changed)
        });
        let (all, left_out, changed) = work.await.map_err(|_| ServerFault::Internal)?;
        if let Some((bytes, next)) = changed {
            let stored = self.store.write(move |tx| Box::pin(async move { meta::set(tx, META, &bytes).await })).await;
            stored.map_err(|error| {
                tracing::error!(error = chain(&error), "what replicas are told of deployments could not be stored");
                ServerFault::Internal
            })?;
            state.told = next;
        }
        if decisions.left_out.swap(left_out, Ordering::Relaxed) != left_out && left_out > 0 {
            tracing::warn!(
                left_out,
                told = MAX_DEPLOYMENTS,
                "replicas are not told of all deployments; cancel old ones, or deploy to fewer collections"
            );
        }
        let (of_catalog, of_directory) = (Arc::downgrade(&catalog), Arc::downgrade(&directory));
        state.last = Some(InForce { catalog: of_catalog, directory: of_directory, all: Arc::clone(&all) });
        Ok(Present { catalog, directory, told: Arc::clone(&state.told), all })
    }
}

/// The deployments of single updates that are to hold, now or later, and how many were too many.
fn in_force(catalog: &Catalog, directory: &Directory) -> (Vec<ReplicaDeployment>, u64) {
    let live =
        directory.deployments.iter().filter(|deployment| deployment.enabled && deployment.cancelled_at.is_none());
    let all = live.flat_map(|deployment| {
        directory.updates(deployment).iter().filter_map(|update| of_one(catalog, deployment, *update))
    });
    let (mut all, left_out) = bounded(all, MAX_DEPLOYMENTS);
    all.sort_unstable_by_key(|deployment| deployment.guid);
    (all, left_out)
}

/// As many as may be, and how many more there are.
fn bounded<T>(mut all: impl Iterator<Item = T>, most: usize) -> (Vec<T>, u64) {
    let kept = all.by_ref().take(most).collect();
    (kept, all.count() as u64)
}

fn of_one(catalog: &Catalog, deployment: &Arc<Deployment>, id: UpdateId) -> Option<ReplicaDeployment> {
    let (_, update) = catalog.update(id)?;
    let spec = &deployment.spec;
    let (action, assigned) = match spec.intent {
        Intent::Required => (ReplicaAction::Install, true),
        Intent::Available => (ReplicaAction::Install, false),
        Intent::Uninstall => (ReplicaAction::Uninstall, true),
        Intent::Block => (ReplicaAction::Block, true),
    };
    Some(ReplicaDeployment {
        guid: guid(deployment.id, id),
        update: id,
        revision: update.number,
        action,
        by: deployment.created_by.clone(),
        deadline: spec.deadline,
        assigned,
        available_at: spec.available_at,
        group: if spec.collection == ALL_DEVICES { ALL_COMPUTERS } else { spec.collection.0 },
        priority: match spec.priority {
            DeploymentPriority::Low => 1,
            DeploymentPriority::Normal => 2,
            DeploymentPriority::High => 3,
        },
        restart: Some(spec.restart),
        notification: Some(spec.notification),
    })
}

fn guid(deployment: DeploymentId, update: UpdateId) -> Uuid {
    let mut name = deployment.0.into_bytes().to_vec();
    name.extend_from_slice(update.0.as_bytes());
    Uuid::new_v5(&NAMESPACE, &name)
}

fn fingerprint(deployment: &ReplicaDeployment) -> u64 {
    let digest = sha256(format!("{deployment:?}").as_bytes());
    let first = digest.first_chunk().copied();
    u64::from_be_bytes(first.unwrap_or_default())
}

/// The collections as groups, below the two that every WSUS has.
fn groups(directory: &Directory) -> Vec<ReplicaGroup> {
    let built_in = |id, parent, name: &str| ReplicaGroup { id, parent, name: name.to_owned(), built_in: true };
    let mut groups = vec![
        built_in(ALL_COMPUTERS, Uuid::nil(), "All Computers"),
        built_in(UNASSIGNED_COMPUTERS, ALL_COMPUTERS, "Unassigned Computers"),
    ];
    let own = directory.collections.iter().filter(|collection| collection.record.id != ALL_DEVICES);
    groups.extend(own.map(|collection| {
        let parent = collection.record.parent.filter(|parent| *parent != ALL_DEVICES);
        ReplicaGroup {
            id: collection.record.id.0,
            parent: parent.map_or(ALL_COMPUTERS, |parent| parent.0),
            name: collection.record.name.to_string(),
            built_in: false,
        }
    }));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(number: u128, revision: u32) -> ReplicaDeployment {
        ReplicaDeployment {
            guid: Uuid::from_u128(number),
            update: UpdateId(Uuid::from_u128(number)),
            revision,
            action: ReplicaAction::Install,
            by: "ada".into(),
            deadline: None,
            assigned: false,
            available_at: Timestamp::UNIX_EPOCH,
            group: ALL_COMPUTERS,
            priority: 2,
            restart: None,
            notification: None,
        }
    }

    #[test]
    fn what_is_too_much_is_counted() {
        assert_eq!(bounded(0..5, 3), (vec![0, 1, 2], 2));
        assert_eq!(bounded(0..3, 3), (vec![0, 1, 2], 0));
    }

    #[test]
    fn what_is_in_force_is_known_by_its_snapshots_and_does_not_keep_them() {
        let (catalog, directory) = (Arc::new(Catalog::default()), Arc::new(Directory::default()));
        let last =
            InForce { catalog: Arc::downgrade(&catalog), directory: Arc::downgrade(&directory), all: Arc::default() };
        assert!(last.is_of(&catalog, &directory));
        assert!(!last.is_of(&Arc::new(Catalog::default()), &directory));
        assert!(!last.is_of(&catalog, &Arc::new(Directory::default())));
        drop(catalog);
        assert!(last.catalog.upgrade().is_none());
        // Its address is not given to another as long as it is remembered.
        let others: Vec<_> = (0..100).map(|_| Arc::new(Catalog::default())).collect();
        assert!(others.iter().all(|other| !last.is_of(other, &directory)));
    }

    #[test]
    fn changes_are_numbered_and_what_went_is_remembered_until_it_comes_back() {
        let id = Uuid::from_u128;
        let first = Told::default().with(&[deployment(1, 1), deployment(2, 1)]);
        assert_eq!((first.last, first.live[&id(1)].1), (1, 1));
        assert_eq!(first.with(&[deployment(1, 1), deployment(2, 1)]), first, "nothing new, nothing to store");
        let second = first.with(&[deployment(1, 2)]);
        assert_eq!((second.last, second.live[&id(1)].1, second.gone[&id(2)]), (2, 2, 2));
        let third = second.with(&[deployment(1, 2), deployment(2, 1)]);
        assert_eq!((third.live[&id(1)].1, third.live[&id(2)].1, third.gone.len()), (2, 3, 0));
        for told in [first, second, third] {
            assert_eq!(Told::read(&told.to_bytes()), Some(told));
        }
        assert_eq!(Told::read(&[]), None);
        assert_eq!(Told::read(&[0; 9]), None);
    }
}
