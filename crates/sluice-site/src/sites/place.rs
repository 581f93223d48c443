//! What this site is, and below which one.

use jiff::Timestamp;
use sluice_model::{Name, SiteId, SiteMode, SiteType, SourceId};
use sluice_store::{Reader, StoreError, Tx, meta};
use sluice_wire::site::SiteCredential;

use super::TopSettings;
use super::place_row::PlaceRow;
use crate::error::{SiteError, SiteResult};

/// Where it is kept.
const META: &str = "site-place";

/// A place in the hierarchy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) site_type: SiteType,
    /// Of a site at the top it says nothing.
    pub(crate) mode: SiteMode,
    pub(crate) parent: Option<ParentSite>,
}

/// The site above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParentSite {
    pub(crate) id: SiteId,
    pub(crate) name: Name,
    pub(crate) site_type: SiteType,
    pub(crate) url: String,
    /// SHA-256 of the certificate of the authority that vouches for it.
    pub(crate) authority_sha256: [u8; 32],
    /// What this site shows there.
    pub(crate) credential: SiteCredential,
    /// The source by which metadata comes from there.
    pub(crate) source: SourceId,
    pub(crate) joined_at: Timestamp,
    /// What the top decides; `None`: it was not told yet.
    pub(crate) settings: Option<TopSettings>,
}

impl Place {
    /// As it is stored; a new site stands alone.
    pub(super) async fn load(reader: &mut Reader) -> SiteResult<Self> {
        let Some(stored) = meta::get(reader, META).await? else { return Ok(Self::default()) };
        let row: PlaceRow =
            serde_json::from_slice(&stored).map_err(|e| SiteError::internal("reading the place of the site", e))?;
        row.place().map_err(|what| SiteError::internal("reading the place of the site", what))
    }

    pub(super) fn to_bytes(&self) -> SiteResult<Vec<u8>> {
        serde_json::to_vec(&PlaceRow::new(self)).map_err(|e| SiteError::internal("writing the place of the site", e))
    }

    /// The source by which metadata comes from the site above.
    pub(crate) fn source(&self) -> Option<SourceId> {
        self.parent.as_ref().map(|parent| parent.source)
    }
}

/// Stores a place that [`Place::to_bytes`] wrote.
pub(super) async fn store(tx: &mut Tx, bytes: &[u8]) -> Result<(), StoreError> {
    meta::set(tx, META, bytes).await
}
