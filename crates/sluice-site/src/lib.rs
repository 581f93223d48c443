//! The use cases of a site, and the reconcilers that keep it true.
//!
//! Everything the API, the console and the command line can do is a method of [`Site`] that takes
//! the [`Caller`] first, checks what the caller may do, decides with the pure functions of
//! `sluice-catalog`, and applies through `sluice-store`. Reads of the catalog and of compliance
//! work on immutable snapshots ([`Site::catalog`], [`Site::fleet`]) without a lock or a database
//! call; reconcilers build the next snapshot and swap it in.

pub mod accounts;
pub mod agents;
pub mod alerts;
pub mod audit;
pub mod bundles;
pub mod caller;
pub mod client_policy;
pub mod collections;
pub mod compliance;
pub mod content;
pub mod declines;
pub mod deployments;
pub mod devices;
mod digest;
mod directory;
pub mod doctor;
pub mod downstream;
pub mod enrollment;
pub mod error;
pub mod events;
pub mod groups;
pub mod host;
mod inherited;
mod keeper;
mod keys;
mod known;
pub mod licences;
mod load;
pub mod metrics;
pub mod migration;
pub mod page;
mod password;
mod reconcile;
pub mod rollup;
pub mod selection;
pub mod site;
pub mod sites;
pub mod sources;
pub mod sync;
pub mod updates;
pub mod upkeep;
pub mod windows;

pub use caller::{Caller, Permission, Role};
pub use error::{ErrorKind, SiteError, SiteResult};
pub use events::SiteEvent;
pub use host::{Clock, Entropy, Host};
pub use page::{Page, PageRequest};
pub use site::{Site, SiteConfig};
