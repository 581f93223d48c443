//! A site with its devices' routers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use sluice_site::{Caller, Clock, Entropy, Host, Site, SiteConfig};
use sluice_store::{DatabaseUrl, Store, StoreConfig};
use sluice_web::{client_router, plain_router};
use sluice_wsus::xpress;
use tempfile::TempDir;
use tower::ServiceExt as _;

pub const CLIENT: &str = "/ClientWebService/client.asmx";
pub const SIMPLE_AUTH: &str = "/SimpleAuthWebService/SimpleAuth.asmx";
pub const REPORTING: &str = "/ReportingWebService/ReportingWebService.asmx";

pub struct World {
    pub site: Arc<Site>,
    pub clients: Router,
    pub plain: Router,
    pub directory: TempDir,
    clock: Arc<TestClock>,
}

#[derive(Default)]
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_795_341_600 + self.0.load(Ordering::SeqCst)).unwrap()
    }
}

struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let n = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
            chunk.copy_from_slice(&n[..chunk.len()]);
        }
    }
}

/// An answer that has been read; its text is unpacked.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl World {
    pub async fn open() -> Self {
        Self::open_in(tempfile::tempdir().unwrap()).await
    }

    /// On the database in a directory.
    pub async fn open_in(directory: TempDir) -> Self {
        Self::open_with(directory, 64 << 20).await
    }

    /// With so many bytes for metadata.
    pub async fn open_with(directory: TempDir, metadata_memory: u64) -> Self {
        let _first = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let url = DatabaseUrl::Sqlite(directory.path().join("sluice.db"));
        let store = Store::open(StoreConfig::new(url, [7; 16])).await.unwrap();
        let clock = Arc::new(TestClock::default());
        let host = Host { clock: Arc::clone(&clock) as Arc<dyn Clock>, entropy: Arc::new(Counter(AtomicU64::new(1))) };
        let config = SiteConfig {
            name: "Test site".into(),
            database: "SQLite",
            authority_sha256: [3; 32],
            authority_certificate: b"a certificate".to_vec(),
            clients_url: "https://wsus.example:8531".into(),
            data_directory: directory.path().to_owned(),
            content_directory: directory.path().join("content"),
            metadata_memory,
            plain_port: Some(8530),
            certificate_expires: Timestamp::MAX,
            check_in: SignedDuration::from_secs(900),
            silent_after: SignedDuration::from_hours(72),
        };
        let site = Site::open(config, store, host).await.unwrap();
        let (clients, plain) = (client_router(Arc::clone(&site)), plain_router(Arc::clone(&site)));
        Self { site, clients, plain, directory, clock }
    }

    pub fn pass(&self, time: SignedDuration) {
        self.clock.0.fetch_add(time.as_secs(), Ordering::SeqCst);
    }

    /// A figure of the site.
    pub fn metric(&self, name: &str) -> f64 {
        let metrics = self.site.metrics(&Caller::system()).unwrap();
        metrics.iter().find(|metric| metric.name == name).unwrap().value
    }

    pub async fn import(&self, documents: &[String]) {
        let body = stream::iter([Ok(Bytes::from(documents.concat()))]);
        let summary = self.site.import_catalog(&Caller::system(), "documents.xml", None, body).await.unwrap();
        assert_eq!(summary.quarantined, 0, "{summary:?}");
    }

    /// Posts as an agent does.
    pub async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        let head = [("content-type", "text/xml; charset=utf-8"), ("host", "wsus.example:8531")];
        self.send(&self.clients, "POST", path, &head, body).await
    }

    pub async fn send(
        &self,
        router: &Router,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        if let Some(length) = parts.headers.get("content-length") {
            assert_eq!(length.to_str().unwrap(), body.len().to_string());
        }
        let plain = if parts.headers.get("content-encoding").is_some_and(|encoding| encoding == "xpress") {
            xpress::decompress(&body, 1 << 30).unwrap()
        } else {
            body.to_vec()
        };
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(plain).unwrap() }
    }
}

impl Answer {
    /// A good answer.
    pub fn ok(self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        self.text
    }

    /// The `ErrorCode` and the `Message` of a fault.
    pub fn fault(&self) -> (String, String) {
        assert_eq!(self.status, StatusCode::INTERNAL_SERVER_ERROR, "{self:?}");
        let value = |name| crate::shape::value(&self.text, name).unwrap_or_default();
        (value("ErrorCode"), value("Message"))
    }
}
