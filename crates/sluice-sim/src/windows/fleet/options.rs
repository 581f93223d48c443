//! What a simulation of Windows clients is told.

use std::time::Duration;

use crate::error::SimError;
use crate::options::{MAX_AT_ONCE, MAX_ROUNDS, MAX_TIME};
use crate::windows::client::ServerOptions;
use crate::windows::scenario::{MAX_MACHINES, Scenario};

/// A simulation of Windows clients.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowsOptions {
    /// The server.
    pub server: ServerOptions,
    /// The fleet.
    pub scenario: Scenario,
    /// Contacts of every machine.
    pub rounds: u32,
    /// Machines that are in contact at a time.
    pub at_once: usize,
    /// How long an hour of the scenario takes, in hours: 1 as in life, 0.001 for 22 hours in 79 seconds, 0 as fast as
    /// the server answers.
    pub time_scale: f64,
    /// The simulation ends after this time, wherever it is.
    pub time_limit: Duration,
    /// Whether machines install what is approved; otherwise they only scan and report.
    pub install: bool,
    /// Whether they download it; otherwise they claim to have.
    pub download: bool,
}

/// More than life-size makes no sense to wait for.
const MAX_SCALE: f64 = 1.0;

impl WindowsOptions {
    /// The usual: one contact each, as fast as possible, at most an hour.
    #[must_use]
    pub fn new(server: ServerOptions, scenario: Scenario) -> Self {
        Self {
            server,
            scenario,
            rounds: 1,
            at_once: 32,
            time_scale: 0.0,
            time_limit: Duration::from_secs(3600),
            install: true,
            download: true,
        }
    }

    pub(super) fn check(&self) -> Result<(), SimError> {
        let within = |what, value: u64, least: u64, most: u64| {
            if (least..=most).contains(&value) { Ok(()) } else { Err(SimError::Bounds { what, least, most }) }
        };
        within("the number of machines", self.scenario.machines().into(), 1, MAX_MACHINES.into())?;
        within("the number of rounds", self.rounds.into(), 1, MAX_ROUNDS.into())?;
        within("the number of machines at once", self.at_once as u64, 1, MAX_AT_ONCE as u64)?;
        within("the time limit in seconds", self.time_limit.as_secs(), 1, MAX_TIME.as_secs())?;
        if (0.0..=MAX_SCALE).contains(&self.time_scale) {
            Ok(())
        } else {
            Err(SimError::Bounds { what: "the time scale", least: 0, most: 1 })
        }
    }
}
