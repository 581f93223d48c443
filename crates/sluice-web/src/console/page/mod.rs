//! The pages: each asks the site's use cases and fills a view.

pub mod bundles;
pub mod collection;
pub mod collections;
pub mod content;
pub mod deployment;
pub mod deployment_new;
pub mod deployments;
pub mod device;
pub mod devices;
pub mod downstream;
pub mod enroll;
pub mod group;
pub mod groups;
pub mod overview;
pub mod quarantine;
pub mod selection;
pub mod server_edit;
pub mod setup;
pub mod sign_in;
pub mod sites;
mod sites_say;
pub mod source_add;
pub mod sync;
pub mod sync_runs;
pub mod take_over;
pub mod update;
pub mod updates;
pub mod windows_enroll;

mod choices;
mod list_foot;
mod session;
