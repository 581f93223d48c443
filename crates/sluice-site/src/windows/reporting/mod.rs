//! What Windows devices say: what they are, how their scans end, what they need and what became of
//! installations (\[MS-WUSP\] 2.2.2.2.3 and 2.2.2.3; protocols.md §3.4 and §4).
//!
//! | Part | Does |
//! |---|---|
//! | `register` | takes in what a computer is, and makes the device |
//! | `ingest` | stores a batch of events, each once, with what follows from them, in one transaction |
//! | `ledger` | what follows: the state machine from events to compliance and enforcement |
//! | `publisher` | brings what was stored into the snapshot, many devices at a time |
//! | `machines` | whether several computers use one client id |
//!
//! All of it are claims, by whoever has the client id: texts are bounded and cleaned, and how much
//! a device can make the site work is limited.

mod clean;
mod describe;
mod event;
mod identity;
mod ingest;
mod input;
mod ledger;
mod load;
mod machines;
mod notes;
mod publisher;
mod rate;
mod register;
mod registering;
mod retention;
#[cfg(test)]
mod tests;
mod winner;

pub use input::{ClientEvent, ClientHardware, Registration, StatusLists};

pub(crate) use clean::{computer as clean_computer, word};
pub(crate) use describe::describe;
pub(crate) use load::load;
pub(crate) use publisher::Publisher;
pub(crate) use retention::prune;

use identity::Names;
use notes::Notes;
use rate::Rates;
use registering::Registering;

use std::sync::Arc;

use crate::site::Site;

/// What taking in reports needs beside the store.
pub(crate) struct Reporting {
    pub(crate) publisher: Publisher,
    rates: Rates,
    names: Names,
    notes: Notes,
    registering: Registering,
}

impl Reporting {
    /// For the devices of a fleet.
    pub(crate) fn new(fleet: &sluice_catalog::Fleet) -> Self {
        Self {
            publisher: Publisher::default(),
            rates: Rates::default(),
            names: Names::of(fleet),
            notes: Notes::default(),
            registering: Registering::default(),
        }
    }
}

/// Starts what runs beside requests.
pub(crate) fn start(site: &Arc<Site>) {
    site.tasks.spawn(publisher::run(Arc::clone(site)));
    site.tasks.spawn(notes::run(Arc::clone(site)));
}
