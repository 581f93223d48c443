//! `/sources`: upstreams that are synchronized.

pub mod import;
pub mod list;
pub mod schedule;
pub mod upstream;
pub mod write;
