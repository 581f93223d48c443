//! `/updates` and `/categories`.

pub mod categories;
pub mod decline;
pub mod detail;
pub mod devices;
pub mod licences;
pub mod list;
pub mod selection;
pub mod windows;
