//! Debian's formats, and those of its descendants (Ubuntu and others use the same).
//!
//! Published by a repository: [`release`], [`packages`]. Found on a device: [`sources`],
//! [`apt_conf`], [`dpkg_status`], [`changelog`]. Said by apt: [`apt_policy`], [`apt_simulate`].
//! Beneath them: [`deb822`] (the stanza syntax) and [`version`] (the order of versions).

pub mod apt_conf;
pub mod apt_policy;
pub mod apt_simulate;
pub mod changelog;
pub mod deb822;
pub mod dpkg_status;
mod item;
pub mod packages;
pub mod release;
pub mod sources;
pub mod version;

pub use item::{ItemError, ItemProblem};
