//! The site: its parts, put together.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};
use sluice_catalog::{Catalog, Fleet};
use sluice_content::ContentStore;
use sluice_model::Name;
use sluice_store::collection::{CollectionKind, CollectionRecord};
use sluice_store::{Store, collection, meta};
use tokio::sync::{Mutex, Semaphore, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bundles::Bundles;
use crate::caller::{Caller, Permission};
use crate::collections::ALL_DEVICES;
use crate::content::{self, Fetching};
use crate::directory::Directory;
use crate::downstream::{self, Downstream};
use crate::error::{SiteError, SiteResult};
use crate::events::SiteEvent;
use crate::host::Host;
use crate::inherited::Inheritance;
use crate::keeper::Keeper;
use crate::keys::PolicyKey;
use crate::known::KnownDevices;
use crate::load;
use crate::metrics::Counters;
use crate::reconcile::{self, Reconcilers, WrittenContacts};
use crate::rollup::Rollups;
use crate::sites::{self, Sites};
use crate::sources::SourceList;
use crate::sync::{Fetcher, SyncState, UpstreamContent, Upstreams};
use crate::windows::reporting::{self, Reporting};
use crate::windows::{self, Claims, Windows};

/// Events a slow watcher may lag behind before it misses some.
const EVENT_BACKLOG: usize = 1024;

/// Uses of sessions and tokens that may wait to be written down.
const MAX_NOTES: usize = 64;

/// How long a process that was just killed may still hold the database.
const TAKE_OVER: Duration = Duration::from_secs(10);

/// A site. Share it in an [`Arc`].
pub struct Site {
    pub(crate) config: SiteConfig,
    pub(crate) host: Host,
    pub(crate) store: Store,
    pub(crate) started_at: Timestamp,
    pub(crate) epoch: meta::Epoch,
    pub(crate) fleet: Arc<ArcSwap<Fleet>>,
    pub(crate) keeper: Keeper,
    pub(crate) directory: Arc<ArcSwap<Directory>>,
    /// Held from the check of a change of the directory until the new one is served.
    pub(crate) directory_lock: Arc<Mutex<()>>,
    pub(crate) known: KnownDevices,
    pub(crate) windows: Windows,
    /// The hierarchy of sites.
    pub(crate) sites: Sites,
    /// Servers that synchronize from here.
    pub(crate) downstream: Arc<Downstream>,
    /// The files of updates.
    pub(crate) content: Arc<ContentStore>,
    /// How they come.
    pub(crate) fetching: Fetching,
    pub(crate) reporting: Reporting,
    pub(crate) written_contacts: WrittenContacts,
    pub(crate) policy_key: PolicyKey,
    pub(crate) bundles: Bundles,
    pub(crate) sources: SourceList,
    pub(crate) inheritance: Inheritance,
    pub(crate) sync: SyncState,
    pub(crate) fetcher: Fetcher,
    pub(crate) upstreams: Upstreams,
    /// Held while a take-over of a WSUS goes on.
    pub(crate) migrating: Mutex<()>,
    /// Reporting to upstream servers.
    pub(crate) rollups: Rollups,
    pub(crate) reconcilers: Reconcilers,
    /// Uses of sessions and tokens that are being written down.
    pub(crate) notes: Arc<Semaphore>,
    pub(crate) counters: Counters,
    pub(crate) events: broadcast::Sender<SiteEvent>,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

/// What a site is started with.
#[derive(Clone, Debug)]
pub struct SiteConfig {
    /// The site's name for people.
    pub name: String,
    /// `SQLite` or `PostgreSQL`, for people.
    pub database: &'static str,
    /// SHA-256 of the certificate of the authority that the client listener's certificate chains
    /// to; enrolment tokens carry it.
    pub authority_sha256: [u8; 32],
    /// That certificate (DER), for Windows devices, which must be given it.
    pub authority_certificate: Vec<u8>,
    /// Where devices reach the site: `https://updates.example.org:8531`.
    pub clients_url: String,
    /// Where the site keeps its files; `sluice doctor` looks at the space there.
    pub data_directory: PathBuf,
    /// Where update content is kept.
    pub content_directory: PathBuf,
    /// Most bytes of Windows metadata kept in memory; the rest is derived again when asked for.
    pub metadata_memory: u64,
    /// Port of the plain HTTP listener, from which Windows devices get content; `None`: there is none.
    pub plain_port: Option<u16>,
    /// When the certificate of the client listener ends.
    pub certificate_expires: Timestamp,
    /// Time between check-ins of a device that has nothing to do.
    pub check_in: SignedDuration,
    /// After this time without a contact a device is silent.
    pub silent_after: SignedDuration,
}

/// Facts about the site.
#[derive(Clone, Debug)]
pub struct SiteInfo {
    /// Name.
    pub name: String,
    /// Version of the program.
    pub version: &'static str,
    /// Version of the catalog served.
    pub catalog_version: u64,
    /// Database epoch, hexadecimal.
    pub epoch: String,
    /// Since when it runs.
    pub started_at: Timestamp,
    /// `SQLite` or `PostgreSQL`.
    pub database: &'static str,
    /// Updates in the catalog.
    pub updates: u64,
    /// Devices.
    pub devices: u64,
    /// Background work.
    pub reconcilers: Vec<ReconcilerStatus>,
}

/// How a reconciler does.
#[derive(Clone, Debug)]
pub struct ReconcilerStatus {
    /// Its name.
    pub name: &'static str,
    /// Last run.
    pub last_run: Option<Timestamp>,
    /// Why the last run failed, if it did.
    pub last_error: Option<String>,
    /// Runs so far.
    pub runs: u64,
}

impl Site {
    /// Reads everything the site serves from its store, and starts its background work.
    ///
    /// # Errors
    /// When the store cannot be read, or another process serves from it.
    pub async fn open(config: SiteConfig, store: Store, host: Host) -> SiteResult<Arc<Self>> {
        let directory = config.content_directory.clone();
        let content = tokio::task::spawn_blocking(move || ContentStore::open(&directory)).await;
        let content = content
            .map_err(|error| SiteError::internal("opening the content directory", error))?
            .map_err(|error| SiteError::internal("opening the content directory", error))?;
        Self::open_with(config, store, content, host).await
    }

    /// As [`Self::open`], with content that is kept in another way than in the directory that the
    /// configuration names.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_with(
        config: SiteConfig,
        store: Store,
        content: ContentStore,
        host: Host,
    ) -> SiteResult<Arc<Self>> {
        let now = host.now();
        store.serve_alone(TAKE_OVER).await?;
        let policy_key = PolicyKey::load(&store, &host).await?;
        let hierarchy = Sites::open(&store, &host).await?;
        let bundles = Bundles::load(&store, &host, hierarchy.id).await?;
        make_built_in_collection(&store, now).await?;
        let known = KnownDevices::default();
        let fleet = load::fleet(&store, &known).await?;
        let mut reader = store.reader().await?;
        let epoch = meta::epoch(&mut reader).await?;
        let directory = Directory::load(&mut reader, &Claims::default()).await?;
        let sources = SourceList::load(&mut reader).await?;
        let inheritance = Inheritance::load(&mut reader).await?;
        let sync = SyncState::load(&store, &sources, now).await?;
        drop(reader);

        let fetching = Fetching::load(&store, &host).await?;
        let written_contacts = WrittenContacts::of(&fleet);
        let fleet = Arc::new(ArcSwap::from_pointee(fleet));
        let directory = Arc::new(ArcSwap::from_pointee(directory));
        let windows = Windows::open(&store, &host, &config, &epoch, &fleet, &directory).await?;
        let downstream = Downstream::open(&store, hierarchy.id, now).await?;
        let upstreams = Upstreams::open(&store, host.clone(), &config.clients_url).await?;
        let claims = windows.claims();
        if !claims.is_empty() {
            directory.store(Arc::new(Directory::load(&mut store.reader().await?, &claims).await?));
            windows.views.rebuild();
        }
        let (events, _) = broadcast::channel(EVENT_BACKLOG);
        let reporting = Reporting::new(&fleet.load());
        let site = Arc::new(Self {
            started_at: now,
            epoch,
            keeper: Keeper::start(Arc::clone(&fleet), Arc::clone(&windows.views), events.clone()),
            fleet,
            directory,
            windows,
            sites: hierarchy,
            downstream,
            content: Arc::new(content),
            fetching,
            reporting,
            directory_lock: Arc::default(),
            known,
            written_contacts,
            policy_key,
            bundles,
            sources,
            inheritance,
            sync,
            fetcher: Fetcher::new(host.clone()),
            upstreams,
            migrating: Mutex::default(),
            rollups: Rollups::default(),
            reconcilers: Reconcilers::default(),
            notes: Arc::new(Semaphore::new(MAX_NOTES)),
            counters: Counters::default(),
            events,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            config,
            host,
            store,
        });
        windows::told::announce(&site).await?;
        site.set_content_origin(Arc::new(UpstreamContent));
        reconcile::start(&site);
        reporting::start(&site);
        sites::start(&site);
        content::start(&site);
        Ok(site)
    }

    /// Ends background work and closes the store. What runs is finished or left to be continued.
    pub async fn close(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        if let Err(error) = downstream::write_servers(self).await {
            tracing::warn!(error = crate::error::chain(&error), "what changed about downstream servers was not stored");
        }
        if let Err(error) = sites::write_children(self).await {
            tracing::warn!(error = crate::error::chain(&error), "what changed about sites below was not stored");
        }
        if let Err(error) = reconcile::write_contacts(self).await {
            tracing::warn!(error = crate::error::chain(&error), "the last contacts of devices were not stored");
        }
        self.store.close().await;
    }

    /// Facts about the site.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn info(&self, caller: &Caller) -> SiteResult<SiteInfo> {
        caller.require(Permission::Read)?;
        let fleet = self.fleet();
        Ok(SiteInfo {
            name: self.config.name.clone(),
            version: env!("CARGO_PKG_VERSION"),
            catalog_version: fleet.catalog().version(),
            epoch: hex::encode(self.epoch.id),
            started_at: self.started_at,
            database: self.config.database,
            updates: fleet.catalog().current_revisions().len(),
            devices: fleet.len() as u64,
            reconcilers: self.reconcilers.status(),
        })
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.host.now()
    }

    /// A stream of what happens from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<SiteEvent> {
        self.events.subscribe()
    }

    /// The devices and the catalog they are evaluated against, as served now.
    #[must_use]
    pub fn fleet(&self) -> Arc<Fleet> {
        self.fleet.load_full()
    }

    /// The catalog served now.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(self.fleet.load().catalog())
    }

    pub(crate) fn emit(&self, event: SiteEvent) {
        // Without watchers there is nothing to do.
        let _unwatched = self.events.send(event);
    }

    pub(crate) fn silent_since(&self) -> Timestamp {
        self.now().checked_sub(self.config.silent_after).unwrap_or(Timestamp::MIN)
    }

    /// Does work to its end even when the caller goes away in the middle, as HTTP peers do: what is
    /// stored must also get into what is served.
    pub(crate) async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = SiteResult<T>> + Send + 'static,
    ) -> SiteResult<T> {
        self.tasks.spawn(work).await.map_err(|e| SiteError::internal("finishing a change", e))?
    }
}

async fn make_built_in_collection(store: &Store, now: Timestamp) -> SiteResult<()> {
    let name = Name::new("All devices").map_err(|e| SiteError::internal("naming a collection", e))?;
    let record =
        CollectionRecord { id: ALL_DEVICES, name, kind: CollectionKind::AllDevices, created_at: now, parent: None };
    store
        .write(move |tx| {
            Box::pin(async move {
                match collection::get(tx, ALL_DEVICES).await? {
                    Some(_) => Ok(()),
                    None => collection::insert(tx, &record).await,
                }
            })
        })
        .await?;
    Ok(())
}
