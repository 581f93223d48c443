//! An upstream server as the store keeps it.

use serde::{Deserialize, Serialize};

use super::UpstreamSource;

#[derive(Serialize, Deserialize)]
pub(super) struct UpstreamRow {
    url: String,
    proxy: Option<String>,
    authorities: Option<String>,
    pinned: Vec<String>,
    replica: bool,
    account_name: Option<String>,
    languages: Vec<String>,
    parallel: u8,
}

impl From<UpstreamRow> for UpstreamSource {
    fn from(row: UpstreamRow) -> Self {
        Self {
            url: row.url,
            proxy: row.proxy,
            authorities: row.authorities,
            pinned: row.pinned,
            replica: row.replica,
            account_name: row.account_name,
            languages: row.languages,
            parallel: row.parallel,
        }
    }
}

impl From<&UpstreamSource> for UpstreamRow {
    fn from(source: &UpstreamSource) -> Self {
        let source = source.clone();
        Self {
            url: source.url.trim_end_matches('/').to_owned(),
            proxy: source.proxy,
            authorities: source.authorities,
            pinned: source.pinned,
            replica: source.replica,
            account_name: source.account_name,
            languages: source.languages,
            parallel: source.parallel,
        }
    }
}
