//! Types that several operations use.

mod auth_plug_in;
mod cookie;
mod deployment;
mod file_location;
mod limits;
mod never;
mod sync_info;
mod update_data;
mod update_identity;
mod update_packer;

pub use auth_plug_in::AuthPlugInInfo;
pub use cookie::{AuthorizationCookie, Cookie};
pub use deployment::{Deployment, DeploymentAction};
pub use file_location::FileLocation;
pub use limits::{MAX_EVENTS, MAX_GUIDS, MAX_IDENTITIES, MAX_NAME, MAX_REVISION_IDS, MAX_SMALL_ARRAY};
pub use never::{past_attribute, read_time, read_time_attribute, write_future, write_past};
pub use sync_info::{SyncInfo, UpdateInfo, cookie_piece};
pub use update_data::{FragmentType, UpdateData};
pub use update_identity::UpdateIdentity;
pub use update_packer::UpdatePacker;
