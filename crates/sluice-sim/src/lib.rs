//! Simulated devices that speak the real protocols, for load, rehearsal and demonstration: Linux
//! devices here, Windows clients in [`windows`].
//!
//! | Part | Does |
//! |---|---|
//! | [`Shape`] | what machines of a fleet have in common: packages, versions, how common each is; taken from a real inventory and real package indices |
//! | [`FleetSpec`] | how many machines, how large, how far behind; [`Shape::machine`] makes any one of them, always the same from the same seed |
//! | [`run()`] | enrols them at a site and lets them live: check-ins, inventories as differences, installs of what is deployed, reports |
//!
//! A simulated device checks the site's certificate and the signature of its policy as the real
//! agent does. It installs nothing; it only says so.

mod client;
mod device;
mod error;
mod host;
mod machine;
mod options;
mod random;
mod run;
mod shape;
mod summary;
mod trust;
pub mod windows;

pub use error::SimError;
pub use host::{Clock, Host};
pub use machine::{FleetSpec, Machine};
pub use options::SimulateOptions;
pub use run::run;
pub use shape::Shape;
pub use summary::{RoundSummary, Summary};
