//! Where the files of updates are, as the server says.

use sluice_model::SourceId;
use sluice_store::content_origin::{self, ContentOriginRecord};
use sluice_wsus::messages::server_sync::ServerSyncUrlData;

use crate::site::Site;
use crate::sync::error::SyncError;

/// Longest address that is kept, bytes.
const MAX_URL: usize = 2 << 10;

/// Keeps the addresses of files. One with an address that is too long, or without any, is found at its
/// usual place at the server.
pub(super) async fn keep(site: &Site, source: SourceId, urls: Vec<ServerSyncUrlData>) -> Result<(), SyncError> {
    let records: Vec<_> = urls.into_iter().filter_map(|data| record(source, data)).collect();
    if records.is_empty() {
        return Ok(());
    }
    site.store.write(move |tx| Box::pin(async move { content_origin::put_many(tx, &records).await })).await?;
    Ok(())
}

fn record(source: SourceId, data: ServerSyncUrlData) -> Option<ContentOriginRecord> {
    let ServerSyncUrlData { file_digest, mu_url, uss_url, .. } = data;
    let sha1 = file_digest.try_into().ok()?;
    if mu_url.is_empty() && uss_url.is_empty() || mu_url.len() > MAX_URL || uss_url.len() > MAX_URL {
        return None;
    }
    Some(ContentOriginRecord { sha1, source, url: mu_url, upstream_url: uss_url, size: None, sha256: None })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_what_says_where_a_file_is_is_kept() {
        let source = SourceId(Uuid::nil());
        let kept = |digest: usize, url: &str| {
            let data = ServerSyncUrlData {
                file_digest: vec![7; digest],
                mu_url: url.to_owned(),
                ..ServerSyncUrlData::default()
            };
            record(source, data).map(|record| record.url)
        };
        assert_eq!(kept(20, "http://x/1"), Some("http://x/1".into()));
        assert_eq!(kept(19, "http://x/1"), None);
        assert_eq!(kept(20, ""), None);
        assert_eq!(kept(20, &"x".repeat(MAX_URL + 1)), None);
    }
}
