//! The Linux agent: an explicit state machine, package-manager back ends, local state.
//!
//! [`Agent`] is what the command line uses. Beneath it:
//!
//! | Part | Does |
//! |---|---|
//! | [`host`] | what the machine gives: time, random numbers, programs to run |
//! | `inventory` | looks at the device |
//! | `backend` | package managers: what they know, what they would do, fetching, installing |
//! | `decide` | what the signed policy means now; pure |
//! | `machine` | the states and moves, drawn in `docs/agent-states.md` |
//! | `site` | the protocol with the site, and whom to believe |
//! | `state` | everything kept on disk, safe against crashes |
//!
//! Nothing is installed that a valid, signed policy does not assign to this device; the site can
//! neither run commands nor weaken the package manager's own checks.

mod agent;
mod backend;
mod config;
mod decide;
mod enforcement;
mod enroll;
mod inventory;
mod machine;
mod notify;
mod restart;
mod site;
mod state;
mod status;
mod unit;
mod wake;

pub mod host;

#[cfg(test)]
mod testing;

pub use agent::{Agent, AgentError, Request, RoundReport};
pub use backend::ScanError;
pub use config::{AgentConfig, DEFAULT_STATE_DIRECTORY};
pub use enforcement::Enforcement;
pub use enroll::{EnrollError, Enrolled, Enrollment};
pub use host::{Clock, Entropy, Host};
pub use site::ContactError;
pub use state::StateError;
pub use status::{AssignmentStatus, EnrolledAs, PolicyStatus, Status};
pub use unit::SERVICE_UNIT;
pub use wake::Waker;
