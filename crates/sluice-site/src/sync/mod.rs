//! Synchronization: bringing the catalog up to date with the upstreams.

mod apt;
mod engine;
mod error;
mod fetch;
mod history;
mod progress;
pub(crate) mod run;
mod state;
mod unpublished;
mod upstream;
mod wait;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sluice_model::{Schedule, SourceId, SyncExtent, SyncProgress, SyncRunId, SyncTrigger};
use sluice_store::{audit, quarantine, sync_run};
use uuid::Uuid;

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::page::{Page, PageRequest, limit_and_one};
use crate::site::Site;
use crate::sources::Source;

pub(crate) use error::SyncError;
pub(crate) use fetch::Fetcher;
pub(crate) use history::Counts;
pub(crate) use state::{Live, SyncState};
pub(crate) use unpublished::{Left, Unpublished};
pub use upstream::{CheckedStep, SourceCheck};
pub(crate) use upstream::{Look, ReportingSession, UpstreamContent, UpstreamError, Upstreams, Why, look, pinned};
pub(crate) use wait::{ended, run_with_parent};

/// The kind of the alert of a failed synchronization.
pub(crate) const ALERT: &str = "sync-failed";
/// After a failure the next try comes after this time (SYN-07).
const RETRY_AFTER: SignedDuration = SignedDuration::from_mins(60);

/// A source and where its synchronization stands.
#[derive(Clone, Debug)]
pub struct SyncStatus {
    /// The source.
    pub source: Source,
    /// The run under way.
    pub running: Option<RunningSync>,
    /// The last finished run.
    pub last_run: Option<SyncRun>,
}

/// A run under way.
#[derive(Clone, Debug)]
pub struct RunningSync {
    /// Identity.
    pub run: SyncRunId,
    /// Delta or full.
    pub extent: SyncExtent,
    /// Who started it.
    pub trigger: SyncTrigger,
    /// When it began.
    pub started: Timestamp,
    /// How far it is.
    pub progress: SyncProgress,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncOutcome {
    /// Nothing new upstream.
    Unchanged,
    /// The catalog changed.
    Changed,
    /// It failed; the last good state is served.
    Failed,
    /// The site stopped in the middle; the next run continues.
    Interrupted,
}

impl SyncOutcome {
    /// The spelling in the API and the store.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Changed => "changed",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// What upstream has is what is served.
    #[must_use]
    pub fn is_success(self) -> bool {
        matches!(self, Self::Unchanged | Self::Changed)
    }

    /// The outcome of a [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        [Self::Unchanged, Self::Changed, Self::Failed, Self::Interrupted].into_iter().find(|o| o.slug() == slug)
    }
}

/// A finished run.
#[derive(Clone, Debug)]
pub struct SyncRun {
    /// Identity.
    pub id: SyncRunId,
    /// The source.
    pub source: SourceId,
    /// Its name at the time.
    pub source_name: String,
    /// Delta or full.
    pub extent: SyncExtent,
    /// Who started it.
    pub trigger: SyncTrigger,
    /// Begin.
    pub started: Timestamp,
    /// End.
    pub ended: Timestamp,
    /// How it ended.
    pub outcome: SyncOutcome,
    /// Updates not known before.
    pub updates_new: u64,
    /// Updates with a new revision.
    pub updates_changed: u64,
    /// Updates no index offers any more.
    pub updates_expired: u64,
    /// Items quarantined.
    pub quarantined: u64,
    /// Bytes fetched.
    pub bytes: u64,
    /// Catalog version after the run.
    pub catalog_version: u64,
    /// Why it failed.
    pub error: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
    /// What deserves attention though it worked.
    pub warnings: Vec<String>,
}

/// An item that could not be taken over.
#[derive(Clone, Debug)]
pub struct QuarantinedItem {
    /// Identity.
    pub id: Uuid,
    /// The source.
    pub source: SourceId,
    /// Which item.
    pub item: String,
    /// Why.
    pub reason: String,
    /// First seen.
    pub first_at: Timestamp,
    /// Last seen.
    pub last_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
}

impl Site {
    /// Starts synchronizing a source, or all enabled ones; which were started.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Conflict` when it runs already or the site has no source.
    pub async fn start_sync(
        self: &Arc<Self>,
        caller: &Caller,
        source: Option<SourceId>,
        extent: SyncExtent,
    ) -> SiteResult<Vec<SourceId>> {
        caller.require(Permission::Synchronize)?;
        let all = self.sources.all();
        let wanted: Vec<SourceId> = match source {
            Some(id) => {
                let record = self.sources.get(id).ok_or_else(|| SiteError::not_found("source", id))?;
                if !self.source_view(&record)?.config.is_remote() {
                    return Err(SiteError::conflict(
                        "the source is of imported files: there is no upstream to ask",
                        "Import the file again: `sluice catalog import FILE`.",
                    ));
                }
                vec![id]
            }
            None => all.iter().filter(|s| s.enabled).map(|s| s.id).collect(),
        };
        if wanted.is_empty() {
            return Err(SiteError::conflict(
                "the site has no source that is enabled",
                "Define one: `sluice source create`.",
            ));
        }
        let started: Vec<_> =
            wanted.into_iter().filter(|id| engine::start(self, *id, extent, SyncTrigger::Manual)).collect();
        if started.is_empty() {
            return Err(SiteError::conflict("the synchronization runs already", "Watch it: `sluice sync status`."));
        }
        let entry = self.audit_entry(caller, "sync.start", &format!("{} sources", started.len()), extent_slug(extent));
        // Not worth failing the start that has happened.
        let write = self.store.write(move |tx| Box::pin(async move { audit::append(tx, entry).await }));
        if let Err(error) = write.await {
            tracing::error!(%error, "the start of a synchronization is not in the audit");
        }
        Ok(started)
    }

    /// Where the synchronization of every source stands.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn sync_status(&self, caller: &Caller) -> SiteResult<Vec<SyncStatus>> {
        caller.require(Permission::Read)?;
        let all = self.sources.all();
        let readable = all.iter().filter_map(|record| self.readable_source(record));
        let status = |source: Source| {
            let running = self.sync.running(source.id).map(|live| live.view());
            SyncStatus { running, last_run: self.sync.last_run(source.id), source: source.shown_to(caller) }
        };
        Ok(readable.map(status).collect())
    }

    /// Finished runs, newest first; of one source or of all.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` for a bad cursor.
    pub async fn sync_history(
        &self,
        caller: &Caller,
        source: Option<SourceId>,
        page: PageRequest,
    ) -> SiteResult<Page<SyncRun>> {
        caller.require(Permission::Read)?;
        let limit = page.limit()?;
        let before = page.cursor.as_deref().map(history::decode_cursor).transpose()?;
        let mut reader = self.store.reader().await?;
        let mut rows = sync_run::list(&mut reader, source, before, limit_and_one(limit)).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| history::encode_cursor(row.started_at, row.id));
        let items = rows.into_iter().filter_map(|row| history::run(row, &self.sources)).collect();
        Ok(Page { items, next, total: None })
    }

    /// Items that could not be taken over, newest first.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid` for a bad cursor.
    pub async fn quarantine(&self, caller: &Caller, page: PageRequest) -> SiteResult<Page<QuarantinedItem>> {
        caller.require(Permission::Read)?;
        let limit = page.limit()?;
        let from = page.cursor.as_deref().map_or(Ok(0), str::parse).map_err(|_| PageRequest::bad_cursor())?;
        let all = quarantine::list(&mut self.store.reader().await?, false).await?;
        let total = all.len();
        let items = all.into_iter().skip(from).take(limit).map(|row| QuarantinedItem {
            id: row.id,
            source: row.source,
            item: row.item,
            reason: row.reason,
            first_at: row.first_at,
            last_at: row.last_at,
            attempts: row.attempts,
        });
        let items: Vec<_> = items.collect();
        let end = from.saturating_add(items.len());
        Ok(Page { items, next: (end < total).then(|| end.to_string()), total: Some(total as u64) })
    }

    /// Tries a quarantined item again: its source is read in full.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Conflict` while the source is synchronized.
    pub async fn retry_quarantined(self: &Arc<Self>, caller: &Caller, id: Uuid) -> SiteResult<()> {
        caller.require(Permission::Synchronize)?;
        let all = quarantine::list(&mut self.store.reader().await?, false).await?;
        let item = all.into_iter().find(|q| q.id == id).ok_or_else(|| SiteError::not_found("quarantined item", id))?;
        self.start_sync(caller, Some(item.source), SyncExtent::Full).await.map(drop)
    }

    /// When a source is due: by its schedule, or sooner after a failure (SYN-07).
    pub(crate) fn next_run(
        &self,
        id: SourceId,
        created_at: Timestamp,
        enabled: bool,
        schedule: &Schedule,
    ) -> Option<Timestamp> {
        if !enabled {
            return None;
        }
        let last = self.sync.last_run(id);
        let scheduled = match &last {
            Some(run) if run.started <= self.now() => schedule.next_after(run.started),
            // A new source with a schedule is due at once; so is one whose last run is in the future,
            // because the clock was wrong then.
            _ => schedule.next_after(created_at).map(|_| created_at),
        };
        let retry = last.and_then(|run| match run.outcome {
            SyncOutcome::Failed => run.ended.checked_add(RETRY_AFTER).ok(),
            SyncOutcome::Interrupted => Some(run.ended),
            SyncOutcome::Changed | SyncOutcome::Unchanged => None,
        });
        // Without a schedule nothing happens by itself, a retry neither.
        scheduled.map(|scheduled| retry.map_or(scheduled, |retry| retry.min(scheduled)))
    }
}

/// What the alert of a failure says: what, why, and what to do.
pub(crate) fn alert_message(error: &str, fix: Option<&str>) -> String {
    format!("{error}. {}", fix.unwrap_or_default()).trim_end().to_owned()
}

/// The spelling in audit and API.
fn extent_slug(extent: SyncExtent) -> &'static str {
    match extent {
        SyncExtent::Delta => "delta",
        SyncExtent::Full => "full",
    }
}

/// The enabled sources that are asked for what is selected.
pub(crate) fn following_selection(site: &Site) -> Vec<Source> {
    let all = site.sources.all();
    let readable = all.iter().filter_map(|record| site.readable_source(record));
    readable.filter(|source| source.enabled && source.config.kind().follows_selection()).collect()
}

/// Synchronizes sources whose selection changed. One that runs already finds out at its next run.
pub(crate) fn start_again(site: &Arc<Site>, sources: &[Source]) {
    for source in sources {
        engine::start(site, source.id, SyncExtent::Delta, SyncTrigger::Manual);
    }
}

/// Starts what is due; a reconciler.
pub(crate) async fn start_due(site: &Arc<Site>) -> SiteResult<()> {
    let now = site.now();
    for record in site.sources.all().iter() {
        let Some(source) = site.readable_source(record) else { continue };
        if source.next_run.is_none_or(|due| due > now) {
            continue;
        }
        let failed = site.sync.last_run(source.id).is_some_and(|run| run.outcome == SyncOutcome::Failed);
        let trigger = if failed { SyncTrigger::Retry } else { SyncTrigger::Schedule };
        engine::start(site, source.id, SyncExtent::Delta, trigger);
    }
    Ok(())
}
