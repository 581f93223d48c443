//! The frame of a run, whatever it does: one at a time of each source, in the history from its
//! beginning to its end, with its alert.

use std::sync::Arc;

use sluice_model::{AlertId, SourceId, SyncExtent, SyncRunId, SyncTrigger};
use sluice_store::source::SourceRecord;
use sluice_store::sync_run::{SyncRunEnd, SyncRunRecord};
use sluice_store::{Tx, alert, source, sync_run};

use super::error::SyncError;
use super::history::{self, Counts};
use super::progress::Progress;
use super::state::Live;
use super::{ALERT, SyncOutcome, SyncRun, alert_message};
use crate::error::chain;
use crate::events::SiteEvent;
use crate::site::Site;

/// Claims a source; `None` when a run of it is under way. To be given back by [`release`].
pub(crate) fn claim(site: &Arc<Site>, id: SourceId, extent: SyncExtent, trigger: SyncTrigger) -> Option<Arc<Live>> {
    let events = site.events.clone();
    let notify = move || drop(events.send(SiteEvent::Sync(id)));
    let live = Arc::new(Live {
        run: SyncRunId(site.host.new_id()),
        extent,
        trigger,
        started: site.now(),
        progress: Progress::new(Arc::clone(&site.host.clock), notify),
    });
    site.sync.begin(id, &live).then_some(live)
}

/// Gives a source back, with what came of its run.
pub(crate) fn release(site: &Site, id: SourceId, run: Option<SyncRun>) {
    site.sync.end(run, id);
    site.emit(SiteEvent::Sync(id));
}

/// Writes the beginning into the history. `None` when that is impossible.
pub(crate) async fn begin(site: &Site, record: &SourceRecord, live: &Live) -> Option<SyncRunRecord> {
    let row = SyncRunRecord {
        id: live.run,
        source: record.id,
        trigger: live.trigger,
        extent: live.extent,
        started_at: live.started,
        end: None,
    };
    let begin = row.clone();
    if let Err(error) = site.store.write(move |tx| Box::pin(async move { sync_run::start(tx, &begin).await })).await {
        tracing::error!(source = record.name, %error, "a synchronization could not begin");
        return None;
    }
    Some(row)
}

/// Writes the end into the history.
pub(crate) async fn conclude(
    site: &Site,
    record: &SourceRecord,
    live: &Live,
    row: SyncRunRecord,
    result: &Result<SyncOutcome, SyncError>,
    mut counts: Counts,
) -> Option<SyncRun> {
    counts.catalog_version = site.catalog().version();
    counts.bytes = live.progress.bytes();
    let (outcome, error) = match result {
        Ok(outcome) => (*outcome, None),
        Err(SyncError::Stopping) => (SyncOutcome::Interrupted, None),
        Err(error) => {
            tracing::warn!(source = record.name, error = chain(error), "synchronization failed");
            counts.fix = Some(error.fix().to_owned());
            (SyncOutcome::Failed, Some(error.sentence()))
        }
    };
    let end = SyncRunEnd {
        at: site.now(),
        outcome: outcome.slug().into(),
        counts: serde_json::to_string(&counts).unwrap_or_default(),
        error,
    };
    let finished = SyncRunRecord { end: Some(end.clone()), ..row };
    finish(site, record, live, outcome, end, counts.fix.as_deref()).await;
    history::run(finished, &site.sources)
}

/// Writes the end of the run, the source's state and the alert, at once. What a run without changes
/// writes is its history row alone.
async fn finish(
    site: &Site,
    record: &SourceRecord,
    live: &Live,
    outcome: SyncOutcome,
    end: SyncRunEnd,
    fix: Option<&str>,
) {
    let (run, id, name, now) = (live.run, record.id, record.name.clone(), site.now());
    let alert_id = AlertId(site.host.new_id());
    let message = end.error.as_deref().map(|error| alert_message(error, fix)).unwrap_or_default();
    let write = site.store.write(move |tx: &mut Tx| {
        Box::pin(async move {
            sync_run::end(tx, run, &end).await?;
            match (outcome, &end.error) {
                (SyncOutcome::Failed, Some(error)) => {
                    source::failed(tx, id, error).await?;
                    alert::raise(tx, alert_id, ALERT, &name, &message, now).await?;
                    Ok(true)
                }
                (SyncOutcome::Changed | SyncOutcome::Unchanged, _) => {
                    // Whatever the run before was: the site may have been stopped after a failure.
                    let cleared = alert::clear(tx, ALERT, &name, now).await?;
                    if cleared || outcome == SyncOutcome::Changed {
                        source::succeeded(tx, id, now).await?;
                    }
                    Ok(cleared)
                }
                _ => Ok(false),
            }
        })
    });
    match write.await {
        Ok(true) => site.emit(SiteEvent::Alerts),
        Ok(false) => {}
        Err(error) => tracing::error!(%error, "the end of a synchronization is not in the history"),
    }
}
