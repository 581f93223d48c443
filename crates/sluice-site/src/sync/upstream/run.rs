//! One run, step by step.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sluice_model::{RevisionRef, SyncExtent, SyncPhase};
use sluice_store::quarantine::{self, QuarantineRecord};
use sluice_store::source::SourceRecord;
use sluice_wsus::messages::server_sync::{GetRevisionIdListResponse, ServerSyncFilter};
use sluice_wsus::messages::shared::UpdateIdentity;

use super::fetch::Fetch;
use super::filter::Filter;
use super::session::{Asking, Session};
use super::state::State;
use super::{deployments, keys, lists, pending, selection};
use crate::site::Site;
use crate::sources::UpstreamSource;
use crate::sync::SyncOutcome;
use crate::sync::error::SyncError;
use crate::sync::history::Counts;
use crate::sync::state::Live;
use crate::windows::import::{Ingest, revision_of, serve_left};

/// More refused items than this are not all remembered, see the quarantine of the import.
const MAX_QUARANTINED: u64 = 10_000;
/// Pause before a refused item is tried again.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// The longest such pause.
const LAST_PAUSE: SignedDuration = SignedDuration::from_hours(24);
/// What a run without a selection says (SYN-11).
const NOTHING_SELECTED: &str = "Nothing is selected, so only the lists of products and classifications came. Select \
    some: `sluice category select`.";

/// Synchronizes with an upstream server.
pub(in crate::sync) async fn synchronize(
    site: &Arc<Site>,
    record: &SourceRecord,
    source: &UpstreamSource,
    live: &Arc<Live>,
    counts: &mut Counts,
) -> Result<SyncOutcome, SyncError> {
    let _turn = site.sync.gate.acquire().await.map_err(|_| SyncError::Stopping)?;
    let session = site.upstream_session(record, source)?;
    let state = State::load(site, record, source, live.extent).await?;
    let version = site.catalog().version();
    // Before what is missing is looked for: it is not fetched again, and no anchor passes it.
    serve_left(site).await.map_err(SyncError::Import)?;
    let mut run = Run { site, record, source, live, session, state, counts };
    let done = match run.steps().await {
        Err(SyncError::Upstream(error)) if error.is_server_changed() => {
            tracing::warn!(source = record.name, %error, "the upstream is not what it was; starting from the beginning");
            run.session.forget().await;
            run.state.forget_anchors();
            run.state.save().await?;
            run.counts.warnings.push("The upstream was restored or changed: everything was compared anew.".to_owned());
            run.steps().await
        }
        done => done,
    };
    done?;
    Ok(if site.catalog().version() == version { SyncOutcome::Unchanged } else { SyncOutcome::Changed })
}

struct Run<'r> {
    site: &'r Arc<Site>,
    record: &'r SourceRecord,
    source: &'r UpstreamSource,
    live: &'r Arc<Live>,
    session: Arc<Session>,
    state: State<'r>,
    counts: &'r mut Counts,
}

impl Run<'_> {
    async fn steps(&mut self) -> Result<(), SyncError> {
        self.categories().await?;
        let updates = self.updates().await?;
        self.keys().await;
        if updates && self.source.replica {
            // Groups and deployments name updates, so they come last.
            self.decisions().await?;
        }
        Ok(())
    }

    /// The keys of encrypted files that are still to come.
    async fn keys(&mut self) {
        let (site, progress) = (self.site, &self.live.progress);
        let asking =
            Asking { me: self.state.record.account, now: &|| site.now(), on_bytes: &|bytes| progress.fetched(bytes) };
        self.counts.warnings.extend(keys::fetch(site, &self.session, &asking).await);
    }

    /// Groups, deployments, declined updates and accepted licence terms of the upstream.
    async fn decisions(&mut self) -> Result<(), SyncError> {
        self.live.progress.phase(SyncPhase::Releases, 0, "groups and deployments");
        let (anchor, updates) = (&self.state.record.deployments_anchor, &self.state.record.updates_anchor);
        let whole = anchor.is_none();
        let (site, progress) = (self.site, &self.live.progress);
        let asking =
            Asking { me: self.state.record.account, now: &|| site.now(), on_bytes: &|bytes| progress.fetched(bytes) };
        let asked = deployments::ask(&self.session, &asking, anchor.as_deref(), updates.as_deref().unwrap_or_default());
        let result = asked.await?;
        let next = result.anchor.clone();
        let taken = deployments::take_over(self.site, self.record, result, whole).await?;
        self.counts.warnings.extend(taken.warnings);
        // What was left out is told again.
        if taken.complete && (whole || taken.changed) {
            self.state.record.deployments_anchor = Some(next);
            self.state.save().await?;
        }
        Ok(())
    }

    /// Categories, classifications and detectoids.
    async fn categories(&mut self) -> Result<(), SyncError> {
        self.live.progress.phase(SyncPhase::Releases, 2, "categories and classifications");
        let anchor = self.state.record.lists_anchor.clone();
        let listed = self.list(lists::of_lists(anchor.as_deref()), || lists::of_lists(None)).await?;
        let complete = self.fetch(&listed.new_revisions, Vec::new()).await?;
        // A WSUS gives another anchor each time; as long as nothing is new, the old one is as good.
        if complete && (anchor.is_none() || !listed.new_revisions.is_empty()) {
            self.state.record.lists_anchor = Some(listed.anchor);
            self.state.save().await?;
        }
        Ok(())
    }

    /// Updates that meet the selection; false when nothing is selected.
    async fn updates(&mut self) -> Result<bool, SyncError> {
        self.live.progress.phase(SyncPhase::Releases, 2, "updates");
        let known = self.session.known(self.state.record.account, self.site.now(), &|_| {}).await?;
        let filter = Filter::new(&selection::selected(self.site), &self.source.languages, &known.config);
        if filter.is_of_lists_only() {
            self.counts.warnings.push(NOTHING_SELECTED.to_owned());
            return Ok(false);
        }
        let before = self.state.filter();
        let anchor = self.state.record.updates_anchor.clone();
        let listed = self.list(filter.request(anchor.as_deref(), &before), || filter.request(None, &before)).await?;
        let again = self.to_try_again().await?;
        let complete = self.fetch(&listed.new_revisions, again).await?;
        if complete && (anchor.is_none() || !listed.new_revisions.is_empty() || filter != before) {
            self.state.record.updates_anchor = Some(listed.anchor);
            self.state.record.filter = Some(filter.to_string());
            self.state.save().await?;
        }
        Ok(true)
    }

    async fn list(
        &self,
        filter: ServerSyncFilter,
        whole: impl FnOnce() -> ServerSyncFilter,
    ) -> Result<GetRevisionIdListResponse, SyncError> {
        let (site, progress) = (self.site, &self.live.progress);
        let asking =
            Asking { me: self.state.record.account, now: &|| site.now(), on_bytes: &|bytes| progress.fetched(bytes) };
        Ok(lists::ask(&self.session, &asking, filter, whole).await?)
    }

    /// Fetches and serves what is listed and not stored; `again` was refused before. False when too much was refused
    /// to be remembered one by one, so that the list has to be asked for again.
    async fn fetch(&mut self, listed: &[UpdateIdentity], again: Vec<RevisionRef>) -> Result<bool, SyncError> {
        let catalog = self.site.catalog();
        let newest = pending::newest(listed);
        let missing = pending::missing(&catalog, &newest);
        let mut parts = pending::missing_parts(&catalog, &newest);
        parts.extend(again.into_iter().filter(|revision| catalog.exact(*revision).is_none()));
        if missing.is_empty() && parts.is_empty() {
            return Ok(true);
        }
        let known = self.session.known(self.state.record.account, self.site.now(), &|_| {}).await?;
        let total = (missing.len() + parts.len()) as u64;
        self.live.progress.phase(SyncPhase::Storing, total, &self.record.name);
        let fetch = Fetch {
            site: self.site,
            source: self.record.id,
            session: &self.session,
            live: self.live,
            me: self.state.record.account,
            parallel: usize::from(self.source.parallel.max(1)),
            batch: known.batch(),
        };
        let mut ingest = Ingest::new(self.site, self.record.id).await.map_err(SyncError::Import)?;
        let fetched = fetch.run(&mut ingest, missing, parts).await;
        self.live.progress.phase(SyncPhase::Publishing, 0, &self.record.name);
        // What came is served however it ended.
        let published = ingest.finish().await.map_err(SyncError::Import);
        let summary = ingest.summary();
        self.counts.new += summary.new_updates;
        self.counts.changed += summary.new_revisions;
        self.counts.quarantined += summary.quarantined;
        self.site.content_origins_changed();
        fetched.and(published)?;
        Ok(summary.quarantined <= MAX_QUARANTINED)
    }

    /// What was refused before and is worth another try: everything in a full run, otherwise what was not tried lately.
    async fn to_try_again(&self) -> Result<Vec<RevisionRef>, SyncError> {
        let now = self.site.now();
        let all = quarantine::list(&mut self.site.store.reader().await?, false).await?;
        let own = all.into_iter().filter(|item| item.source == self.record.id);
        let due = own.filter(|item| self.live.extent == SyncExtent::Full || is_due(item, now));
        Ok(due.filter_map(|item| revision_of(&item.item)).collect())
    }
}

/// Whether an item in quarantine is to be tried again: after an hour, two, four and so on, up to a day.
fn is_due(item: &QuarantineRecord, now: Timestamp) -> bool {
    let pause = FIRST_PAUSE.checked_mul(1 << item.attempts.saturating_sub(1).min(5)).unwrap_or(LAST_PAUSE);
    item.last_at.checked_add(pause.min(LAST_PAUSE)).is_ok_and(|due| due <= now)
}

#[cfg(test)]
mod tests {
    use sluice_model::SourceId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_pause_grows_to_a_day() {
        let at = Timestamp::from_second(1_790_000_000).unwrap();
        let item = |attempts| QuarantineRecord {
            id: Uuid::nil(),
            source: SourceId(Uuid::nil()),
            item: String::new(),
            reason: String::new(),
            detail: String::new(),
            first_at: at,
            last_at: at,
            attempts,
            resolved_at: None,
        };
        let hours = |attempts| (0..100).find(|hours| is_due(&item(attempts), at + SignedDuration::from_hours(*hours)));
        assert_eq!([1, 2, 3, 6, 7, 1000].map(hours), [Some(1), Some(2), Some(4), Some(24), Some(24), Some(24)]);
    }
}
