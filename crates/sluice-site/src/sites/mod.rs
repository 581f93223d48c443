//! The site hierarchy: this site's place in it, the sites below, and the link to the site above.
//!
//! | Part | Does |
//! |---|---|
//! | `place`, `place_row`, `set_type` | what this site is, and below which one |
//! | [`settings`] | which settings are made here, and refusing those that are not |
//! | [`tokens`], [`accept`] | how another site joins below this one |
//! | [`below`], `children`, `news` | what sites below say, and how they learn of changes at once |
//! | [`tree`], `figures` | what administrators see |
//! | [`preflight`], [`join`], [`leave`] | how this site joins below another, moves and leaves |
//! | `link`, `follow`, `report`, `inherit` | the conversation with the site above |
//! | `stand_in` | taking the place of the first update point while that is silent |
//!
//! Metadata, decisions and content come by \[MS-WSUSSS\] from the site above, as from any upstream server: joining
//! makes a source. What is added here is trust, the settings of the top, news without waiting for a schedule, and what
//! each site tells of itself, up to the top. The lower site makes all connections. Cut off, it goes on with what it
//! has, and catches up.

pub mod accept;
pub mod below;
mod children;
mod figures;
mod follow;
mod inherit;
pub mod join;
pub mod leave;
mod link;
mod news;
mod place;
mod place_row;
pub mod preflight;
pub mod remove;
mod report;
mod set_type;
pub mod settings;
mod stand_in;
pub mod tokens;
mod top;
pub mod tree;

use std::sync::Arc;

use sluice_model::SiteId;
use sluice_store::{Store, meta};
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

use crate::error::{SiteError, SiteResult};
use crate::host::Host;
use crate::site::Site;
use children::Children;
use link::LinkStatus;
use news::News;
pub(crate) use place::{ParentSite, Place};
pub use stand_in::StandIn;
pub use top::TopSettings;

/// Where the site's identity is kept.
const META_ID: &str = "site-id";

/// What the site knows of the hierarchy.
pub(crate) struct Sites {
    /// This site, among sites, servers and signers of bundles.
    pub(crate) id: SiteId,
    place: watch::Sender<Arc<Place>>,
    /// Held by who joins or leaves: one after the other.
    moving: Mutex<()>,
    pub(crate) children: Children,
    pub(crate) news: News,
    pub(crate) link: LinkStatus,
}

impl Sites {
    /// As they are stored.
    pub(crate) async fn open(store: &Store, host: &Host) -> SiteResult<Self> {
        let fresh = host.new_id();
        let id = store
            .write(move |tx| Box::pin(async move { meta::set_if_none(tx, META_ID, fresh.as_bytes()).await }))
            .await?;
        let id = Uuid::from_slice(&id).map_err(|e| SiteError::internal("reading the site's identity", e))?;
        let mut reader = store.reader().await?;
        let place = Place::load(&mut reader).await?;
        let children = Children::load(&mut reader).await?;
        Ok(Self {
            id: SiteId(id),
            place: watch::Sender::new(Arc::new(place)),
            moving: Mutex::default(),
            children,
            news: News::new(host),
            link: LinkStatus::default(),
        })
    }

    /// The site's place now.
    pub(crate) fn place(&self) -> Arc<Place> {
        Arc::clone(&self.place.borrow())
    }

    /// Tells of every new place.
    fn places(&self) -> watch::Receiver<Arc<Place>> {
        self.place.subscribe()
    }
}

/// Starts what goes on beside: hearing news, reporting, telling those below.
pub(crate) fn start(site: &Arc<Site>) {
    site.tasks.spawn(news::listen(Arc::clone(site)));
    site.tasks.spawn(follow::follow(Arc::clone(site)));
    site.tasks.spawn(report::report(Arc::clone(site)));
}

pub(crate) use children::write as write_children;
pub(crate) use stand_in::decide as decide_stand_in;
