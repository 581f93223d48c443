//! Clock and randomness for what is measured.

use std::sync::Arc;

use jiff::Timestamp;

/// This machine's.
#[derive(Clone, Copy)]
struct Machine;

/// The present moment.
#[expect(clippy::disallowed_methods, reason = "this program is a binary: here its clock is read")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

impl sluice_site::Clock for Machine {
    fn now(&self) -> Timestamp {
        now()
    }
}

impl sluice_sim::Clock for Machine {
    fn now(&self) -> Timestamp {
        now()
    }
}

impl sluice_site::Entropy for Machine {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the kernel gives random bytes");
    }
}

/// For a site.
pub fn for_site() -> sluice_site::Host {
    sluice_site::Host { clock: Arc::new(Machine), entropy: Arc::new(Machine) }
}

/// For a simulation.
pub fn for_simulation() -> sluice_sim::Host {
    sluice_sim::Host { clock: Arc::new(Machine) }
}
