//! What happens to devices, from the first scan to the last report.

mod approve;
mod caches;
mod drivers;
mod failures;
mod faults;
mod identity;
mod limits;
mod mixed;
mod scans;
mod withdraw;

pub use faults::round;
