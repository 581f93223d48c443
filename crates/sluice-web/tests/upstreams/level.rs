//! A site with its devices' listener, which other sites synchronize from.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use sluice_model::{CategoryId, Classification, Schedule, SourceId, SyncExtent};
use sluice_site::devices::{DeviceFilter, DeviceOwner, DeviceRow, DeviceSort};
use sluice_site::downstream::settings::{DownstreamAccess, DownstreamSettingsChange};
use sluice_site::selection::SelectionEdit;
use sluice_site::sources::{SourceConfig, SourceSpec, UpstreamSource};
use sluice_site::{Caller, Clock, Entropy, Host, PageRequest, Site, SiteConfig};
use sluice_store::{DatabaseUrl, Store, StoreConfig};
use sluice_web::client_router;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::documents;

/// How long something may take that happens by itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// A clock that stands still until it is moved.
#[derive(Default)]
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_795_341_600 + self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl TestClock {
    pub fn pass(&self, time: SignedDuration) {
        self.0.fetch_add(time.as_secs(), Ordering::SeqCst);
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

type Poison = Arc<Mutex<Option<String>>>;

pub struct Level {
    pub site: Arc<Site>,
    pub admin: Caller,
    pub clock: Arc<TestClock>,
    /// Requests that hold this text are refused.
    pub poison: Poison,
    number: u64,
    directory: TempDir,
    address: std::net::SocketAddr,
    served: Option<(CancellationToken, JoinHandle<()>)>,
}

impl Level {
    /// A site that serves any server that comes.
    pub async fn open(number: u64, clock: &Arc<TestClock>) -> Self {
        let _first = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let directory = tempfile::tempdir().unwrap();
        let site = site(&directory, number, clock).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let poison = Poison::default();
        let served = Some(serve(&site, listener, &poison));
        let admin = Caller::system();
        let change =
            DownstreamSettingsChange { access: Some(DownstreamAccess::Anybody), ..DownstreamSettingsChange::default() };
        site.change_downstream_settings(&admin, change).await.unwrap();
        Self { site, admin, clock: Arc::clone(clock), poison, number, directory, address, served }
    }

    /// The first of several, with a product and an update.
    pub async fn top(clock: &Arc<TestClock>) -> Self {
        Self::top_with(clock, |text| text).await
    }

    /// The same with something else in the documents.
    pub async fn top_with(clock: &Arc<TestClock>, change: impl FnOnce(String) -> String) -> Self {
        let top = Self::open(1, clock).await;
        let text =
            documents::catalog().concat().replace("0fa1202d-4467-8419-a639-8fcd6a0f0000", &security().to_string());
        let text = change(text);
        let body = futures_util::stream::iter([Ok(bytes::Bytes::from(text))]);
        top.site.import_catalog(&top.admin, "documents.xml", None, body).await.unwrap();
        top
    }

    /// Its store, while the site is stopped.
    pub async fn store(&self) -> Store {
        let url = DatabaseUrl::Sqlite(self.directory.path().join("sluice.db"));
        Store::open(StoreConfig::new(url, [0; 16])).await.unwrap()
    }

    /// Stops it, and starts it again on the same store and at the same address.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
    }

    pub async fn stop(&mut self) {
        if let Some((shutdown, task)) = self.served.take() {
            shutdown.cancel();
            task.await.unwrap();
            self.site.close().await;
        }
    }

    pub async fn start(&mut self) {
        self.site = site(&self.directory, self.number, &self.clock).await;
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.served = Some(serve(&self.site, listener, &self.poison));
    }

    pub fn upstream(&self, replica: bool) -> UpstreamSource {
        UpstreamSource { url: format!("http://{}", self.address), replica, ..UpstreamSource::default() }
    }

    /// Synchronizes from another one: lists, the selection, and what is selected.
    pub async fn below(&self, above: &Self, replica: bool) -> SourceId {
        let spec = SourceSpec {
            name: "above".into(),
            config: SourceConfig::Upstream(Box::new(above.upstream(replica))),
            schedule: Schedule::Manual,
            enabled: true,
        };
        let source = self.site.create_source(&self.admin, spec).await.unwrap().id;
        self.synchronize(source).await;
        let select = vec![CategoryId(documents::FAMILY.parse().unwrap()), security()];
        let edit = SelectionEdit { select, ..SelectionEdit::default() };
        self.site.change_selection(&self.admin, edit).await.unwrap();
        self.synchronize(source).await;
        source
    }

    /// Waits for the end of a run, which it begins if none is under way.
    pub async fn synchronize(&self, source: SourceId) {
        let _under_way = self.site.start_sync(&self.admin, Some(source), SyncExtent::Delta).await;
        self.until(async || {
            let status = self.site.sync_status(&self.admin).await.unwrap();
            let status = status.into_iter().find(|status| status.source.id == source).unwrap();
            let done = status.running.is_none();
            if done {
                let run = status.last_run.unwrap();
                assert_eq!(run.error, None);
            }
            done
        })
        .await;
    }

    /// Waits until something is so that events tell of.
    pub async fn until(&self, is_so: impl AsyncFn() -> bool) {
        let mut events = self.site.events();
        let all = async {
            while !is_so().await {
                let _missed = events.recv().await;
            }
        };
        tokio::time::timeout(PATIENCE, all).await.expect("it happens");
    }

    pub fn devices(&self, owner: Option<DeviceOwner>) -> Vec<DeviceRow> {
        let filter = DeviceFilter { owner, ..DeviceFilter::default() };
        let page = PageRequest::default();
        self.site.list_devices(&self.admin, &filter, DeviceSort::Name, false, &page).unwrap().items
    }

    /// Name, needed and installed updates of every device.
    pub fn compliance(&self) -> Vec<(String, u64, u64)> {
        let rows = self.devices(None).into_iter();
        rows.map(|row| (row.name, row.required, row.installed)).collect()
    }

    /// Waits until its devices are these, with what they need and have.
    pub async fn has(&self, expected: &[(&str, u64, u64)]) {
        let expected: Vec<_> = expected.iter().map(|(name, n, i)| ((*name).to_owned(), *n, *i)).collect();
        self.until(async || self.compliance() == expected).await;
    }
}

/// The classification of the update.
pub fn security() -> CategoryId {
    Classification::SecurityUpdates.id()
}

async fn site(directory: &TempDir, number: u64, clock: &Arc<TestClock>) -> Arc<Site> {
    let url = DatabaseUrl::Sqlite(directory.path().join("sluice.db"));
    let random = [u8::try_from(number).unwrap(); 16];
    let store = Store::open(StoreConfig::new(url, random)).await.unwrap();
    let host =
        Host { clock: Arc::clone(clock) as Arc<dyn Clock>, entropy: Arc::new(Counter(AtomicU64::new(number << 32))) };
    let config = SiteConfig {
        name: format!("Site {number}"),
        database: "SQLite",
        authority_sha256: [3; 32],
        authority_certificate: b"a certificate".to_vec(),
        clients_url: format!("https://site-{number}.example:8531"),
        data_directory: directory.path().to_owned(),
        content_directory: directory.path().join("content"),
        metadata_memory: 64 << 20,
        plain_port: Some(8530),
        certificate_expires: Timestamp::MAX,
        check_in: SignedDuration::from_secs(900),
        silent_after: SignedDuration::from_hours(72),
    };
    Site::open(config, store, host).await.unwrap()
}

fn serve(site: &Arc<Site>, listener: TcpListener, poison: &Poison) -> (CancellationToken, JoinHandle<()>) {
    let shutdown = CancellationToken::new();
    let router = client_router(Arc::clone(site)).layer(from_fn_with_state(Arc::clone(poison), refuse));
    let task = tokio::spawn(sluice_web::serve(listener, None, router, shutdown.clone()));
    (shutdown, task)
}

async fn refuse(State(poison): State<Poison>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8_lossy(&body).into_owned();
    if poison.lock().unwrap().as_ref().is_some_and(|poison| text.contains(poison)) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    next.run(Request::from_parts(parts, body.into())).await
}
