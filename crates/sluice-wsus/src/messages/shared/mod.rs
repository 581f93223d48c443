//! Types that several operations use.

mod cookie;
mod deployment;
mod file_location;
mod limits;
mod sync_info;
mod update_data;
mod update_identity;
mod update_packer;

pub use cookie::{AuthorizationCookie, Cookie};
pub use deployment::{Deployment, DeploymentAction};
pub use file_location::FileLocation;
pub use limits::{MAX_EVENTS, MAX_GUIDS, MAX_NAME, MAX_REVISION_IDS, MAX_SMALL_ARRAY};
pub use sync_info::{SyncInfo, UpdateInfo, cookie_piece};
pub use update_data::{FragmentType, UpdateData};
pub use update_identity::UpdateIdentity;
pub use update_packer::UpdatePacker;
