//! The only place that reads the clock, secret randomness and the environment.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl SystemClock {
    /// The present moment.
    #[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
    pub fn read() -> Timestamp {
        Timestamp::now()
    }
}

impl sluice_site::Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Self::read()
    }
}

impl sluice_agent::Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Self::read()
    }
}

impl sluice_sim::Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Self::read()
    }
}

/// The kernel's randomness.
#[derive(Clone, Copy, Debug)]
pub struct SystemEntropy;

impl SystemEntropy {
    /// Fills a buffer with secret random bytes.
    pub fn fill_bytes(bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the kernel gives random bytes");
    }
}

impl sluice_site::Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        Self::fill_bytes(bytes);
    }
}

impl sluice_agent::Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        Self::fill_bytes(bytes);
    }
}

/// Clock and randomness for a site.
#[must_use]
pub fn site_host() -> sluice_site::Host {
    sluice_site::Host { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
}

/// A clock for simulated devices.
#[must_use]
pub fn simulation_host() -> sluice_sim::Host {
    sluice_sim::Host { clock: Arc::new(SystemClock) }
}

/// The machine for an agent.
#[must_use]
pub fn agent_host() -> sluice_agent::Host {
    sluice_agent::Host::system(Arc::new(SystemClock), Arc::new(SystemEntropy))
}

/// A variable of the environment; `None` when it is unset, empty or not text.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The user's directory for state of programs, `sluice` below it (XDG Base Directory
/// Specification): `$XDG_STATE_HOME/sluice` or `~/.local/state/sluice`.
#[must_use]
pub fn state_directory() -> PathBuf {
    let base = variable("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let base = base.or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".local/state")));
    base.unwrap_or_else(|| PathBuf::from("/var/lib")).join("sluice")
}
