//! A site in a temporary directory.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use sluice_content::{ContentStore, S3Credentials, S3Location, S3Store};
use sluice_model::{DeviceId, DeviceIndex, InstalledPackage, Inventory, KernelFacts, OperatingSystem, RestartEvidence};
use sluice_site::{Caller, Clock, Entropy, Host, Site, SiteConfig};
use sluice_store::{DatabaseUrl, Store, StoreConfig};
use sluice_wire::{DeviceCredential, EnrollmentToken};
use tempfile::TempDir;

/// A clock that stands still until it is moved.
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Different bytes at every call, the same in every run.
struct TestEntropy(AtomicU64);

impl Entropy for TestEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let n = self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&n.to_be_bytes()[..chunk.len()]);
        }
    }
}

pub struct World {
    pub site: Arc<Site>,
    pub admin: Caller,
    clock: Arc<TestClock>,
    entropy: Arc<TestEntropy>,
    directory: TempDir,
    open: Mutex<Option<Arc<Site>>>,
}

impl World {
    pub async fn new() -> Self {
        Self::numbered(0).await
    }

    /// One of several sites: with other keys and identities than those of other numbers.
    pub async fn numbered(number: u32) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(1_790_000_000)));
        let entropy = Arc::new(TestEntropy(AtomicU64::new(u64::from(number) << 32)));
        let site = open(&directory, &clock, &entropy).await;
        Self { open: Mutex::new(Some(Arc::clone(&site))), site, admin: Caller::system(), clock, entropy, directory }
    }

    /// One whose content is in a bucket at an address.
    pub async fn with_bucket(address: &str) -> Self {
        let _first = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(1_790_000_000)));
        let entropy = Arc::new(TestEntropy(AtomicU64::new(0)));
        let keys = S3Credentials { access_key: "key".into(), secret_key: "secret".into(), session_token: None };
        let (signing, runtime) = (Arc::clone(&clock), tokio::runtime::Handle::current());
        let location = S3Location::parse(address).unwrap();
        let bucket = S3Store::new(location, &keys, Arc::new(move || signing.now()), runtime).unwrap();
        let content = ContentStore::open_bucket(&directory.path().join("content"), bucket).unwrap();
        let store = Store::open(store_config(&directory)).await.unwrap();
        let host =
            Host { clock: Arc::clone(&clock) as Arc<dyn Clock>, entropy: Arc::clone(&entropy) as Arc<dyn Entropy> };
        let site = Site::open_with(config(&directory), store, content, host).await.unwrap();
        Self { open: Mutex::new(Some(Arc::clone(&site))), site, admin: Caller::system(), clock, entropy, directory }
    }

    pub fn pass(&self, time: SignedDuration) {
        self.clock.0.fetch_add(time.as_secs(), Ordering::SeqCst);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Stops the site and starts it again on the same store.
    pub async fn restart(&mut self) {
        let old = self.open.lock().unwrap().take();
        if let Some(old) = old {
            old.close().await;
        }
        self.site = open(&self.directory, &self.clock, &self.entropy).await;
        *self.open.lock().unwrap() = Some(Arc::clone(&self.site));
    }

    /// Where it keeps its files.
    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// The store, opened beside the site.
    pub async fn store(&self) -> Store {
        Store::open(store_config(&self.directory)).await.unwrap()
    }

    pub async fn enroll(&self, name: &str) -> (DeviceId, DeviceCredential) {
        let (_, token) =
            self.site.create_enrollment_token(&self.admin, SignedDuration::from_hours(1), 1).await.unwrap();
        let token = EnrollmentToken::decode(&token).unwrap();
        let enrolled = self.site.enroll(&token, name, "1.0").await.unwrap();
        (enrolled.device, enrolled.credential)
    }
}

async fn open(directory: &TempDir, clock: &Arc<TestClock>, entropy: &Arc<TestEntropy>) -> Arc<Site> {
    let store = Store::open(store_config(directory)).await.unwrap();
    let (clock, entropy) = (Arc::clone(clock), Arc::clone(entropy));
    Site::open(config(directory), store, Host { clock, entropy }).await.unwrap()
}

fn store_config(directory: &TempDir) -> StoreConfig {
    StoreConfig::new(DatabaseUrl::Sqlite(directory.path().join("sluice.db")), [7; 16])
}

fn config(directory: &TempDir) -> SiteConfig {
    SiteConfig {
        name: "Test".into(),
        database: "SQLite",
        authority_sha256: [1; 32],
        authority_certificate: b"a certificate".to_vec(),
        clients_url: "https://updates.example.org:8531".into(),
        data_directory: directory.path().to_owned(),
        content_directory: directory.path().join("content"),
        metadata_memory: 64 << 20,
        plain_port: None,
        certificate_expires: jiff::Timestamp::MAX,
        check_in: SignedDuration::from_mins(15),
        silent_after: SignedDuration::from_hours(72),
    }
}

/// An inventory with one package in a version, subscribed to what [`super::agents`] publishes.
pub fn inventory(version: &str) -> Inventory {
    Inventory {
        os: OperatingSystem { id: "debian".into(), title: "Debian 12".into(), ..OperatingSystem::default() },
        architecture: "amd64".into(),
        kernel: KernelFacts::default(),
        restart: RestartEvidence::default(),
        packages: vec![InstalledPackage {
            name: "openssl".into(),
            architecture: "amd64".into(),
            version: version.into(),
            source: "openssl".into(),
            held: false,
            broken: false,
        }],
        indexes: vec![DeviceIndex {
            uri: "http://x/debian".into(),
            suite: "bookworm".into(),
            component: "main".into(),
            architecture: "amd64".into(),
            origin: "Debian".into(),
            label: "Debian".into(),
            codename: "bookworm".into(),
            priority: Some(500),
        }],
        pins: Vec::new(),
    }
}
