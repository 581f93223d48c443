//! A task per upstream server: it reports what changed, soon after it changed.

use std::sync::Arc;
use std::time::Duration;

use sluice_model::{AlertId, SourceId};
use sluice_store::alert;
use sluice_store::source::SourceRecord;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::RollupError;
use super::memory::Memory;
use super::pass;
use super::status::{Progress, RefusedDevice};
use crate::error::{SiteResult, chain};
use crate::events::SiteEvent;
use crate::site::Site;
use crate::sources::UpstreamSource;
use crate::sync::alert_message;

/// Changes are gathered for this time, so that what belongs together goes together.
const GATHER: Duration = Duration::from_secs(1);
/// How often a quiet site looks whether there is something to tell: contacts change without an event.
const QUIET: Duration = Duration::from_secs(60);
/// The pause after a failure; doubled every time.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// The kind of the alert of an upstream server that cannot be told.
const ALERT: &str = "rollup-failed";
/// Failures one after the other that raise it: a server that restarts is none of an operator's business.
const ALERT_AFTER: u32 = 3;

/// Sees to it that every upstream server that takes reports has its task; a reconciler.
pub(crate) async fn follow(site: &Arc<Site>) -> SiteResult<()> {
    for record in site.sources.all().iter() {
        if wanted(site, record.id).is_some() && site.rollups.begin(record.id) {
            let turn = Turn { site: Arc::clone(site), source: record.id };
            site.tasks.spawn(report(turn));
        }
    }
    site.rollups.keep_only(|source| site.sources.get(source).is_some());
    Ok(())
}

/// The claim of a task on its source; given back however the task ends.
struct Turn {
    site: Arc<Site>,
    source: SourceId,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.site.rollups.end(self.source);
    }
}

/// The source, when its server is to be told.
fn wanted(site: &Site, id: SourceId) -> Option<(SourceRecord, UpstreamSource)> {
    let record = site.sources.get(id).filter(|record| record.enabled)?;
    let source = site.readable_source(&record)?;
    let upstream = source.config.upstream().filter(|upstream| !upstream.is_microsoft())?.clone();
    Some((record, upstream))
}

async fn report(turn: Turn) {
    let Turn { site, source: id } = &turn;
    let mut events = site.events();
    let mut memory = Memory::default();
    let mut failures = 0;
    while let Some((record, source)) = wanted(site, *id) {
        site.rollups.note(*id, |progress| progress.last_attempt = Some(site.now()));
        let done = tokio::select! {
            done = pass::run(site, &record, &source, &mut memory) => done,
            () = site.stop.cancelled() => return,
        };
        let pause_for = match done {
            Ok(outcome) => {
                if failures >= ALERT_AFTER {
                    clear(site, &record.name).await;
                }
                failures = 0;
                said(site, *id, &memory, |progress| progress.done(outcome, site.now()));
                None
            }
            Err(error) => {
                failures += 1;
                tracing::info!(source = record.name, failures, error = chain(&error), "the upstream was not told");
                let told = (error.to_string(), error.fix());
                if failures == ALERT_AFTER {
                    raise(site, &record.name, &told).await;
                }
                said(site, *id, &memory, |progress| progress.failed(told));
                Some(FIRST_PAUSE.saturating_mul(1 << (failures - 1).min(16)).min(LONGEST_PAUSE))
            }
        };
        let goes_on = match pause_for {
            Some(time) => pause(site, time).await,
            None => news(site, *id, &mut events).await,
        };
        if !goes_on {
            return;
        }
    }
}

/// Changes what operators see; who watches is told when it is something else than before.
fn said(site: &Site, source: SourceId, memory: &Memory, change: impl FnOnce(&mut Progress)) {
    let refused = memory.refused.values().map(|refused| RefusedDevice {
        name: refused.name.clone(),
        reason: refused.reason.clone(),
        retry_at: refused.until,
    });
    let mut is_news = false;
    site.rollups.note(source, |progress| {
        let before = progress.seen();
        change(progress);
        progress.refused = refused.collect();
        is_news = before != progress.seen();
    });
    if is_news {
        site.emit(SiteEvent::Sync(source));
    }
}

/// Waits until something may have changed; false when the site stops.
async fn news(site: &Site, source: SourceId, events: &mut Receiver<SiteEvent>) -> bool {
    let quiet = tokio::time::sleep(QUIET);
    tokio::pin!(quiet);
    loop {
        tokio::select! {
            () = site.stop.cancelled() => return false,
            () = &mut quiet => return true,
            event = events.recv() => match event {
                Ok(event) if !concerns(site, source, &event) => {}
                Ok(_) | Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return false,
            }
        }
    }
    if !pause(site, GATHER).await {
        return false;
    }
    // The pass that follows sees what came meanwhile.
    while !matches!(events.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
    true
}

fn concerns(site: &Site, source: SourceId, event: &SiteEvent) -> bool {
    match event {
        SiteEvent::Device(_) | SiteEvent::Devices | SiteEvent::Catalog { .. } => true,
        // The end of a run: before the first, nothing can be told.
        SiteEvent::Sync(id) => *id == source && site.sync.running(source).is_none(),
        SiteEvent::Deployment(_) | SiteEvent::Alerts | SiteEvent::Content | SiteEvent::Sites => false,
    }
}

/// False when the site stops.
pub(super) async fn pause(site: &Site, time: Duration) -> bool {
    tokio::select! {
        () = site.stop.cancelled() => false,
        () = tokio::time::sleep(time) => true,
    }
}

async fn raise(site: &Site, source: &str, (error, fix): &(String, &'static str)) {
    let (id, now, source) = (AlertId(site.host.new_id()), site.now(), source.to_owned());
    let message = alert_message(error, Some(fix));
    let raised = site
        .store
        .write(move |tx| Box::pin(async move { alert::raise(tx, id, ALERT, &source, &message, now).await.map(drop) }));
    told(site, raised.await.map_err(Into::into));
}

async fn clear(site: &Site, source: &str) {
    let (now, source) = (site.now(), source.to_owned());
    let cleared =
        site.store.write(move |tx| Box::pin(async move { alert::clear(tx, ALERT, &source, now).await.map(drop) }));
    told(site, cleared.await.map_err(Into::into));
}

fn told(site: &Site, result: Result<(), RollupError>) {
    match result {
        Ok(()) => site.emit(SiteEvent::Alerts),
        Err(error) => tracing::error!(error = chain(&error), "an alert about an upstream could not be stored"),
    }
}
