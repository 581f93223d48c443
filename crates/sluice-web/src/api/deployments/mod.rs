//! `/deployments`.

pub mod change;
pub mod create;
pub mod detail;
pub mod list;
