//! A browser without a screen: keeps its cookie, follows nothing by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use sluice_site::{Clock, Entropy, Host, Site, SiteConfig};
use sluice_store::{DatabaseUrl, Store, StoreConfig};
use tower::ServiceExt as _;

use crate::admin::{AdminOptions, admin_router};

/// The password of the first administrator.
pub const PASSWORD: &str = "correct horse battery";

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_795_000_000).unwrap()
    }
}

/// Different bytes every time; nobody guesses in tests.
struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            byte.copy_from_slice(&number.to_le_bytes()[..byte.len()]);
        }
    }
}

/// A site with a browser in front of it.
pub struct Browser {
    pub site: Arc<Site>,
    router: Router,
    cookie: Option<String>,
    _directory: tempfile::TempDir,
}

/// What a request brought.
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    /// Where it sends the browser.
    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |to| to.to_str().unwrap())
    }

    /// The value of the first hidden field of a name.
    pub fn hidden(&self, name: &str) -> &str {
        let field = format!("name=\"{name}\" value=\"");
        self.text.split_once(&field).and_then(|(_, rest)| rest.split_once('"')).map_or("", |(value, _)| value)
    }

    /// The text between two others.
    pub fn between(&self, before: &str, after: &str) -> &str {
        self.text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map_or("", |(found, _)| found)
    }
}

impl Browser {
    /// A new site that nobody has set up.
    pub async fn new() -> Self {
        Self::with(AdminOptions::default()).await
    }

    /// A new site with a listener of some sort.
    pub async fn with(options: AdminOptions) -> Self {
        Self::open(options, 1).await
    }

    /// One of several sites.
    pub async fn numbered(number: u8) -> Self {
        Self::open(AdminOptions::default(), number).await
    }

    async fn open(options: AdminOptions, number: u8) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(directory.path().join("sluice.db"));
        let store = Store::open(StoreConfig::new(url, [6 + number; 16])).await.unwrap();
        let config = SiteConfig {
            name: "Utrecht".into(),
            database: "SQLite",
            authority_sha256: [9; 32],
            authority_certificate: b"a certificate".to_vec(),
            clients_url: "https://updates.example.org:8531".into(),
            data_directory: directory.path().to_owned(),
            content_directory: directory.path().join("content"),
            metadata_memory: 64 << 20,
            plain_port: None,
            certificate_expires: jiff::Timestamp::MAX,
            check_in: SignedDuration::from_mins(10),
            silent_after: SignedDuration::from_hours(24),
        };
        let host = Host { clock: Arc::new(FixedClock), entropy: Arc::new(Counter(AtomicU64::new(number.into()))) };
        let site = Site::open(config, store, host).await.unwrap();
        let router = admin_router(Arc::clone(&site), options);
        Self { site, router, cookie: None, _directory: directory }
    }

    /// A new site with its first administrator signed in.
    pub async fn signed_in() -> Self {
        let mut browser = Self::new().await;
        browser.set_up().await;
        browser
    }

    /// Makes the first administrator.
    pub async fn set_up(&mut self) -> Page {
        let token = self.site.create_setup_token().await.unwrap();
        let page = self
            .post("/setup", &[("token", &token), ("name", "ada"), ("password", PASSWORD), ("again", PASSWORD)])
            .await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        page
    }

    /// Forgets the cookie.
    pub fn forget(&mut self) {
        self.cookie = None;
    }

    /// Looks at a page.
    pub async fn get(&mut self, path: &str) -> Page {
        self.send(Request::get(path)).await
    }

    /// Looks at a page that must be there.
    pub async fn see(&mut self, path: &str) -> Page {
        let page = self.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
        page
    }

    /// Sends a form as it is.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.post_with(path, fields, &[]).await
    }

    /// Sends a form with headers.
    pub async fn post_with(&mut self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let mut request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send_body(request, Body::from(encode(fields))).await
    }

    /// Sends a form with the token of this session.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.see("/groups").await.hidden("csrf").to_owned();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }

    async fn send(&mut self, request: axum::http::request::Builder) -> Page {
        self.send_body(request, Body::empty()).await
    }

    async fn send_body(&mut self, mut request: axum::http::request::Builder, body: Body) -> Page {
        request = request.header(HOST, "site.example:8480");
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        if let Some(set) = parts.headers.get(SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            self.cookie = (!pair.ends_with('=')).then_some(pair);
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        Page { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

fn encode(fields: &[(&str, &str)]) -> String {
    let text = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    fields.iter().map(|(name, value)| format!("{}={}", text(name), text(value))).collect::<Vec<_>>().join("&")
}
