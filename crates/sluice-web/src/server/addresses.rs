//! How many connections each peer has open.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Most connections of one address. Many devices can share one (a proxy, address translation), and
/// each opens up to seven for content; no single peer may take all there are.
pub(super) const MAX_PER_ADDRESS: u32 = 1024;

/// The connections open now, by peer.
#[derive(Clone, Default)]
pub(super) struct Addresses(Arc<Mutex<HashMap<IpAddr, u32>>>);

/// A place among the connections of a peer, given back when dropped.
pub(super) struct Place {
    addresses: Addresses,
    peer: IpAddr,
}

impl Addresses {
    /// A place for one more connection of a peer, if it has not too many.
    pub(super) fn enter(&self, peer: IpAddr) -> Option<Place> {
        let peer = network(peer);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(peer).or_default();
        if *count >= MAX_PER_ADDRESS {
            return None;
        }
        *count += 1;
        Some(Place { addresses: self.clone(), peer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.addresses.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.peer);
            }
        }
    }
}

/// What counts as one peer: an IPv4 address, or the /64 network that one IPv6 machine chooses its
/// addresses from (RFC 8981).
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & (u128::MAX << 64)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_peer_takes_all() {
        let addresses = Addresses::default();
        let peer = |text: &str| text.parse::<IpAddr>().unwrap();
        let mut places: Vec<_> = (0..MAX_PER_ADDRESS).map(|_| addresses.enter(peer("192.0.2.1")).unwrap()).collect();
        assert!(addresses.enter(peer("192.0.2.1")).is_none());
        assert!(addresses.enter(peer("::ffff:192.0.2.1")).is_none(), "the same peer in another spelling");
        assert!(addresses.enter(peer("192.0.2.2")).is_some());
        places.pop();
        assert!(addresses.enter(peer("192.0.2.1")).is_some());
        drop(places);
        assert!(addresses.0.lock().unwrap().is_empty(), "nothing is remembered of peers that left");
    }

    #[test]
    fn an_ipv6_machine_is_one_peer() {
        let network = |text: &str| super::network(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
    }
}
