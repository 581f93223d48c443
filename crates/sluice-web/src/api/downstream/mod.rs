//! `/downstream-servers` and their settings.

pub mod change;
pub mod list;
pub mod settings;
