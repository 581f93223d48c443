//! `/sync`: synchronization.

pub mod quarantine;
pub mod rollup;
pub mod runs;
pub mod status;
