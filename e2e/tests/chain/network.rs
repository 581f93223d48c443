//! Networks of sites: namespaces with cables between them.

use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// A namespace; it ends with this value.
pub struct Network {
    pub name: String,
}

/// A cable between two namespaces: the upper end is `.1`, the lower `.2`.
pub struct Cable {
    upper: String,
    name: String,
    pub address: Ipv4Addr,
}

/// A number that no other namespace on this machine has, as far as tests make them.
fn fresh() -> u32 {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    (std::process::id() % 10_000) * 100 + COUNT.fetch_add(1, Ordering::Relaxed)
}

impl Network {
    pub fn new() -> Self {
        let name = format!("slc{}", fresh());
        ip(&["netns", "add", &name]);
        ip(&["-n", &name, "link", "set", "lo", "up"]);
        Self { name }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // What is left is a namespace without processes.
        let _removed = Command::new("ip").args(["netns", "delete", &self.name]).status();
    }
}

impl Cable {
    /// Lays one.
    pub fn lay(upper: &Network, lower: &Network) -> Self {
        let number = fresh();
        let [_, _, third, fourth] = number.to_be_bytes();
        let name = format!("u{number}");
        let (address, below) = ([10, 200 + (fourth >> 6), third, (fourth & 63) << 2 | 1], format!("d{number}"));
        let address = Ipv4Addr::from(address);
        let peer = Ipv4Addr::from_bits(address.to_bits() + 1);
        ip(&["link", "add", &name, "netns", &upper.name, "type", "veth", "peer", "name", &below, "netns", &lower.name]);
        for (network, end, own) in [(upper, &name, address), (lower, &below, peer)] {
            ip(&["-n", &network.name, "address", "add", &format!("{own}/30"), "dev", end]);
            ip(&["-n", &network.name, "link", "set", end, "up"]);
        }
        Self { upper: upper.name.clone(), name, address }
    }

    /// Cuts it, or mends it.
    pub fn set(&self, state: &str) {
        ip(&["-n", &self.upper, "link", "set", &self.name, state]);
    }
}

fn ip(arguments: &[&str]) {
    let status = Command::new("ip").args(arguments).status().expect("the program `ip`");
    assert!(status.success(), "ip {}", arguments.join(" "));
}
