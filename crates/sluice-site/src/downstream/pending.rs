//! Servers that asked and that nobody approved: in memory only, because anybody can make up
//! thousands.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use sluice_model::ServerId;

use crate::windows::newcomers::address;

/// Most that are kept: a hundred times what an administrator looks through.
const MAX: usize = 1_000;

/// Most of one address, so that nobody pushes out all others.
const MAX_PER_ADDRESS: usize = 16;

/// A server that asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingServer {
    pub(crate) name: String,
    pub(crate) peer: IpAddr,
    pub(crate) first_at: Timestamp,
    pub(crate) last_at: Timestamp,
    pub(crate) sluice: bool,
}

/// Those that asked; beyond a limit the one heard longest ago goes.
#[derive(Default)]
pub(crate) struct Pending {
    servers: Mutex<HashMap<ServerId, PendingServer>>,
    refused: AtomicU64,
}

impl Pending {
    /// Notes one.
    pub(super) fn note(&self, id: ServerId, name: &str, peer: IpAddr, sluice: bool, now: Timestamp) {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        let first_at = servers.remove(&id).map_or(now, |known| known.first_at);
        let here = address(peer);
        let same = |server: &PendingServer| address(server.peer) == here;
        let crowded = servers.values().filter(|server| same(server)).count() >= MAX_PER_ADDRESS;
        if crowded || servers.len() >= MAX {
            let candidates = servers.iter().filter(|(_, server)| !crowded || same(server));
            let oldest = candidates.min_by_key(|(id, server)| (server.last_at, **id)).map(|(id, _)| *id);
            oldest.map(|oldest| servers.remove(&oldest));
        }
        servers.insert(id, PendingServer { name: name.to_owned(), peer, first_at, last_at: now, sluice });
    }

    /// Counts a server that was refused.
    pub(super) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// How often a server was refused since the site started.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    pub(super) fn get(&self, id: ServerId) -> Option<PendingServer> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    pub(super) fn remove(&self, id: ServerId) -> Option<PendingServer> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
    }

    /// All, in no order.
    pub(super) fn all(&self) -> Vec<(ServerId, PendingServer)> {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.iter().map(|(id, server)| (*id, server.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> ServerId {
        ServerId(Uuid::from_u128(number))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn one_address_pushes_out_only_its_own() {
        let pending = Pending::default();
        pending.note(id(0), "first", "192.0.2.1".parse().unwrap(), false, at(0));
        for number in 1..=40 {
            let peer = format!("2001:db8::{number:x}").parse().unwrap();
            pending.note(id(number), "many", peer, false, at(i64::try_from(number).unwrap()));
        }
        assert_eq!(pending.all().len(), 1 + MAX_PER_ADDRESS);
        assert!(pending.get(id(0)).is_some() && pending.get(id(40)).is_some() && pending.get(id(1)).is_none());
    }

    #[test]
    fn many_addresses_are_bounded_too_and_a_server_counts_once() {
        let pending = Pending::default();
        for number in 0..MAX + 5 {
            let peer = format!("10.{}.{}.1", number / 200, number % 200).parse().unwrap();
            let now = at(i64::try_from(number).unwrap());
            pending.note(id(number as u128), "x", peer, true, now);
            pending.note(id(number as u128), "y", peer, true, now);
        }
        assert_eq!(pending.all().len(), MAX);
        assert!(pending.get(id(4)).is_none());
        assert_eq!(pending.remove(id(5)).unwrap().name, "y");
    }
}
