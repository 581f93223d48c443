//! What came from an upstream server and is changed only there: this site is its replica in it.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use sluice_model::SourceId;
use sluice_store::inherited::{self, InheritedKind};
use sluice_store::{Reader, StoreError};
use uuid::Uuid;

use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// What was inherited, in memory.
#[derive(Default)]
pub(crate) struct Inheritance {
    all: ArcSwap<HashMap<(InheritedKind, Uuid), SourceId>>,
}

impl Inheritance {
    pub(crate) async fn load(reader: &mut Reader) -> Result<Self, StoreError> {
        let this = Self::default();
        this.read(reader).await?;
        Ok(this)
    }

    /// Reads it anew after a change.
    pub(crate) async fn read(&self, reader: &mut Reader) -> Result<(), StoreError> {
        let all = inherited::list(reader).await?;
        self.all.store(Arc::new(all.into_iter().map(|r| ((r.kind, r.item), r.source)).collect()));
        Ok(())
    }

    /// The source a thing came from.
    pub(crate) fn source(&self, kind: InheritedKind, item: Uuid) -> Option<SourceId> {
        self.all.load().get(&(kind, item)).copied()
    }

    /// The things of a sort that came from a source.
    pub(crate) fn of(&self, source: SourceId, kind: InheritedKind) -> Vec<Uuid> {
        let all = self.all.load();
        let of_it = all.iter().filter(|((known, _), from)| *known == kind && **from == source);
        of_it.map(|((_, item), _)| *item).collect()
    }
}

impl Site {
    /// Refuses to change what is changed upstream only.
    pub(crate) fn is_ours(&self, kind: InheritedKind, item: Uuid) -> SiteResult<()> {
        let Some(source) = self.inheritance.source(kind, item) else { return Ok(()) };
        let name = self.sources.get(source).map_or_else(|| source.to_string(), |source| source.name);
        let what = match kind {
            InheritedKind::Collection => "the collection",
            InheritedKind::Deployment => "the deployment",
            InheritedKind::Decline => "the decision to decline the update",
            InheritedKind::Licence => "the acceptance of the licence terms",
        };
        Err(SiteError::conflict(
            format!("{what} comes from the upstream {name}, of which this site is a replica"),
            "Change it there, or make the source autonomous.",
        ))
    }
}
