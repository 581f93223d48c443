//! What each page shows, ready to print: the templates' types. Nothing here asks the site.

pub mod account;
pub mod bundles;
pub mod collections;
pub mod content;
pub mod deployment;
pub mod deployment_new;
pub mod deployments;
pub mod device;
pub mod device_enroll;
pub mod devices;
pub mod downstream;
pub mod failure;
pub mod groups;
pub mod list;
pub mod overview;
pub mod selection;
pub mod server_edit;
pub mod shell;
pub mod sites;
pub mod source_add;
pub mod sync;
pub mod sync_runs;
pub mod take_over;
pub mod update;
pub mod updates;
pub mod windows_enroll;

#[cfg(test)]
pub mod samples;
#[cfg(test)]
mod snapshot_tests;
