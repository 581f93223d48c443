//! What this site is, and below which one.

use std::sync::Arc;

use jiff::Timestamp;
use sluice_model::{Name, SiteId, SiteMode, SiteType, SourceId};
use sluice_store::{Reader, StoreError, Tx, meta};
use sluice_wire::site::SiteCredential;

use super::place_row::PlaceRow;
use super::{StandIn, TopSettings};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

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
    /// What is needed to stand in for it; `None`: this is no update point, or it has no source.
    pub(crate) stand_in: Option<StandIn>,
    /// The source that is asked in its place, as long as this point stands in for it.
    pub(crate) stands_in: Option<SourceId>,
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

    /// The same with something else known of the site above.
    pub(super) fn with_parent(&self, change: impl FnOnce(&mut ParentSite)) -> Self {
        let mut next = self.clone();
        if let Some(parent) = &mut next.parent {
            change(parent);
        }
        next
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

/// Stores something about the site above, if it still is the one.
pub(super) async fn change_parent(
    site: &Arc<Site>,
    parent: &ParentSite,
    change: impl FnOnce(&mut ParentSite),
) -> SiteResult<()> {
    let turn = site.directory_turn().await;
    let place = site.sites.place();
    if place.parent.as_ref().is_none_or(|known| known.credential != parent.credential) {
        return Ok(());
    }
    let next = place.with_parent(change);
    let bytes = next.to_bytes()?;
    let of_work = Arc::clone(site);
    site.to_the_end(async move {
        let _turn = turn;
        of_work.store.write(move |tx| Box::pin(async move { store(tx, &bytes).await })).await?;
        of_work.sites.place.send_replace(Arc::new(next));
        // Those below are told what this site was told.
        of_work.sites.news.raise();
        Ok(())
    })
    .await
}
