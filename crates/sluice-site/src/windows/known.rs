//! What the site must know of a Windows client at every request, without a lock.
//!
//! Agents of Linux devices are not here (`crate::known`): a client id is no credential.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use arc_swap::ArcSwap;
use sluice_model::{DeviceId, DeviceNumber, RevisionId};
use tokio::sync::Mutex;

/// Shards. A new client copies one: 400 entries with 100,000 clients.
const SHARDS: u64 = 256;

type Shard = HashMap<DeviceId, Arc<KnownClient>>;

/// Every registered Windows client.
pub(crate) struct KnownClients {
    shards: Vec<ArcSwap<Shard>>,
    /// Keyed by chance: client ids are chosen by strangers, who could otherwise fill one shard.
    hasher: RandomState,
}

/// One client.
pub(crate) struct KnownClient {
    /// Its device.
    pub(crate) device: DeviceId,
    /// The device's dense number.
    pub(crate) number: DeviceNumber,
    target_groups: ArcSwap<Vec<Box<str>>>,
    /// The target groups are others than those stored.
    new_groups: AtomicBool,
    /// Fingerprint of the product attributes that were last noted; 0: of none.
    attributes: AtomicU64,
    /// See [`KnownClient::scanned`].
    scanned: AtomicU32,
    /// Held from reading what is stored of the client until its successor is.
    pub(crate) turn: Arc<Mutex<()>>,
}

impl KnownClient {
    /// A client as it is stored.
    pub(crate) fn new(device: DeviceId, number: DeviceNumber, target_groups: Vec<Box<str>>) -> Self {
        Self {
            device,
            number,
            target_groups: ArcSwap::from_pointee(target_groups),
            new_groups: AtomicBool::new(false),
            attributes: AtomicU64::new(0),
            scanned: AtomicU32::new(0),
            turn: Arc::default(),
        }
    }

    /// The target groups that its policy names.
    pub(crate) fn target_groups(&self) -> Arc<Vec<Box<str>>> {
        self.target_groups.load_full()
    }

    /// Notes the target groups that its policy names now; a reconciler stores them.
    pub(crate) fn tell_groups(&self, groups: &[Box<str>]) {
        if **self.target_groups.load() != groups {
            self.target_groups.store(Arc::new(groups.to_vec()));
            self.new_groups.store(true, Ordering::Release);
        }
    }

    /// The target groups, when they are not stored yet; from now on they count as stored.
    pub(crate) fn take_new_groups(&self) -> Option<Arc<Vec<Box<str>>>> {
        self.new_groups.swap(false, Ordering::AcqRel).then(|| self.target_groups())
    }

    /// They could not be stored.
    pub(crate) fn keep_new_groups(&self) {
        self.new_groups.store(true, Ordering::Release);
    }

    /// Whether these attributes are others than those noted before.
    pub(crate) fn changes_attributes(&self, fingerprint: u64) -> bool {
        self.attributes.swap(fingerprint, Ordering::Relaxed) != fingerprint
    }

    /// They could not be noted: they count as news when they come again.
    pub(crate) fn forget_attributes(&self) {
        self.attributes.store(0, Ordering::Relaxed);
    }

    /// The highest listed revision there was when its last round of software ended: what the status
    /// it reports next can be about. `None`: no round since the site started.
    pub(crate) fn scanned(&self) -> Option<RevisionId> {
        Some(self.scanned.load(Ordering::Relaxed)).filter(|revision| *revision != 0).map(RevisionId)
    }

    /// A round of software ended.
    pub(crate) fn note_scan(&self, newest: RevisionId) {
        self.scanned.store(newest.0, Ordering::Relaxed);
    }
}

impl Default for KnownClients {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| ArcSwap::default()).collect(), hasher: RandomState::new() }
    }
}

impl KnownClients {
    fn shard(&self, id: DeviceId) -> &ArcSwap<Shard> {
        let at = usize::try_from(self.hasher.hash_one(id) % SHARDS).unwrap_or(0);
        self.shards.get(at).unwrap_or(&self.shards[0])
    }

    pub(crate) fn get(&self, id: DeviceId) -> Option<Arc<KnownClient>> {
        self.shard(id).load().get(&id).cloned()
    }

    pub(crate) fn insert(&self, client: KnownClient) -> Arc<KnownClient> {
        let client = Arc::new(client);
        self.shard(client.device).rcu(|shard| {
            let mut next = Shard::clone(shard);
            next.insert(client.device, Arc::clone(&client));
            next
        });
        client
    }

    pub(crate) fn remove(&self, id: DeviceId) {
        self.shard(id).rcu(|shard| {
            let mut next = Shard::clone(shard);
            next.remove(&id);
            next
        });
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.load().len()).sum()
    }

    /// All of them, as they are at the moment each shard is read.
    pub(crate) fn all(&self) -> impl Iterator<Item = Arc<KnownClient>> {
        self.shards.iter().flat_map(|shard| shard.load().values().cloned().collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_come_and_go() {
        let known = KnownClients::default();
        let ids: Vec<_> = (0..1_000).map(|n| DeviceId::of_windows_client(&n.to_string())).collect();
        for (number, id) in (0..).zip(&ids) {
            known.insert(KnownClient::new(*id, DeviceNumber(number), Vec::new()));
        }
        assert!((0..).zip(&ids).all(|(number, id)| known.get(*id).unwrap().number.0 == number));
        assert_eq!((known.all().count(), known.len()), (1_000, 1_000));
        known.remove(ids[7]);
        assert!(known.get(ids[7]).is_none());
        assert_eq!(known.all().count(), 999);
    }

    #[test]
    fn attributes_are_news_once() {
        let client = KnownClient::new(DeviceId::of_windows_client("a"), DeviceNumber(1), Vec::new());
        assert!(client.changes_attributes(5) && !client.changes_attributes(5) && client.changes_attributes(6));
        client.forget_attributes();
        assert!(client.changes_attributes(6));
    }

    #[test]
    fn new_groups_wait_to_be_stored() {
        let client = KnownClient::new(DeviceId::of_windows_client("a"), DeviceNumber(1), vec!["old".into()]);
        client.tell_groups(&["old".into()]);
        assert_eq!(client.take_new_groups(), None);
        client.tell_groups(&["new".into()]);
        assert_eq!(client.take_new_groups().unwrap()[0], "new".into());
        assert_eq!(client.take_new_groups(), None);
        client.keep_new_groups();
        assert!(client.take_new_groups().is_some());
    }
}
