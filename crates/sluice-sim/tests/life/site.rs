//! A real site behind the real agent listener.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls_pki_types::PrivateKeyDer;
use sluice_site::{Caller, Clock, Entropy, Host, Site, SiteConfig};
use sluice_store::{DatabaseUrl, Store, StoreConfig};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

struct At;

impl Clock for At {
    fn now(&self) -> Timestamp {
        crate::now()
    }
}

struct Random;

impl Entropy for Random {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("random bytes");
    }
}

pub struct Running {
    pub site: Arc<Site>,
    pub url: String,
    shutdown: CancellationToken,
    listener: JoinHandle<()>,
    _directory: tempfile::TempDir,
}

impl Running {
    pub async fn start() -> Self {
        // The first provider stays; there is only one.
        let _first = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let directory = tempfile::tempdir().expect("a directory");
        let url = DatabaseUrl::Sqlite(directory.path().join("sluice.db"));
        let store = Store::open(StoreConfig::new(url, [7; 16])).await.expect("a store");
        crate::catalog::store(&store).await;
        let (tls, authority_sha256) = tls();
        let config = SiteConfig {
            name: "Test".into(),
            database: "SQLite",
            authority_sha256,
            authority_certificate: Vec::new(),
            clients_url: "https://127.0.0.1:8531".into(),
            data_directory: directory.path().to_owned(),
            content_directory: directory.path().join("content"),
            metadata_memory: 64 << 20,
            plain_port: None,
            certificate_expires: Timestamp::MAX,
            check_in: SignedDuration::from_mins(15),
            silent_after: SignedDuration::from_hours(72),
        };
        let host = Host { clock: Arc::new(At), entropy: Arc::new(Random) };
        let site = Site::open(config, store, host).await.expect("a site");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("https://{}", listener.local_addr().expect("an address"));
        let shutdown = CancellationToken::new();
        let router = sluice_web::client_router(Arc::clone(&site));
        let listener = tokio::spawn(sluice_web::serve(listener, Some(tls), router, shutdown.clone()));
        Self { site, url, shutdown, listener, _directory: directory }
    }

    pub async fn token(&self, uses: u32) -> String {
        let valid = SignedDuration::from_hours(1);
        self.site.create_enrollment_token(&Caller::system(), valid, uses).await.expect("a token").1
    }

    pub async fn stop(self) {
        self.shutdown.cancel();
        self.listener.await.expect("the listener ends");
        self.site.close().await;
    }
}

/// An authority, a certificate of it for the loopback address, and its fingerprint.
fn tls() -> (Arc<rustls::ServerConfig>, [u8; 32]) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec![]).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).expect("a certificate").der().clone();
    let issuer = Issuer::new(params, key);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &authority);

    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("parameters");
    let certificate = params.signed_by(&key, &issuer).expect("a certificate").der().clone();
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config =
        rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate, authority], key);
    (Arc::new(config.expect("a configuration")), digest.as_ref().try_into().expect("32 bytes"))
}
