//! What is known of a Windows device beside what all devices have.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_site::devices::{Doubt, WindowsDetail};
use utoipa::ToSchema;

use super::detail::Named;
use super::enforcement::EnforcementError;

/// What a Windows device registered as and how its scans go. All of it are its own claims.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WindowsDevice {
    /// The identity that its Windows Update Agent invented (`SusClientId`).
    pub client_id: String,
    /// Its name in DNS.
    pub dns_name: String,
    /// The groups its policy names.
    pub target_groups: Vec<String>,
    /// Version of the protocol it speaks.
    pub protocol: String,
    /// When what it is was last stored.
    pub registered_at: Timestamp,
    /// Version of Windows, with the build: `10.0.26200`.
    pub os_version: String,
    /// The edition; null for one without a known name.
    pub edition: Option<String>,
    /// Its number (SKU).
    pub edition_number: i32,
    /// Language: `en-US`.
    pub locale: String,
    /// Manufacturer of the computer.
    pub manufacturer: String,
    /// Model of the computer.
    pub model: String,
    /// Name and version of the firmware.
    pub firmware: String,
    /// Versions of products and other attributes that came with its last scan, by name.
    pub attributes: Vec<Attribute>,
    /// When it last scanned.
    pub last_scan: Option<Timestamp>,
    /// Why its last scan failed; null when it did not.
    pub scan_error: Option<EnforcementError>,
    /// When it last reported its full status.
    pub status_at: Option<Timestamp>,
    /// Why its identity is in doubt; null when it is not.
    pub doubt: Option<IdentityDoubt>,
}

/// An attribute.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Why the identity of a device is in doubt.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IdentityDoubt {
    /// `shared-client-id`: several computers use it. `replaced`: it has a newer record.
    pub kind: String,
    /// The names of those computers, the latest last.
    pub names: Vec<String>,
    /// The newer record.
    pub replaced_by: Option<Named>,
    /// What to do.
    pub next_step: String,
}

impl From<Doubt> for IdentityDoubt {
    fn from(doubt: Doubt) -> Self {
        let (kind, next_step) = (doubt.slug().to_owned(), doubt.next_step().to_owned());
        match doubt {
            Doubt::Shared(names) => Self { kind, names, replaced_by: None, next_step },
            Doubt::ReplacedBy { device, name } => {
                Self { kind, names: Vec::new(), replaced_by: Some(Named { id: device.0, name }), next_step }
            }
        }
    }
}

impl From<WindowsDetail> for WindowsDevice {
    fn from(detail: WindowsDetail) -> Self {
        let computer = &detail.computer;
        Self {
            os_version: computer.operating_system().version,
            edition: computer.edition_name().map(str::to_owned),
            edition_number: computer.edition,
            locale: computer.locale.clone(),
            manufacturer: computer.manufacturer.clone(),
            model: computer.model.clone(),
            firmware: format!("{} {}", computer.firmware_name, computer.firmware_version).trim().to_owned(),
            client_id: detail.client_id,
            dns_name: detail.dns_name,
            target_groups: detail.target_groups,
            protocol: detail.protocol,
            registered_at: detail.registered_at,
            attributes: detail.attributes.into_iter().map(|(name, value)| Attribute { name, value }).collect(),
            last_scan: detail.last_scan_at,
            scan_error: detail.scan_error.map(Into::into),
            status_at: detail.status_at,
            doubt: detail.doubt.map(Into::into),
        }
    }
}
