//! What the site must know of a device at every contact, without a lock: the hash of its secret,
//! the hash of the inventory held, and what its agent last said.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use sluice_model::{DeviceId, DeviceNumber, Name};
use tokio::sync::Mutex;

/// Shards; a power of two. A new device copies one shard: 400 entries with 100,000 devices.
const SHARDS: usize = 256;

type Shard = HashMap<DeviceId, Arc<KnownDevice>>;

/// Every enrolled device.
pub(crate) struct KnownDevices {
    shards: Vec<ArcSwap<Shard>>,
}

/// One device.
pub(crate) struct KnownDevice {
    pub(crate) number: DeviceNumber,
    pub(crate) secret_hash: [u8; 32],
    /// Hash of the inventory in the store.
    pub(crate) inventory_hash: ArcSwapOption<[u8; 32]>,
    /// What its agent said at its last check-in since the site started.
    pub(crate) said: ArcSwapOption<Said>,
    /// What it calls itself now, when that is not what is stored.
    new_name: ArcSwapOption<Named>,
    /// [`crate::Site::device_turn`].
    pub(crate) turn: Arc<Mutex<()>>,
}

/// What a device calls itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: Name,
    pub(crate) agent_version: String,
}

impl KnownDevice {
    /// Notes a new name, to be stored by a reconciler.
    pub(crate) fn rename(&self, named: Named) {
        if self.new_name.load().as_deref() != Some(&named) {
            self.new_name.store(Some(Arc::new(named)));
        }
    }

    /// A new name is stored; one told since then stays to be stored.
    pub(crate) fn named_as_told(&self, told: &Arc<Named>) {
        self.new_name.compare_and_swap(&Some(Arc::clone(told)), None);
    }
}

/// What an agent said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) state: String,
    pub(crate) detail: String,
    pub(crate) can_install: bool,
}

impl Default for KnownDevices {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| ArcSwap::default()).collect() }
    }
}

impl KnownDevices {
    fn shard(&self, id: DeviceId) -> &ArcSwap<Shard> {
        // The last byte of a UUIDv7 is random.
        let at = usize::from(id.0.as_bytes()[15]) % SHARDS;
        self.shards.get(at).unwrap_or(&self.shards[0])
    }

    pub(crate) fn get(&self, id: DeviceId) -> Option<Arc<KnownDevice>> {
        self.shard(id).load().get(&id).cloned()
    }

    pub(crate) fn insert(
        &self,
        id: DeviceId,
        number: DeviceNumber,
        secret_hash: [u8; 32],
        inventory: Option<[u8; 32]>,
    ) {
        let device = Arc::new(KnownDevice {
            number,
            secret_hash,
            inventory_hash: ArcSwapOption::from(inventory.map(Arc::new)),
            said: ArcSwapOption::empty(),
            new_name: ArcSwapOption::empty(),
            turn: Arc::default(),
        });
        self.shard(id).rcu(|shard| {
            let mut next = Shard::clone(shard);
            next.insert(id, Arc::clone(&device));
            next
        });
    }

    /// The devices that told a new name since it was last stored.
    pub(crate) fn new_names(&self) -> Vec<(DeviceId, Arc<Named>)> {
        let mut found = Vec::new();
        for shard in &self.shards {
            found.extend(shard.load().iter().filter_map(|(id, known)| Some((*id, known.new_name.load_full()?))));
        }
        found
    }

    pub(crate) fn remove(&self, id: DeviceId) {
        self.shard(id).rcu(|shard| {
            let mut next = Shard::clone(shard);
            next.remove(&id);
            next
        });
    }
}
