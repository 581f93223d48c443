//! How what a site told is stored. Fields may not be added: a change is a new version of the whole.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sluice_model::{DeviceFigures, Name, SiteId, SiteMode, SiteNode, SiteType};
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
pub(super) struct NodeRow {
    id: [u8; 16],
    parent: Option<[u8; 16]>,
    name: String,
    site_type: String,
    mode: String,
    version: String,
    catalog_version: u64,
    holds: Option<u64>,
    last_sync: Option<i64>,
    last_error: Option<String>,
    devices: [u64; 4],
    unheard_seconds: Option<i64>,
}

impl NodeRow {
    pub(super) fn new(node: &SiteNode) -> Self {
        let DeviceFigures { devices, compliant, non_compliant, unknown } = node.devices;
        Self {
            id: node.id.0.into_bytes(),
            parent: node.parent.map(|parent| parent.0.into_bytes()),
            name: node.name.to_string(),
            site_type: node.site_type.slug().to_owned(),
            mode: node.mode.slug().to_owned(),
            version: node.version.clone(),
            catalog_version: node.catalog_version,
            holds: node.holds,
            last_sync: node.last_sync.map(Timestamp::as_microsecond),
            last_error: node.last_error.clone(),
            devices: [devices, compliant, non_compliant, unknown],
            unheard_seconds: node.unheard.map(|time| time.as_secs()),
        }
    }

    /// The node, or what is wrong with the row.
    pub(super) fn node(self) -> Result<SiteNode, String> {
        let site = |bytes| SiteId(Uuid::from_bytes(bytes));
        let [devices, compliant, non_compliant, unknown] = self.devices;
        let last_sync = self.last_sync.map(Timestamp::from_microsecond).transpose();
        Ok(SiteNode {
            id: site(self.id),
            parent: self.parent.map(site),
            name: Name::new(&self.name).map_err(|error| error.to_string())?,
            site_type: SiteType::from_slug(&self.site_type).ok_or_else(|| format!("no type {:?}", self.site_type))?,
            mode: SiteMode::from_slug(&self.mode).ok_or_else(|| format!("no mode {:?}", self.mode))?,
            version: self.version,
            catalog_version: self.catalog_version,
            holds: self.holds,
            last_sync: last_sync.map_err(|error| error.to_string())?,
            last_error: self.last_error,
            devices: DeviceFigures { devices, compliant, non_compliant, unknown },
            unheard: self.unheard_seconds.map(SignedDuration::from_secs),
        })
    }
}
