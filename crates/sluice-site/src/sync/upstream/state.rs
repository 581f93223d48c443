//! How far the site has come with a server, from run to run.

use sluice_model::SyncExtent;
use sluice_store::source::SourceRecord;
use sluice_store::upstream::{self, UpstreamRecord};

use super::filter::Filter;
use crate::site::Site;
use crate::sources::UpstreamSource;
use crate::sync::error::SyncError;

/// What is remembered, and where.
pub(super) struct State<'r> {
    pub(super) site: &'r Site,
    source: &'r SourceRecord,
    pub(super) record: UpstreamRecord,
}

impl<'r> State<'r> {
    /// What is remembered of the server. The identity of this site there is made when there is none; another server
    /// than before is asked from the beginning (SYN-03).
    pub(super) async fn load(
        site: &'r Site,
        source: &'r SourceRecord,
        upstream: &UpstreamSource,
        extent: SyncExtent,
    ) -> Result<Self, SyncError> {
        let known = upstream::get(&mut site.store.reader().await?, source.id).await?;
        let server = upstream.url.clone();
        let Some(record) = known else {
            let record = UpstreamRecord {
                source: source.id,
                account: site.upstreams.id,
                server,
                lists_anchor: None,
                updates_anchor: None,
                filter: None,
                deployments_anchor: None,
            };
            let mut state = Self { site, source, record };
            state.save().await?;
            return Ok(state);
        };
        let mut state = Self { site, source, record };
        // The site above was told of this one, whatever it once was elsewhere.
        let linked = site.sites.place().source() == Some(source.id);
        let me = if linked { site.upstreams.id } else { state.record.account };
        if state.record.server != server || state.record.account != me {
            state.record.server = server;
            state.record.account = me;
            state.forget_anchors();
            state.save().await?;
        }
        if extent == SyncExtent::Full {
            state.forget_anchors();
        }
        Ok(state)
    }

    /// Everything is asked for from the beginning.
    pub(super) fn forget_anchors(&mut self) {
        self.record.lists_anchor = None;
        self.record.updates_anchor = None;
        self.record.filter = None;
        self.record.deployments_anchor = None;
    }

    /// What was asked for when the anchor of updates was given.
    pub(super) fn filter(&self) -> Filter {
        self.record.filter.as_deref().and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    pub(super) async fn save(&mut self) -> Result<(), SyncError> {
        // Deleted or changed meanwhile: its anchors are not those of the source as it is now.
        if self.site.sources.get(self.source.id).is_none_or(|now| now.config != self.source.config) {
            return Err(SyncError::Config("the source was changed or deleted meanwhile".into()));
        }
        let record = self.record.clone();
        Ok(self.site.store.write(move |tx| Box::pin(async move { upstream::put(tx, &record).await })).await?)
    }
}
