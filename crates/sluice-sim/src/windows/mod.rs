//! Simulated Windows clients: agents that speak the update protocol ([MS-WUSP]) as Windows 11 does, on virtual
//! machines whose facts decide what is needed and whose facts change when something is installed.
//!
//! Written from the specification and from recordings, not from our server: a second opinion on it. They work against
//! other servers too.
//!
//! | Part | Does |
//! |---|---|
//! | [`VirtualMachine`] | what a machine is and what it can tell about itself |
//! | [`Server`] | connections to a server, and update fragments once read |
//! | [`WindowsClient`] | one client: scan, install, restart, report |
//! | [`Scenario`], [`run_windows`] | fleets of them, from scenario files |
//! | [`catalog`] | catalogs of the shape of Microsoft's |

mod agent;
pub mod catalog;
mod client;
mod fleet;
mod install;
mod machine;
mod report;
mod scan;
mod scenario;

pub use agent::{Behaviour, COMMON_FAILURES, Failure, InstallPolicy, Stage, WindowsClient};
pub use client::{AgentError, Meter, OperationFigures, Reaction, Server, ServerOptions, Trust};
pub use fleet::{WindowsOptions, WindowsRound, WindowsSummary, run_windows};
pub use install::{FailedInstall, InstallOutcome};
pub use machine::{Profile, Unsatisfiable, VirtualMachine};
pub use report::ReportOutcome;
pub use scan::{Complaint, Offer, ScanOutcome, UpdateStatus};
pub use scenario::{Scenario, ScenarioError, ScenarioGroup};
