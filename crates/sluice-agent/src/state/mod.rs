//! The agent's state on disk. Every file is replaced whole (written aside, synced, renamed), so a
//! crash leaves the old one or the new one.
//!
//! | File | Holds |
//! |---|---|
//! | `identity.json` | who the device is ([`identity`]) |
//! | `policy.json` | the signed policy in force ([`policy`]) |
//! | `inventory.json` | the inventory the site holds |
//! | `sources.json` | what apt said about its sources, while they stay unchanged |
//! | `progress.json` | how far each assigned update has come ([`progress`]) |
//! | `requests.json` | what a person on the device asked for ([`requests`]) |
//! | `journal.json` | the installation going on ([`journal`]) |
//! | `marks.json` | apt's marks to put back after it |
//! | `output.log` | the output of the last installation |
//! | `reports/` | what the site has not acknowledged yet ([`reports`]) |
//! | `status.json` | what the agent is doing, for `sluice agent status` |
//! | `reserve` | room for the state on a full disk |
//! | `lock`, `wake.sock` | held and bound by the running agent |

mod directory;
pub(crate) mod identity;
pub(crate) mod journal;
pub(crate) mod policy;
pub(crate) mod progress;
pub(crate) mod reports;
pub(crate) mod requests;
pub(crate) mod status;

pub(crate) use directory::StateDirectory;
pub use directory::StateError;

/// Inventory the site holds, for sending differences.
pub(crate) const INVENTORY: &str = "inventory.json";
/// What apt said about its sources.
pub(crate) const SOURCES: &str = "sources.json";
/// The output of the last installation.
pub(crate) const OUTPUT: &str = "output.log";
