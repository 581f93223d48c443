//! Rollup upwards: this site tells its upstream servers of itself, of the servers below it and of all their devices
//! (\[MS-WSUSSS\] 3.2.4.5, protocols.md §7). What servers below tell this site is `downstream::rollup`.
//!
//! | Part | Does |
//! |---|---|
//! | `follow` | a task per upstream server; when it reports |
//! | `pass`, `reports` | one report: what the server wants, servers, devices, what is out of step; states |
//! | `plan` | compares the snapshot with what was told |
//! | `memory` | what the server noted; stored, so that a restart goes on from there |
//! | `batches` | requests of bounded size; a device that is refused stops no other |
//! | `computer`, `states`, `servers`, `summary`, `detection` | from the site's words to the protocol's |
//! | `status` | what operators see |
//!
//! A pass may end anywhere: what the server did not note is told by the next one, and what it noted and the site could
//! not write down turns up when the server is asked which devices are out of step.

mod batches;
mod computer;
mod detection;
mod error;
mod follow;
mod memory;
mod pass;
mod plan;
mod reports;
mod servers;
mod states;
mod status;
mod summary;

pub use status::{RefusedDevice, RollupState, RollupStatus};

pub(crate) use error::RollupError;
pub(crate) use follow::follow;
pub(crate) use status::Rollups;
