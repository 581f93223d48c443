//! Servers further down: what a WSUS or another Sluice that synchronizes from this site asks of it
//! (\[MS-WSUSSS\], protocols.md §5 to §7).
//!
//! | Part | Does |
//! |---|---|
//! | `settings`, `servers`, `pending` | who is served: nobody, the approved, anybody |
//! | `session`, `cookie`, `anchor` | authorization, cookies, configuration, where a server was left |
//! | `proof` | that a site is the one that joined here |
//! | `lists` | which revisions there are, from a snapshot, without a database call |
//! | `documents`, `ready`, `remembered` | the documents, made ready once and answers kept for the next who asks |
//! | `decisions`, `files`, `file_keys` | for replicas: groups, deployments, declined updates; files that are missed; keys of encrypted ones |
//! | [`rollup`] | takes in what servers report of themselves and their devices |
//! | [`admin`] | what administrators see and decide |
//!
//! Strangers write nothing: a server that nobody approved costs a place in a bounded table.

pub mod admin;
mod anchor;
mod cookie;
mod decisions;
mod documents;
pub mod fault;
mod file_keys;
mod files;
mod languages;
mod lists;
mod load;
mod pending;
pub(crate) mod proof;
mod ready;
mod remembered;
pub mod rollup;
mod servers;
mod session;
pub mod settings;
mod sites;
mod write;

use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use sluice_model::SiteId;
use sluice_store::Store;
use uuid::Uuid;

pub use decisions::{
    ALL_COMPUTERS, ReplicaAction, ReplicaDecisions, ReplicaDeployment, ReplicaGroup, UNASSIGNED_COMPUTERS,
};
pub use documents::{DocumentForm, UpdateDocuments};
pub use fault::{ServerFault, ServerResult};
pub use file_keys::RevisionKeys;
pub use lists::{ListAnswer, ListRequest};
pub use ready::{DocumentBody, ReadyDocument};
pub use session::{
    MAX_UPDATES, PROTOCOL, SLUICE_PROGRAM, STORED_DOCUMENTS, ServerAuthorization, ServerConfig, ServerCookieRequest,
};

pub(crate) use admin::remove_devices_without_server;
pub(crate) use load::{computers as load_computers, statuses as load_statuses};
pub(crate) use write::write as write_servers;

use crate::error::SiteResult;
use decisions::Decisions;
use documents::Documents;
use lists::Lists;
use pending::Pending;
use rollup::Rollup;
use servers::Servers;
use settings::DownstreamSettings;

/// What the site needs for servers further down.
pub(crate) struct Downstream {
    pub(crate) settings: ArcSwap<DownstreamSettings>,
    pub(crate) servers: Servers,
    pub(crate) pending: Pending,
    pub(crate) lists: Lists,
    pub(crate) documents: Documents,
    pub(crate) decisions: Decisions,
    pub(crate) rollup: Rollup,
    /// The GUID of this site among servers: its identity.
    pub(crate) id: Uuid,
}

impl Downstream {
    /// Everything, as it is stored, of a site.
    pub(crate) async fn open(store: &Store, site: SiteId, now: Timestamp) -> SiteResult<Arc<Self>> {
        let mut reader = store.reader().await?;
        let settings = DownstreamSettings::load(&mut reader).await?;
        settings.warn();
        let servers = Servers::load(&mut reader).await?;
        let rollup = Rollup::load(&mut reader).await?;
        let decisions = Decisions::load(&mut reader, now).await?;
        Ok(Arc::new(Self {
            settings: ArcSwap::from_pointee(settings),
            servers,
            pending: Pending::default(),
            lists: Lists::default(),
            documents: Documents::default(),
            decisions,
            rollup,
            id: site.0,
        }))
    }
}
