//! Synchronizing with a server that speaks Microsoft's server-to-server protocol (\[MS-WSUSSS\]): Microsoft Update, a
//! WSUS or another Sluice. This site is its downstream server.
//!
//! A run asks for two lists, of categories and of updates, and fetches what is in them and not stored. Each list has an
//! anchor, which is remembered only after everything before it is stored and served. So a run can end anywhere and the
//! next one goes on: what is missing is what is listed less what is stored. When nothing is new upstream, a run is two
//! requests.

mod check;
mod connection;
mod content;
mod deployments;
mod error;
mod fetch;
mod filter;
mod keys;
mod lists;
mod look;
mod origins;
mod pending;
mod read;
mod reporting;
mod run;
mod selection;
mod session;
mod state;
#[cfg(test)]
mod tests;
mod trust;
mod why;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sluice_model::SourceId;
use sluice_store::source::SourceRecord;
use sluice_store::{Store, meta};
use sluice_wire::site::SiteCredential;
use uuid::Uuid;

use self::connection::{Connection, Pace};
use self::session::Session;
use crate::error::{SiteError, SiteResult};
use crate::host::Host;
use crate::site::Site;
use crate::sources::UpstreamSource;

pub use check::{CheckedStep, SourceCheck};
pub(crate) use content::UpstreamContent;
pub(crate) use error::UpstreamError;
pub(crate) use look::{Look, look};
pub(crate) use reporting::ReportingSession;
pub(super) use run::synchronize;
pub(crate) use trust::pinned;
pub(crate) use why::Why;

/// Where the identity of the site upstream is kept.
const ID: &str = "upstream-account";

/// What is kept of upstream servers between runs: connections, cookies and configurations.
pub(crate) struct Upstreams {
    host: Host,
    /// Who the site is at servers it does not know yet: the same when a source is tried out and when it is defined. It
    /// is all that servers know a site by, so nobody else is told.
    pub(crate) id: Uuid,
    /// How the site calls itself when a source does not say.
    account: String,
    pub(crate) pace: Mutex<Pace>,
    sessions: Mutex<HashMap<SourceId, (String, Arc<Session>)>>,
    /// What tests select that have no catalog to select from.
    #[cfg(test)]
    pub(crate) selected: arc_swap::ArcSwapOption<crate::selection::SelectionFilter>,
}

impl Site {
    /// The conversation with the server of a source.
    fn upstream_session(&self, record: &SourceRecord, source: &UpstreamSource) -> Result<Arc<Session>, UpstreamError> {
        let session = self.upstreams.session(record, source)?;
        session.prove(self.proof_towards(source));
        Ok(session)
    }

    /// The same to try out.
    fn upstream_trial(&self, source: &UpstreamSource) -> Result<Session, UpstreamError> {
        let session = self.upstreams.begin_once(source)?;
        session.prove(self.proof_towards(source));
        Ok(session)
    }

    /// What this site shows of itself to a server: something only to the site above, at its address and with its
    /// certificate.
    fn proof_towards(&self, source: &UpstreamSource) -> Option<SiteCredential> {
        let place = self.sites.place();
        let parent = place.parent.as_ref()?;
        let same_address = parent.url.trim_end_matches('/') == source.url.trim_end_matches('/');
        let is_it = same_address && source.pinned == [hex::encode(parent.authority_sha256)];
        is_it.then(|| parent.credential.clone())
    }
}

impl Upstreams {
    /// Knows nobody yet. `clients_url` is where devices reach the site.
    ///
    /// # Errors
    /// When the identity of the site cannot be read or made.
    pub(crate) async fn open(store: &Store, host: Host, clients_url: &str) -> SiteResult<Self> {
        let fresh = host.new_id();
        let id = store.write(move |tx| Box::pin(async move { meta::set_if_none(tx, ID, fresh.as_bytes()).await }));
        let id =
            Uuid::from_slice(&id.await?).map_err(|e| SiteError::internal("reading who the site is upstream", e))?;
        let authority = clients_url.split_once("://").map_or(clients_url, |(_, rest)| rest);
        let name = authority.split(['/', ':']).next().unwrap_or_default();
        Ok(Self {
            host,
            id,
            account: if name.is_empty() { "sluice".to_owned() } else { name.to_owned() },
            pace: Mutex::default(),
            sessions: Mutex::default(),
            #[cfg(test)]
            selected: arc_swap::ArcSwapOption::empty(),
        })
    }

    /// How long to wait before something is tried again.
    pub(crate) fn pace(&self) -> Pace {
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A conversation that begins anew.
    fn begin(&self, source: &UpstreamSource) -> Result<Session, UpstreamError> {
        let connection = Connection::new(source, self.host.clone(), self.pace())?;
        Ok(Session::new(connection, self.account_of(source)))
    }

    /// A conversation to try out; whoever waits for it does not wait for a busy server.
    fn begin_once(&self, source: &UpstreamSource) -> Result<Session, UpstreamError> {
        let connection = Connection::new(source, self.host.clone(), self.pace())?.without_retries();
        Ok(Session::new(connection, self.account_of(source)))
    }

    /// How this site calls itself there.
    pub(crate) fn account_of(&self, source: &UpstreamSource) -> String {
        source.account_name.clone().unwrap_or_else(|| self.account.clone())
    }

    /// The conversation with the server of a source, begun anew when the source is another than it was.
    fn session(&self, record: &SourceRecord, source: &UpstreamSource) -> Result<Arc<Session>, UpstreamError> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((config, session)) = sessions.get(&record.id)
            && *config == record.config
        {
            return Ok(Arc::clone(session));
        }
        let session = Arc::new(self.begin(source)?);
        sessions.insert(record.id, (record.config.clone(), Arc::clone(&session)));
        Ok(session)
    }

    /// What to fetch files from a server with: kept with the conversation, for its connections.
    fn client(&self, id: SourceId, source: &UpstreamSource) -> Result<reqwest::Client, UpstreamError> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, session)) = sessions.get(&id)
            && session.url() == source.url.trim_end_matches('/')
        {
            return Ok(session.client());
        }
        drop(sessions);
        Ok(self.begin(source)?.client())
    }

    /// Whether a server keeps no files, as far as it said so since this program began; Microsoft's never does.
    fn is_catalog_only(&self, id: SourceId, source: &UpstreamSource) -> bool {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions.get(&id).map(|(_, session)| Arc::clone(session));
        drop(sessions);
        session.and_then(|session| session.is_catalog_only()).unwrap_or_else(|| source.is_microsoft())
    }

    /// Forgets the conversation of a source that is gone.
    pub(crate) fn forget(&self, id: SourceId) {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}
