//! What the site tells of itself.

use sluice_model::{DeviceFigures, Name, SiteNode};

use super::Place;
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

impl Site {
    /// This site, as it stands in the tree.
    pub(crate) fn own_node(&self) -> SiteResult<SiteNode> {
        let place = self.sites.place();
        let name = Name::new(&self.config.name).map_err(|e| SiteError::internal("naming this site", e))?;
        let (last_sync, last_error) = self.last_sync_of(&place);
        Ok(SiteNode {
            id: self.sites.id,
            parent: None,
            name,
            site_type: place.site_type,
            mode: place.mode,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            catalog_version: self.catalog().version(),
            holds: place.parent.as_ref().and_then(|_| self.sites.link.holds()),
            last_sync,
            last_error,
            devices: self.own_devices(),
            unheard: None,
        })
    }

    /// The devices of this site itself: those that other servers reported are counted there.
    fn own_devices(&self) -> DeviceFigures {
        let fleet = self.fleet();
        let mut figures = DeviceFigures::default();
        for row in fleet.devices().filter(|row| row.origin().is_none()) {
            figures.devices += 1;
            match &row.compliance {
                None => figures.unknown += 1,
                Some(compliance) if compliance.is_compliant() => figures.compliant += 1,
                Some(compliance) if compliance.required.is_empty() => figures.unknown += 1,
                Some(_) => figures.non_compliant += 1,
            }
        }
        figures
    }

    /// The last success, and why the last run failed: of the source that the site above is, or of any.
    fn last_sync_of(&self, place: &Place) -> (Option<jiff::Timestamp>, Option<String>) {
        let sources = self.sources.all();
        let of_parent = |id| place.source().is_none_or(|source| source == id);
        let ids = sources.iter().map(|source| source.id).filter(|id| of_parent(*id));
        let (mut success, mut error) = (None, None);
        for id in ids {
            success = success.max(self.sync.last_success(id));
            error = error.or_else(|| self.sync.last_run(id)?.error);
        }
        (success, error)
    }
}
