//! Fleets: many Windows clients of one process, for a while.

mod options;
mod run;
mod schedule;
mod summary;

pub use options::WindowsOptions;
pub use run::run_windows;
pub use summary::{WindowsRound, WindowsSummary};
