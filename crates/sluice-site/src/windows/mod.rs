//! Windows devices: what the agent that is part of Windows asks of the site (MS-WUSP).
//!
//! Requests are answered from the [view], a snapshot, and from ready-made [fragments] of metadata.
//! What a client says is a claim: nothing proves that it is who it says it is, so nothing it says
//! can harm another device, and all it can make the site keep is bounded.

mod admission;
pub(crate) mod answers;
pub mod arrivals;
mod attributes;
pub mod catalog_status;
pub mod category_scan;
pub mod check;
mod claims;
pub mod content;
mod cookie;
pub(crate) mod crowd;
pub mod extended;
pub mod fault;
pub(crate) mod file_keys;
mod fingerprint;
pub(crate) mod fragments;
pub(crate) mod groups_told;
pub mod import;
pub(crate) mod known;
pub mod locations;
mod memory;
pub(crate) mod never_scanned;
pub mod newcomers;
pub mod printers;
pub mod protocol;
pub mod refresh;
pub mod reporting;
mod round;
pub mod session;
pub mod settings;
pub mod sync;
mod targeting;
pub(crate) mod told;
pub(crate) mod view;

use std::sync::Arc;

use arc_swap::ArcSwap;
use sluice_catalog::Fleet;
use sluice_store::{Store, meta, windows_client};
use tokio::sync::Mutex;

use crate::directory::Directory;
use crate::error::SiteResult;
use crate::host::Host;
use crate::load::usable;
use crate::site::SiteConfig;
use admission::Admission;
pub use answers::{AnswerPlace, AskedBytes, Recalled, Section, SectionPlace};
pub(crate) use claims::Claims;
pub(crate) use cookie::Cookies;
use crowd::ToldCrowd;
pub use fault::{ClientFault, ClientResult};
pub use file_keys::FileKey;
use file_keys::FileKeys;
pub use fragments::FragmentBytes;
use fragments::FragmentCache;
use known::{KnownClient, KnownClients};
use memory::AnswerMemory;
pub use memory::{AnswerShare, Recipient};
use newcomers::Newcomers;
pub use protocol::Protocol;
use settings::{PlainRequests, WindowsSettings};
use view::{Sources, Views};

/// What the site needs for Windows devices.
pub(crate) struct Windows {
    pub(crate) cookies: Cookies,
    pub(crate) settings: Arc<ArcSwap<WindowsSettings>>,
    pub(crate) known: Arc<KnownClients>,
    pub(crate) newcomers: Newcomers,
    pub(crate) admission: Admission,
    crowd: ToldCrowd,
    pub(crate) fragments: Arc<FragmentCache>,
    pub(crate) file_keys: FileKeys,
    pub(crate) views: Arc<Views>,
    memory: AnswerMemory,
    plain: PlainRequests,
    /// Held while changes of deployments are made known.
    pub(crate) announcing: Mutex<()>,
}

impl Windows {
    /// Everything, as it is stored.
    pub(crate) async fn open(
        store: &Store,
        host: &Host,
        config: &SiteConfig,
        epoch: &meta::Epoch,
        fleet: &Arc<ArcSwap<Fleet>>,
        directory: &Arc<ArcSwap<Directory>>,
    ) -> SiteResult<Self> {
        let settings = WindowsSettings::load(store, host.now()).await?;
        settings.warn();
        let settings = Arc::new(ArcSwap::from_pointee(settings));
        let known = Arc::new(known_clients(store, &fleet.load()).await?);
        let fragments = FragmentCache::load(store, &config.data_directory, config.metadata_memory).await?;
        let views = Views::new(Sources {
            fleet: Arc::clone(fleet),
            directory: Arc::clone(directory),
            settings: Arc::clone(&settings),
            known: Arc::clone(&known),
            host: host.clone(),
            documents: Arc::clone(fragments.slots()),
            metadata_memory: config.metadata_memory,
        });
        Ok(Self {
            cookies: Cookies::load(store, host, epoch.id).await?,
            settings,
            known,
            newcomers: Newcomers::default(),
            admission: Admission::default(),
            crowd: ToldCrowd::default(),
            fragments,
            file_keys: FileKeys::load(store).await?,
            views: Arc::new(views),
            memory: AnswerMemory::default(),
            plain: PlainRequests::default(),
            announcing: Mutex::default(),
        })
    }
}

/// The registered clients whose devices are there.
async fn known_clients(store: &Store, fleet: &Fleet) -> SiteResult<KnownClients> {
    let known = KnownClients::default();
    let mut reader = store.reader().await?;
    windows_client::load(&mut reader, |row| {
        if let Some(client) = usable(row)
            && let Some(number) = fleet.number(client.device)
        {
            let groups = client.target_groups.into_iter().map(Into::into).collect();
            known.insert(KnownClient::new(client.device, number, groups));
        }
        Ok(())
    })
    .await?;
    Ok(known)
}
