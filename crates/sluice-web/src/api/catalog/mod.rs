//! `/catalog`: update metadata of Windows.

pub mod import;
pub mod status;
