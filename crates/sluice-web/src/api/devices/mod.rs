//! `/devices`.

pub mod detail;
pub mod enforcement;
pub mod events;
pub mod explain;
pub mod list;
pub mod packages;
pub mod updates;
pub mod windows;
