//! Reporting to a server (protocols.md §7). Its reporting service knows this site by its address only, so that the way
//! there begins as that of every other conversation: with authorization.

use std::sync::Arc;

use sluice_store::source::SourceRecord;
use sluice_store::upstream;
use sluice_wsus::soap::Message;
use uuid::Uuid;

use super::error::UpstreamError;
use super::session::Session;
use crate::rollup::RollupError;
use crate::site::Site;
use crate::sources::UpstreamSource;

/// The service.
const SERVICE: &str = "ReportingWebService/ReportingWebService.asmx";

/// A conversation with the reporting service of an upstream server.
pub(crate) struct ReportingSession {
    session: Arc<Session>,
    /// Who this site is there.
    pub(crate) account: Uuid,
}

impl ReportingSession {
    /// With the server of a source, authorized there; `None` as long as nothing was synchronized from it.
    pub(crate) async fn open(
        site: &Site,
        record: &SourceRecord,
        source: &UpstreamSource,
    ) -> Result<Option<Self>, RollupError> {
        let known = upstream::get(&mut site.store.reader().await?, record.id).await?;
        let Some(known) = known.filter(|known| known.server == source.url) else { return Ok(None) };
        let session = site.upstream_session(record, source)?;
        session.known(known.account, site.now(), &|_| {}).await?;
        Ok(Some(Self { session, account: known.account }))
    }

    /// The server, for people.
    pub(crate) fn url(&self) -> &str {
        self.session.url()
    }

    /// Asks a question, and once more after a new authorization when the server does not know this site any more.
    pub(crate) async fn ask_known<'q, Q: Message<'q>, A: for<'a> Message<'a>>(
        &self,
        site: &Site,
        operation: &'static str,
        request: &Q,
    ) -> Result<A, UpstreamError> {
        match self.ask(operation, request).await {
            Err(error) if error.code().is_some() && !error.is_passing() => {
                self.session.forget().await;
                self.session.known(self.account, site.now(), &|_| {}).await?;
                self.ask(operation, request).await
            }
            done => done,
        }
    }

    /// Asks a question.
    pub(crate) async fn ask<'q, Q: Message<'q>, A: for<'a> Message<'a>>(
        &self,
        operation: &'static str,
        request: &Q,
    ) -> Result<A, UpstreamError> {
        self.session.ask(SERVICE, operation, request).await
    }
}
