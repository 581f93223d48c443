//! The hierarchy of sites: `/sites`, `/site/place`, `/site/join`, `/site/leave` and `/site-tokens`.

pub mod join;
pub mod list;
pub mod place;
pub mod tokens;
