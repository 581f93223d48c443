//! What is known of a Windows device beside what all devices have.

use std::sync::Arc;

use jiff::Timestamp;
use sluice_catalog::{Fleet, IdentityDoubt, WindowsDevice};
use sluice_model::{DeviceId, ErrorCode, WindowsComputer};

/// What a Windows device registered as and how its scans go.
#[derive(Clone, Debug)]
pub struct WindowsDetail {
    /// The identity its agent invented.
    pub client_id: String,
    /// Its name in DNS.
    pub dns_name: String,
    /// The groups its policy names.
    pub target_groups: Vec<String>,
    /// Version of the protocol it speaks.
    pub protocol: String,
    /// When what it is was last stored.
    pub registered_at: Timestamp,
    /// What it is.
    pub computer: Arc<WindowsComputer>,
    /// Attributes that came with its last scan, by name.
    pub attributes: Vec<(String, String)>,
    /// When it last scanned.
    pub last_scan_at: Option<Timestamp>,
    /// Why its last scan failed, when it did.
    pub scan_error: Option<ErrorCode>,
    /// When it reported its last full status.
    pub status_at: Option<Timestamp>,
    /// Why its identity is in doubt.
    pub doubt: Option<Doubt>,
}

/// What gives a computer a client id of its own.
pub(crate) const RESET_CLIENT_ID: &str = "On all but one of them run as administrator: \
    `net stop wuauserv`, \
    `reg delete HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate /v SusClientId /f`, \
    `reg delete HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate /v SusClientIdValidation /f`, \
    `net start wuauserv`, `wuauclt /resetauthorization /detectnow`. \
    Do the same in the image before it is used again.";

/// Why the identity of a device is in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Computers of these names use its client id in turn.
    Shared(Vec<String>),
    /// The computer has a newer record.
    ReplacedBy {
        /// That one.
        device: DeviceId,
        /// Its name.
        name: String,
    },
}

impl Doubt {
    /// The spelling in the API.
    #[must_use]
    pub fn slug(&self) -> &'static str {
        match self {
            Self::Shared(_) => "shared-client-id",
            Self::ReplacedBy { .. } => "replaced",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Shared(_) => RESET_CLIENT_ID,
            Self::ReplacedBy { .. } => "Remove this record if the computer was installed anew.",
        }
    }
}

impl WindowsDetail {
    pub(super) fn of(fleet: &Fleet, windows: &WindowsDevice) -> Self {
        let known = &windows.particulars;
        let name = |device: DeviceId| {
            let row = fleet.number(device).and_then(|number| fleet.device(number));
            row.map_or_else(|| device.to_string(), |row| row.name.to_string())
        };
        Self {
            client_id: known.client_id.clone(),
            dns_name: known.dns_name.clone(),
            target_groups: known.target_groups.clone(),
            protocol: known.protocol.clone(),
            registered_at: known.registered_at,
            computer: Arc::clone(&known.computer),
            attributes: known.attributes.clone(),
            last_scan_at: windows.last_scan_at,
            scan_error: windows.last_scan_error,
            status_at: windows.status.as_ref().map(|status| status.at),
            doubt: known.doubt.as_ref().map(|doubt| match doubt {
                IdentityDoubt::Shared(names) => Doubt::Shared(names.clone()),
                IdentityDoubt::ReplacedBy(device) => Doubt::ReplacedBy { device: *device, name: name(*device) },
            }),
        }
    }
}
