//! `/updates` and `/categories`.

pub mod categories;
pub mod detail;
pub mod devices;
pub mod list;
