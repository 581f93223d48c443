//! The site hierarchy: what a site is in it, what it may decide, and how its link to the site above does.

pub mod link;
pub mod node;
pub mod place;
pub mod setting;
pub mod stand_in;

pub use link::LinkState;
pub use node::{DeviceFigures, SiteNode};
pub use place::{SiteMode, SiteType};
pub use setting::{SetWhere, SiteSetting};
pub use stand_in::stands_in;
