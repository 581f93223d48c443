//! What an upstream server has, looked at without storing anything.

use sluice_model::RevisionRef;
use sluice_store::source::SourceRecord;
use sluice_store::upstream;
use sluice_wsus::messages::server_sync::ServerSyncDeploymentResult;
use uuid::Uuid;

use super::filter::Filter;
use super::session::Asking;
use super::{deployments, lists, pending, selection};
use crate::site::Site;
use crate::sources::UpstreamSource;
use crate::sync::SyncError;

/// What a server has.
pub(crate) struct Look {
    /// Categories, classifications and detectoids.
    pub(crate) categories: usize,
    /// The newest revision of each update that meets the selection; `None`: nothing is selected.
    pub(crate) updates: Option<Vec<RevisionRef>>,
    /// All groups, approvals, declined updates and accepted licence terms.
    pub(crate) decisions: ServerSyncDeploymentResult,
}

/// Asks a server for everything it lists and has decided. `record`: the source it is of, if it is defined.
pub(crate) async fn look(
    site: &Site,
    source: &UpstreamSource,
    record: Option<&SourceRecord>,
) -> Result<Look, SyncError> {
    let (session, me) = match record {
        Some(record) => (site.upstream_session(record, source)?, account(site, record).await?),
        None => (site.upstream_trial(source)?.into(), site.upstreams.id),
    };
    let now = || site.now();
    let asking = Asking { me, now: &now, on_bytes: &|_| {} };
    let known = session.known(me, site.now(), &|_| {}).await?;
    let categories = lists::ask(&session, &asking, lists::of_lists(None), || lists::of_lists(None)).await?;
    let filter = Filter::new(&selection::selected(site), &source.languages, &known.config);
    let (mut anchor, mut updates) = (categories.anchor, None);
    if !filter.is_of_lists_only() {
        let whole = || filter.request(None, &Filter::default());
        let listed = lists::ask(&session, &asking, whole(), whole).await?;
        updates = Some(pending::newest(&listed.new_revisions));
        anchor = listed.anchor;
    }
    let decisions = deployments::ask(&session, &asking, None, &anchor).await?;
    Ok(Look { categories: categories.new_revisions.len(), updates, decisions })
}

async fn account(site: &Site, record: &SourceRecord) -> Result<Uuid, SyncError> {
    let known = upstream::get(&mut site.store.reader().await?, record.id).await?;
    Ok(known.map_or_else(|| site.upstreams.id, |known| known.account))
}
