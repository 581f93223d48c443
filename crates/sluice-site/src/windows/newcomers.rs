//! Clients that were authorized and have not registered yet: in memory only, because anybody can
//! make up thousands. For the console they are devices at their first contact.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use sluice_model::DeviceId;

/// Most newcomers.
const MAX: usize = 10_000;

/// Most of one address. Many clients share the address of a proxy, but they register a second after
/// they were authorized.
const MAX_PER_ADDRESS: usize = 1_000;

/// What a client said of itself before it registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    /// The id that its agent invented.
    pub client_id: String,
    /// Its name.
    pub dns_name: String,
    /// The target groups that its policy names.
    pub target_groups: Vec<Box<str>>,
    /// From where.
    pub peer: IpAddr,
    /// When it was last authorized.
    pub at: Timestamp,
}

/// The newcomers; beyond a limit the oldest goes. A lock, held for a moment by those that are
/// authorized or register: neither is on the way of a scan.
#[derive(Default)]
pub(crate) struct Newcomers(Mutex<Table>);

#[derive(Default)]
struct Table {
    entries: HashMap<DeviceId, (u64, Newcomer)>,
    /// By age.
    ages: BTreeMap<u64, DeviceId>,
    /// Ages by address.
    addresses: HashMap<IpAddr, BTreeMap<u64, DeviceId>>,
    next: u64,
}

impl Newcomers {
    /// Notes one, in the place of what it said before.
    pub(crate) fn note(&self, device: DeviceId, newcomer: Newcomer) {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.remove(device);
        let address = address(newcomer.peer);
        let of_address = table.addresses.get(&address).filter(|ages| ages.len() >= MAX_PER_ADDRESS);
        let oldest = of_address.and_then(|ages| ages.first_key_value());
        let oldest = oldest.or_else(|| (table.entries.len() >= MAX).then(|| table.ages.first_key_value()).flatten());
        if let Some(oldest) = oldest.map(|(_, device)| *device) {
            table.remove(oldest);
        }
        let age = table.next;
        table.next += 1;
        table.ages.insert(age, device);
        table.addresses.entry(address).or_default().insert(age, device);
        table.entries.insert(device, (age, newcomer));
    }

    /// What a client said.
    pub(crate) fn get(&self, device: DeviceId) -> Option<Newcomer> {
        let table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.entries.get(&device).map(|(_, newcomer)| newcomer.clone())
    }

    /// It is none any more.
    pub(crate) fn remove(&self, device: DeviceId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(device);
    }

    /// All, newest first.
    pub(crate) fn all(&self) -> Vec<(DeviceId, Newcomer)> {
        let table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let by_age = table.ages.values().rev();
        by_age.filter_map(|id| Some((*id, table.entries.get(id)?.1.clone()))).collect()
    }
}

impl Table {
    fn remove(&mut self, device: DeviceId) {
        let Some((age, newcomer)) = self.entries.remove(&device) else { return };
        self.ages.remove(&age);
        let address = address(newcomer.peer);
        if let Some(ages) = self.addresses.get_mut(&address) {
            ages.remove(&age);
            if ages.is_empty() {
                self.addresses.remove(&address);
            }
        }
    }
}

/// What counts as one address: of IPv6 a network, because a machine has as many addresses as it
/// likes.
pub(crate) fn address(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newcomer(peer: &str) -> Newcomer {
        Newcomer {
            client_id: "c".into(),
            dns_name: "pc".into(),
            target_groups: Vec::new(),
            peer: peer.parse().unwrap(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn device(n: usize) -> DeviceId {
        DeviceId::of_windows_client(&n.to_string())
    }

    #[test]
    fn one_address_pushes_out_only_its_own() {
        let newcomers = Newcomers::default();
        newcomers.note(device(0), newcomer("192.0.2.1"));
        for n in 1..=3 * MAX_PER_ADDRESS {
            newcomers.note(device(n), newcomer(&format!("2001:db8::{n:x}")));
        }
        assert!(newcomers.get(device(0)).is_some());
        assert_eq!(newcomers.all().len(), MAX_PER_ADDRESS + 1);
        assert!(newcomers.get(device(2 * MAX_PER_ADDRESS)).is_none(), "the oldest went");
        assert!(newcomers.get(device(2 * MAX_PER_ADDRESS + 1)).is_some());
    }

    #[test]
    fn many_addresses_are_bounded_too() {
        let newcomers = Newcomers::default();
        for n in 0..MAX + 5 {
            newcomers.note(device(n), newcomer(&format!("10.{}.{}.1", n / 200 % 200, n % 200)));
        }
        assert_eq!(newcomers.all().len(), MAX);
        assert!(newcomers.get(device(4)).is_none() && newcomers.get(device(5)).is_some());
    }

    #[test]
    fn the_same_client_counts_once_and_leaves_no_trace() {
        let newcomers = Newcomers::default();
        for _ in 0..3 {
            newcomers.note(device(1), newcomer("192.0.2.1"));
        }
        assert_eq!(newcomers.all().len(), 1);
        newcomers.remove(device(1));
        let table = newcomers.0.lock().unwrap();
        assert!(table.entries.is_empty() && table.ages.is_empty() && table.addresses.is_empty());
    }
}
