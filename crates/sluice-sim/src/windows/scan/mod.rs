//! Scans: the whole conversation of an agent with its server, and what follows from it for the machine
//! (protocols.md §2.1 to §2.5).
//!
//! | Part | Does |
//! |---|---|
//! | [`Knowledge`] | update fragments once read, shared by all clients of a process |
//! | `cache` | what an agent keeps between scans |
//! | `session` | cookies, registration, what faults make an agent do |
//! | `rounds` | the rounds of SyncUpdates |
//! | `evaluate` | which updates are installed, needed or neither |
//! | `extended` | files, titles and addresses of what is needed |

mod cache;
mod complaint;
mod evaluate;
mod extended;
mod knowledge;
mod outcome;
mod rounds;
mod run;
mod session;

pub(super) use cache::{AgentCache, Cached};
pub use complaint::Complaint;
pub(super) use evaluate::{Evaluation, State};
pub(super) use knowledge::{Extended, FileInfo, Knowledge};
pub use outcome::{Offer, ScanOutcome, UpdateStatus};
pub(super) use rounds::is_offer;
pub(super) use session::Talk;
