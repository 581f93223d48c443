//! What a simulation is told.

use std::time::Duration;

use crate::machine::FleetSpec;
use crate::shape::Shape;

/// Most devices of one simulation: what one machine can hold connections for.
pub(crate) const MAX_DEVICES: u32 = 100_000;
/// Most rounds.
pub(crate) const MAX_ROUNDS: u32 = 100_000;
/// Longest simulation.
pub(crate) const MAX_TIME: Duration = Duration::from_secs(7 * 24 * 3600);
/// Most requests at a time; the site's listener takes 4096 connections.
pub(crate) const MAX_AT_ONCE: usize = 1024;

/// A simulation of Linux devices.
#[derive(Clone, Debug)]
pub struct SimulateOptions {
    /// The site's client listener, as `https://name:8531`.
    pub server: String,
    /// Text of an enrolment token, good for at least as many devices.
    pub token: String,
    /// What machines are made of.
    pub shape: Shape,
    /// The fleet.
    pub fleet: FleetSpec,
    /// Contacts of every device after its enrolment.
    pub rounds: u32,
    /// Time between the contacts of a device, over which the fleet is spread evenly; zero: as fast
    /// as the site answers.
    pub interval: Duration,
    /// Devices that are in contact at a time.
    pub at_once: usize,
    /// The simulation ends after this time, wherever it is.
    pub time_limit: Duration,
    /// Packages that people change on a device between two contacts, without the site.
    pub churn: u32,
    /// Chance that the installation of an update fails, 0 to 1.
    pub install_failures: f64,
}

impl SimulateOptions {
    /// The usual: one contact each, as fast as possible, at most an hour.
    #[must_use]
    pub fn new(server: impl Into<String>, token: impl Into<String>, shape: Shape, fleet: FleetSpec) -> Self {
        Self {
            server: server.into(),
            token: token.into(),
            shape,
            fleet,
            rounds: 1,
            interval: Duration::ZERO,
            at_once: 32,
            time_limit: Duration::from_secs(3600),
            churn: 0,
            install_failures: 0.02,
        }
    }
}
