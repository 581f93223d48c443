//! What is known of a Windows device: what it registered as, its scans and its status.

use std::sync::Arc;

use jiff::Timestamp;
use sluice_model::{DeviceId, DeviceKind, ErrorCode, RevisionId, ServerId, WindowsComputer};

use super::reported::ReportedStates;

/// A Windows device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowsDevice {
    /// What it registered as.
    pub particulars: Arc<WindowsParticulars>,
    /// When it last scanned, with success or not.
    pub last_scan_at: Option<Timestamp>,
    /// Why its last scan failed, when it did.
    pub last_scan_error: Option<ErrorCode>,
    /// Its last full status with what it has said since; `None` before the first.
    pub status: Option<WindowsStatus>,
}

/// What a Windows device registered as. All of it are the device's claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowsParticulars {
    /// The identity that its agent invented.
    pub client_id: String,
    /// Its name in DNS.
    pub dns_name: String,
    /// The groups its policy puts it into (client-side targeting).
    pub target_groups: Vec<String>,
    /// Version of the protocol it speaks.
    pub protocol: String,
    /// When it registered first.
    pub registered_at: Timestamp,
    /// What the computer is.
    pub computer: Arc<WindowsComputer>,
    /// Versions of products it named at its last scan (`ProductsParameters`), by name.
    pub attributes: Vec<(String, String)>,
    /// Why its identity is in doubt.
    pub doubt: Option<IdentityDoubt>,
    /// The server further down that reports it; `None` of devices of this site.
    pub origin: Option<DeviceOrigin>,
}

/// Whose device it is, when it is not one of this site: a server further down reports it, also when
/// it is no Windows device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceOrigin {
    /// The server that it gets updates from.
    pub server: ServerId,
    /// The server that reports it: the same, or one above that.
    pub reporter: ServerId,
    /// What it is.
    pub kind: DeviceKind,
}

/// Why the identity of a Windows device is in doubt (NEW-14).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityDoubt {
    /// Two or more computers use its client id in turn: their names, the latest last.
    Shared(Vec<String>),
    /// The same computer has come back with a new client id: its newer record.
    ReplacedBy(DeviceId),
}

/// The full status of a Windows device (event 156), with what single events have said since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowsStatus {
    /// When the device reported it.
    pub at: Timestamp,
    /// The newest revision the scan behind it can have known; what is newer is unknown there.
    pub covered: RevisionId,
    /// What it says, by update.
    pub states: Arc<ReportedStates>,
}
