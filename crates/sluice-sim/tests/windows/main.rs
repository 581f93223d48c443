//! Simulated Windows clients against recordings and against a server written from the specification.

mod catalogs;
mod documents;
mod events;
mod fleets;
mod http;
mod installs;
mod large;
mod recorded;
mod replay;
mod scans;
mod spec;
mod trust;

use std::sync::Arc;

use jiff::Timestamp;
use sluice_sim::Host;
use sluice_sim::windows::{Behaviour, Profile, Server, ServerOptions, VirtualMachine, WindowsClient};

use crate::spec::Spec;

/// The time of the recordings.
const NOW: &str = "2026-10-04T15:03:36Z";

struct At(Timestamp);

impl sluice_sim::Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// A host whose clock stands.
fn host(at: &str) -> Host {
    Host { clock: Arc::new(At(at.parse().expect("a time"))) }
}

fn server(url: &str) -> Arc<Server> {
    Server::new(&ServerOptions::plain(url), host(NOW)).expect("a server")
}

fn machine(number: u32) -> VirtualMachine {
    VirtualMachine::new(Profile::Windows11Pro25H2, 1, number)
}

fn client(spec: &Spec) -> WindowsClient {
    client_with(spec, Behaviour::default())
}

fn client_with(spec: &Spec, behaviour: Behaviour) -> WindowsClient {
    WindowsClient::new(machine(1), server(&spec.url), behaviour)
}
