//! What happens at the site, for live views. Losing an event loses nothing: every view can be read
//! again.

use sluice_model::{DeploymentId, DeviceId, SourceId};

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SiteEvent {
    /// A synchronization moved on, began or ended.
    Sync(SourceId),
    /// A new catalog is served.
    Catalog {
        /// Its version.
        version: u64,
    },
    /// A device's compliance or state changed.
    Device(DeviceId),
    /// The compliance or state of several devices changed.
    Devices,
    /// A deployment was created, changed or cancelled.
    Deployment(DeploymentId),
    /// An alert was raised or cleared.
    Alerts,
    /// A file of an update came, or could not be had.
    Content,
    /// A site of the hierarchy joined, left, was heard again or told something else.
    Sites,
}

impl SiteEvent {
    /// The event's name on the stream.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sync(_) => "sync",
            Self::Catalog { .. } => "catalog",
            Self::Device(_) | Self::Devices => "device",
            Self::Deployment(_) => "deployment",
            Self::Alerts => "alerts",
            Self::Content => "content",
            Self::Sites => "sites",
        }
    }
}
