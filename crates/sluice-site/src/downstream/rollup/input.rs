//! What servers report, as it arrives: unchecked.

use jiff::Timestamp;
use sluice_model::{ReportedState, ServerId, UpdateId, WindowsComputer};

/// A server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerReport {
    /// Its GUID.
    pub id: uuid::Uuid,
    /// The server it synchronizes from; nil: this site.
    pub parent: uuid::Uuid,
    /// Its name.
    pub name: String,
    /// Version of its software.
    pub version: String,
    /// It takes over the decisions of the server above it.
    pub replica: bool,
    /// When it last synchronized.
    pub last_sync_at: Option<Timestamp>,
    /// When it last reported.
    pub last_rollup_at: Option<Timestamp>,
    /// What it counts, in the order of \[MS-WSUSSS\] 3.1.4.14.2.3.
    pub summary: Option<[i32; 18]>,
    /// Its devices by kind.
    pub systems: Vec<SystemCount>,
}

/// Devices of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemCount {
    /// What they are, as far as the operating system tells.
    pub computer: WindowsComputer,
    /// How many.
    pub count: i32,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComputerReport {
    /// What its server calls it.
    pub id: String,
    /// The server it gets updates from.
    pub server: ServerId,
    /// When it last asked for updates.
    pub last_sync_at: Option<Timestamp>,
    /// Whether that failed.
    pub last_sync_failed: bool,
    /// What it is; only when that changed.
    pub details: Option<ComputerDetails>,
}

/// What a device is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComputerDetails {
    /// Its address.
    pub address: String,
    /// Its name.
    pub name: String,
    /// Family of its operating system: `Windows`, or `Linux` of a Sluice.
    pub family: String,
    /// What it is.
    pub computer: WindowsComputer,
    /// The groups its policy names.
    pub requested_groups: Vec<String>,
}

/// What a device needs and has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusReport {
    /// What its server calls it.
    pub id: String,
    /// When it looked, as its server's synchronizations count.
    pub detected_at: Option<Timestamp>,
    /// Number of the report.
    pub number: i32,
    /// All states; otherwise those that changed.
    pub full: bool,
    /// By update.
    pub states: Vec<StateReport>,
}

/// The state of an update on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateReport {
    /// The update.
    pub update: UpdateId,
    /// `None`: it does not apply, or nothing is known.
    pub state: Option<ReportedState>,
    /// Since when.
    pub changed_at: Option<Timestamp>,
}
