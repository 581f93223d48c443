//! `/migration`: taking over a WSUS, one file per step.

pub mod finish;
pub mod plan;
pub mod report;
pub mod status;
