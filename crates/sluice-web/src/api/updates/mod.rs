//! `/updates` and `/categories`.

pub mod categories;
pub mod decline;
pub mod detail;
pub mod devices;
pub mod list;
pub mod selection;
pub mod windows;
