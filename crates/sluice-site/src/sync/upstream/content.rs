//! The files of updates at upstream servers: where a server has them, and asking it to get what it
//! does not have (\[MS-WSUSSS\] 3.2.4.4, protocols.md §5.1, step 11).

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sluice_model::SourceId;
use sluice_store::content_origin::ContentOriginRecord;
use sluice_store::upstream;
use sluice_wsus::messages::server_sync::DownloadFiles;

use super::session::{Asking, MAX_SMALL};
use crate::content::{ContentOrigin, Place, WantedContent, recorded_places};
use crate::error::{SiteError, chain};
use crate::site::Site;
use crate::sources::Source;

/// Finds files at the site's upstream servers.
pub(crate) struct UpstreamContent;

impl ContentOrigin for UpstreamContent {
    fn places<'a>(
        &'a self,
        site: &'a Arc<Site>,
        file: &'a WantedContent,
        records: &'a [ContentOriginRecord],
    ) -> BoxFuture<'a, Vec<Place>> {
        Box::pin(async move {
            let sources = sources(site);
            let (servers, out_of_force): (Vec<_>, Vec<_>) =
                sources.iter().filter_map(|s| Some((s, s.config.upstream()?))).partition(|(source, _)| source.enabled);
            // What a server said that is not in force may be out of reach, as the internet is below another site.
            let counts = |record: &&ContentOriginRecord| out_of_force.iter().all(|(s, _)| s.id != record.source);
            let records: Vec<_> = records.iter().filter(counts).cloned().collect();
            let proxy = |source| servers.iter().find(|(s, _)| s.id == source).and_then(|(_, s)| s.proxy.clone());
            // Publishers are for what upstream servers do not keep.
            let (mut places, mut last) = (Vec::new(), Vec::new());
            for (Source { id, .. }, source) in &servers {
                let client = site.upstreams.client(*id, source).inspect_err(|error| {
                    tracing::debug!(url = source.url, error = chain(error), "files cannot be fetched from there");
                });
                let Ok(client) = client else { continue };
                let keeps_none = site.upstreams.is_catalog_only(*id, source);
                let of_its_kind = if keeps_none { &mut last } else { &mut places };
                of_its_kind.push(Place {
                    url: format!("{}/Content/{}", source.url.trim_end_matches('/'), file.path),
                    proxy: None,
                    client: Some(client),
                    upstream: Some(*id),
                });
            }
            places.extend(recorded_places(&records, proxy));
            places.extend(last);
            places
        })
    }

    fn request<'a>(
        &'a self,
        site: &'a Arc<Site>,
        source: SourceId,
        file: &'a WantedContent,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move { ask_for(site, source, file).await.map_err(|error| error.message) })
    }
}

/// The sources, in the order of their names.
fn sources(site: &Site) -> Vec<Source> {
    site.sources.all().iter().filter_map(|record| site.readable_source(record)).collect()
}

async fn ask_for(site: &Arc<Site>, source: SourceId, file: &WantedContent) -> Result<(), SiteError> {
    let record = site.sources.get(source).ok_or_else(|| SiteError::not_found("source", source))?;
    let config = site.source_view(&record)?.config;
    let server = config.upstream().ok_or_else(|| SiteError::not_found("upstream server", source))?;
    let unavailable = |error: super::UpstreamError| {
        SiteError::unavailable(error.to_string(), "The site tries again by itself.").with_source(error)
    };
    let session = site.upstream_session(&record, server).map_err(unavailable)?;
    let known = upstream::get(&mut site.store.reader().await?, source).await?;
    // A server that was never synchronized with knows nothing of the files of updates here.
    let Some(known) = known else { return Ok(()) };
    let now = || site.now();
    let asking = Asking { me: known.account, now: &now, on_bytes: &|_| {} };
    let request = |cookie| DownloadFiles { cookie: Some(cookie), file_digest_list: vec![file.sha1.to_vec()] };
    session.ask_known(&asking, "DownloadFiles", MAX_SMALL, request).await.map(drop).map_err(unavailable)
}
