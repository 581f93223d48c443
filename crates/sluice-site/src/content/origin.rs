//! Where a file can be fetched from.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::{Client, Url};
use sluice_model::SourceId;
use sluice_store::content_origin::ContentOriginRecord;

use crate::site::Site;

/// A file that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedContent {
    /// SHA-1.
    pub sha1: [u8; 20],
    /// Its path below `/Content/` of a WSUS or a Sluice: `49/A379…8449.exe`.
    pub path: String,
    /// Bytes.
    pub size: u64,
}

/// One place to fetch a file from.
#[derive(Clone, Debug)]
pub struct Place {
    /// `http` or `https`; anything else is not fetched.
    pub url: String,
    /// HTTP proxy; `None`: the site's own settings.
    pub proxy: Option<String>,
    /// What to fetch with, where other authorities or pins count than usual.
    pub client: Option<Client>,
    /// The upstream server it is; `None`: a publisher's server. When an upstream server does not have
    /// a file, it is asked to get it ([`ContentOrigin::request`]).
    pub upstream: Option<SourceId>,
}

/// What upstream servers know about files. The synchronization with upstream servers gives one to the
/// site ([`Site::set_content_origin`]); without it only what the metadata says is tried.
pub trait ContentOrigin: Send + Sync + 'static {
    /// Where a file may be, best first. `records` is what sources said of it.
    fn places<'a>(
        &'a self,
        site: &'a Arc<Site>,
        file: &'a WantedContent,
        records: &'a [ContentOriginRecord],
    ) -> BoxFuture<'a, Vec<Place>>;

    /// Asks an upstream server to get a file it does not have (`DownloadFiles`). It is tried again
    /// later. The error is for people, one line.
    fn request<'a>(
        &'a self,
        site: &'a Arc<Site>,
        source: SourceId,
        file: &'a WantedContent,
    ) -> BoxFuture<'a, Result<(), String>>;
}

/// What the metadata itself says: the publisher's addresses first, then those of upstream servers.
#[must_use]
pub fn recorded_places(records: &[ContentOriginRecord], proxy: impl Fn(SourceId) -> Option<String>) -> Vec<Place> {
    let place = |url: &str, record: &ContentOriginRecord, upstream| Place {
        url: url.to_owned(),
        proxy: proxy(record.source),
        client: None,
        upstream,
    };
    let public = records.iter().filter(|r| is_fetchable(&r.url)).map(|r| place(&r.url, r, None));
    let servers = records.iter().filter(|r| is_fetchable(&r.upstream_url));
    public.chain(servers.map(|r| place(&r.upstream_url, r, Some(r.source)))).collect()
}

/// Whether it is an address of a web server; files of this machine are none.
#[must_use]
pub fn is_fetchable(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// An address as people and logs may see it: without credentials, and without the query, which may
/// hold some.
pub(super) fn shown(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else { return "an address that is none".to_owned() };
    url.set_query(None);
    url.set_fragment(None);
    // Only addresses that cannot have any refuse.
    let (_none, _none_either) = (url.set_username(""), url.set_password(None));
    url.to_string()
}

impl Site {
    /// Tells what knows where files are. The last one holds.
    pub fn set_content_origin(&self, origin: Arc<dyn ContentOrigin>) {
        self.fetching.set_origin(origin);
        self.content_origins_changed();
    }

    /// Sources said where files are: those that had no place are looked for again.
    pub fn content_origins_changed(&self) {
        self.fetching.forget_homeless();
        self.fetching.plan_again();
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_web_servers_are_places() {
        let record = |url: &str, upstream_url: &str| ContentOriginRecord {
            sha1: [1; 20],
            source: SourceId(Uuid::nil()),
            url: url.into(),
            upstream_url: upstream_url.into(),
            size: None,
            sha256: None,
        };
        let records =
            [record("file:///etc/passwd", "http://b/1"), record("", "ftp://x/y"), record("https://a/1?P1=x", "")];
        let places = recorded_places(&records, |_| None);
        let places: Vec<_> = places.iter().map(|place| (place.url.as_str(), place.upstream.is_some())).collect();
        assert_eq!(places, [("https://a/1?P1=x", false), ("http://b/1", true)]);
    }

    #[test]
    fn secrets_are_not_shown() {
        assert_eq!(shown("https://ada:secret@a/1?P1=x#y"), "https://a/1");
        assert_eq!(shown("x"), "an address that is none");
    }
}
