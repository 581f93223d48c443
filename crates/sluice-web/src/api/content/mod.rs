//! `/content`: the files that Windows updates are installed from.

pub mod collect;
pub mod fetch;
pub mod fetching;
pub mod status;
pub mod upload;
pub mod verify;
pub mod wanted;
