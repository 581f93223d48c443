//! Imports into a site, whole.

mod containers;
mod content;
mod golden;
mod hostile;
mod left;
mod repeat;
pub(crate) mod world;
