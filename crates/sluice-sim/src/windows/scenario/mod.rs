//! Scenario files: what a fleet of Windows machines is made of (TOML; `scenarios/office.toml` is an example).

mod error;
mod file;
mod members;

pub use error::ScenarioError;

use super::agent::InstallPolicy;
use super::machine::Profile;

/// A fleet of Windows machines.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// The same fleet comes from the same seed.
    pub seed: u64,
    /// Mean time between two scans of a machine, in hours, before the random factor of 0.8 to 1.0.
    pub interval_hours: f64,
    /// Its groups.
    pub groups: Vec<ScenarioGroup>,
}

/// Machines of a fleet that are alike. Shares are from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct ScenarioGroup {
    /// What it is called; begins the names of its machines.
    pub name: String,
    /// What kind of Windows they have.
    pub profile: Profile,
    /// How many they are.
    pub machines: u32,
    /// Target groups of their policy, separated by `;`.
    pub target_group: Option<String>,
    /// When they install what is approved.
    pub install: InstallPolicy,
    /// Whether they install what is only offered.
    pub optional: bool,
    /// Share that sends its reports a round late.
    pub late: f64,
    /// Chance that an installation fails.
    pub install_failures: f64,
    /// How many of them have the identity of another machine of the group.
    pub clones: u32,
    /// Share whose clock is wrong.
    pub wrong_clocks: f64,
    /// How far those are ahead, in minutes.
    pub clock_minutes: i32,
}

/// Detection frequency of Windows (protocols.md §2.1).
const INTERVAL_HOURS: f64 = 22.0;

/// Most machines of a scenario: what one process can hold.
pub(super) const MAX_MACHINES: u32 = 100_000;

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    /// [`ScenarioError`] when it is not TOML, has keys that mean nothing, or numbers out of bounds.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        file::parse(text)
    }

    /// A fleet of machines that are all alike.
    #[must_use]
    pub fn uniform(profile: Profile, machines: u32, seed: u64) -> Self {
        let group = ScenarioGroup {
            name: profile.slug().to_owned(),
            profile,
            machines,
            target_group: None,
            install: InstallPolicy::AtOnce,
            optional: false,
            late: 0.0,
            install_failures: 0.0,
            clones: 0,
            wrong_clocks: 0.0,
            clock_minutes: 0,
        };
        Self { name: profile.slug().to_owned(), seed, interval_hours: INTERVAL_HOURS, groups: vec![group] }
    }

    /// How many machines it has.
    #[must_use]
    pub fn machines(&self) -> u32 {
        self.groups.iter().fold(0, |sum, group| sum.saturating_add(group.machines))
    }
}

#[cfg(test)]
mod tests;
