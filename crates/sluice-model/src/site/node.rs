//! What a site tells of itself, and of the sites below it, to the site above.

use jiff::{SignedDuration, Timestamp};

use super::{SiteMode, SiteType};
use crate::id::SiteId;
use crate::name::Name;

/// A site as it was last reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteNode {
    /// Identity.
    pub id: SiteId,
    /// The site above it; `None`: the one that it was reported to.
    pub parent: Option<SiteId>,
    /// Its name for people.
    pub name: Name,
    /// Its type.
    pub site_type: SiteType,
    /// Whether it takes over decisions.
    pub mode: SiteMode,
    /// Version of its program.
    pub version: String,
    /// Version of the catalog it serves; each site counts its own.
    pub catalog_version: u64,
    /// The catalog version of the site above that it holds; `None`: none since it started.
    pub holds: Option<u64>,
    /// End of its last successful synchronization with the site above, or with its source.
    pub last_sync: Option<Timestamp>,
    /// Why its last synchronization failed, when it did.
    pub last_error: Option<String>,
    /// Its own devices.
    pub devices: DeviceFigures,
    /// How long the site above it had not heard of it when this was reported; nothing for the one that reports.
    pub unheard: Option<SignedDuration>,
}

/// Devices by compliance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceFigures {
    /// All.
    pub devices: u64,
    /// Those that need nothing.
    pub compliant: u64,
    /// Those that need something.
    pub non_compliant: u64,
    /// Those of which nothing is known yet.
    pub unknown: u64,
}

impl std::ops::Add for DeviceFigures {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            devices: self.devices.saturating_add(other.devices),
            compliant: self.compliant.saturating_add(other.compliant),
            non_compliant: self.non_compliant.saturating_add(other.non_compliant),
            unknown: self.unknown.saturating_add(other.unknown),
        }
    }
}
