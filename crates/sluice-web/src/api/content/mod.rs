//! `/content`: the files that Windows updates are installed from.

pub mod status;
pub mod upload;
pub mod wanted;
