//! Values that several operations convert.

mod cookie;
mod deployment;
mod file;
mod fragment;
mod sections;
mod sync;

pub(super) use cookie::{data, issued};
pub(super) use deployment::deployment;
pub(super) use file::locations;
pub(super) use fragment::fragment;
pub(super) use sections::{packed_data, packed_updates, update_data};
pub(super) use sync::sync_info;
