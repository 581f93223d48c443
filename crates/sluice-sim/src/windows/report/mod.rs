//! What agents report: events in the shape that Windows 11 sends them, in batches (protocols.md §4).

mod event;
mod misc;
mod outbox;
mod scans;
mod send;

pub(super) use event::Happening;
pub(super) use outbox::Outbox;
pub use send::ReportOutcome;

/// The program that asks for scans and installations on a machine that nobody sits at.
pub(super) const APPLICATION: &str = "UpdateOrchestrator";
