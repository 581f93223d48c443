//! A real site in a directory of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use jiff::{SignedDuration, Timestamp};
use sluice_site::accounts::SignedIn;
use sluice_site::{Caller, Clock, Entropy, Host, Role, Site, SiteConfig};
use sluice_store::{DatabaseUrl, Store, StoreConfig};
use sluice_web::{AdminOptions, admin_router, client_router};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A site, its routers, and ways to be let in.
pub struct TestSite {
    pub site: Arc<Site>,
    pub admin: Router,
    pub clients: Router,
    pub administrator: String,
    pub reader: String,
    pub shutdown: CancellationToken,
    directory: TempDir,
}

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }
}

/// Different bytes each time; nothing here is secret.
struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let n = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            chunk.copy_from_slice(&n[8 - chunk.len()..]);
        }
    }
}

impl TestSite {
    pub async fn open() -> Self {
        let _first = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let directory = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(directory.path().join("sluice.db"));
        let store = Store::open(StoreConfig::new(url, [7; 16])).await.unwrap();
        let host = Host { clock: Arc::new(StoppedClock), entropy: Arc::new(Counter(AtomicU64::new(1))) };
        let config = SiteConfig {
            name: "Test site".into(),
            database: "SQLite",
            authority_sha256: [3; 32],
            authority_certificate: b"a certificate".to_vec(),
            clients_url: "https://updates.example.org:8531".into(),
            data_directory: directory.path().to_owned(),
            content_directory: directory.path().join("content"),
            metadata_memory: 64 << 20,
            plain_port: None,
            certificate_expires: jiff::Timestamp::MAX,
            check_in: SignedDuration::from_secs(900),
            silent_after: SignedDuration::from_hours(72),
        };
        let site = Site::open(config, store, host).await.unwrap();
        let token = async |role: Role| site.create_token(&Caller::system(), role.slug(), role, None).await.unwrap().1;
        let (administrator, reader) = (token(Role::Administrator).await, token(Role::Reader).await);
        let shutdown = CancellationToken::new();
        let options = AdminOptions { shutdown: shutdown.clone(), ..AdminOptions::default() };
        Self {
            admin: admin_router(Arc::clone(&site), options),
            clients: client_router(Arc::clone(&site)),
            site,
            administrator,
            reader,
            shutdown,
            directory,
        }
    }

    /// A path in the site's directory.
    pub fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    /// Signs the first administrator in.
    pub async fn sign_in(&self) -> SignedIn {
        let setup = self.site.create_setup_token().await.unwrap();
        self.site.create_first_administrator(&setup, "ada", "correct horse battery").await.unwrap()
    }
}
