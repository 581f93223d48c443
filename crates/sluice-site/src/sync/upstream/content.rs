//! The files of updates at upstream servers: where a server has them, and asking it to get what it
//! does not have (protocols.md §5.1, step 11).

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
use crate::sources::UpstreamSource;

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
            let servers = servers(site);
            let proxy = |source| servers.iter().find(|(id, _)| *id == source).and_then(|(_, s)| s.proxy.clone());
            let mut places = recorded_places(records, proxy);
            for (id, source) in &servers {
                let client = site.upstreams.client(*id, source).inspect_err(|error| {
                    tracing::debug!(url = source.url, error = chain(error), "files cannot be fetched from there");
                });
                let Ok(client) = client else { continue };
                places.push(Place {
                    url: format!("{}/Content/{}", source.url.trim_end_matches('/'), file.path),
                    proxy: None,
                    client: Some(client),
                    upstream: Some(*id),
                });
            }
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

/// The enabled upstream servers, in the order of their names.
fn servers(site: &Site) -> Vec<(SourceId, UpstreamSource)> {
    let all = site.sources.all();
    let readable = all.iter().filter_map(|record| site.readable_source(record)).filter(|source| source.enabled);
    readable.filter_map(|source| Some((source.id, source.config.upstream()?.clone()))).collect()
}

async fn ask_for(site: &Arc<Site>, source: SourceId, file: &WantedContent) -> Result<(), SiteError> {
    let record = site.sources.get(source).ok_or_else(|| SiteError::not_found("source", source))?;
    let config = site.source_view(&record)?.config;
    let server = config.upstream().ok_or_else(|| SiteError::not_found("upstream server", source))?;
    let unavailable = |error: super::UpstreamError| {
        SiteError::unavailable(error.to_string(), "The site tries again by itself.").with_source(error)
    };
    let session = site.upstreams.session(&record, server).map_err(unavailable)?;
    let known = upstream::get(&mut site.store.reader().await?, source).await?;
    // A server that was never synchronized with knows nothing of the files of updates here.
    let Some(known) = known else { return Ok(()) };
    let now = || site.now();
    let asking = Asking { me: known.account, now: &now, on_bytes: &|_| {} };
    let request = |cookie| DownloadFiles { cookie: Some(cookie), file_digest_list: vec![file.sha1.to_vec()] };
    session.ask_known(&asking, "DownloadFiles", MAX_SMALL, request).await.map(drop).map_err(unavailable)
}
