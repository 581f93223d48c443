//! `/sync`: synchronization.

pub mod quarantine;
pub mod runs;
pub mod status;
