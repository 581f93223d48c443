//! What a device did.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `POST report`. Sent until acknowledged; the serial number makes repetition harmless.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReportRequest {
    /// From 1, raised by one with each report of the device.
    pub serial: u64,
    /// New enforcement states.
    pub enforcement: Vec<EnforcementReport>,
    /// What happened, for the device's history.
    pub events: Vec<Event>,
}

/// The enforcement state of one update on the device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnforcementReport {
    /// The deployment it was installed for.
    pub deployment: Uuid,
    /// The update.
    pub update: Uuid,
    /// State by its name (`installing`, `install-failed`, …), as in the enforcement states of the
    /// model.
    pub state: String,
    /// Error code by its symbol (`disk-full`, …), with a failure.
    pub error: Option<String>,
    /// One line: which packages, which path.
    pub detail: String,
    /// End of the package manager's output, at most [`crate::MAX_OUTPUT`] bytes.
    pub output: String,
    /// Seconds since 1970.
    pub at: i64,
}

/// A line of the device's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Seconds since 1970.
    pub at: i64,
    /// What sort: `scan`, `download`, `install`, `restart`, `policy`, `error`.
    pub kind: String,
    /// One line for people.
    pub text: String,
}

/// The answer: everything up to this serial is stored for good.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReportResponse {
    /// The highest serial stored.
    pub acknowledged: u64,
}
