//! How many devices may register: a client id is all it takes to become one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::newcomers::address;

/// Over which time registrations are counted.
const SPAN: SignedDuration = SignedDuration::from_mins(10);

/// Most of one address in that time. A whole school behind one proxy may be switched on at once.
const PER_ADDRESS: u32 = 2_000;

/// Most of all in that time: a fleet of 100,000 is in within an hour.
const ALL: u32 = 20_000;

/// Most Windows devices of a site: five of the largest fleets. Who invents client ids would fill
/// the store and the memory otherwise, however slowly.
pub(super) const MAX_DEVICES: usize = 500_000;

/// Counts the registrations of unknown devices.
#[derive(Default)]
pub(crate) struct Admission(Mutex<Count>);

#[derive(Default)]
struct Count {
    since: Timestamp,
    all: u32,
    /// No longer than `all`.
    addresses: HashMap<IpAddr, u32>,
}

impl Admission {
    /// Whether one more may register beside so many devices; if so, it is counted.
    pub(crate) fn admit(&self, peer: IpAddr, devices: usize, now: Timestamp) -> bool {
        if devices >= MAX_DEVICES {
            return false;
        }
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let age = now.duration_since(count.since);
        if age >= SPAN || age.is_negative() {
            *count = Count { since: now, ..Count::default() };
        }
        if count.all >= ALL {
            return false;
        }
        let of_address = count.addresses.entry(address(peer)).or_default();
        if *of_address >= PER_ADDRESS {
            return false;
        }
        *of_address += 1;
        count.all += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floods_of_one_address_and_of_all_end() {
        let admission = Admission::default();
        let at = |second: i64| Timestamp::from_second(1_790_000_000 + second).unwrap();
        let v6 = |n: u32| IpAddr::V6(std::net::Ipv6Addr::from_bits(0x2001_0db8 << 96 | u128::from(n)));
        let admitted = (0..PER_ADDRESS + 9).filter(|n| admission.admit(v6(*n), 7, at(0))).count();
        assert_eq!(admitted, 2_000, "one network is one address");
        let v4 = |n: u32| IpAddr::V4(std::net::Ipv4Addr::from_bits(n));
        let admitted = (0..2 * ALL).filter(|n| admission.admit(v4(*n), 7, at(1))).count();
        assert_eq!(admitted, 18_000);
        assert!(!admission.admit(v4(1), 7, at(599)));
        assert!(admission.admit(v4(1), 7, at(600)));
        assert!(!admission.admit(v4(1), MAX_DEVICES, at(600)), "the site is full");
        assert!(admission.admit(v4(1), MAX_DEVICES - 1, at(600)));
        assert!(admission.admit(v4(1), 7, at(-5)), "a clock that was put back does not lock anybody out");
    }
}
