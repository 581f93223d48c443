//! Keeps what is here as it should be: fetches what is missing, removes what nothing refers to.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::SignedDuration;
use sluice_store::content_failure::ContentFailureRecord;
use tokio::sync::broadcast::error::RecvError;

use super::fetch::{FetchError, fetch};
use super::state::Transfer;
use super::wanted::{self, WantedFile};
use super::{alarm, collect};
use crate::error::{SiteError, SiteResult, chain};
use crate::events::SiteEvent;
use crate::reconcile::Reconcilers;
use crate::site::Site;

/// How often it is looked what is missing when nothing happens: files whose next try has come.
const TICK: Duration = Duration::from_secs(60);
/// How often it is looked what may go.
pub(crate) const COLLECT_TICK: Duration = Duration::from_secs(3600);
/// Wait before the second try of a file; doubled for each further one.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);
/// Longest wait.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);
/// Wait after something came that was not the file.
const QUARANTINE: SignedDuration = SignedDuration::from_hours(24);

/// The name it reports under.
const NAME: &str = "content";

/// Starts it.
pub(crate) fn start(site: &Arc<Site>) {
    let site = Arc::clone(site);
    let tracker = site.tasks.clone();
    let mut events = site.events();
    tracker.spawn(async move {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            let plan = tokio::select! {
                () = site.stop.cancelled() => return,
                () = site.fetching.wake.notified() => false,
                event = events.recv() => match event {
                    Ok(SiteEvent::Catalog { .. } | SiteEvent::Deployment(_)) | Err(RecvError::Lagged(_)) => true,
                    Ok(_) => continue,
                    Err(RecvError::Closed) => return,
                },
                _ = ticks.tick() => true,
            };
            if plan || site.fetching.takes_plan() {
                let done = AssertUnwindSafe(replan(&site)).catch_unwind().await;
                let done = done.unwrap_or_else(|_| Err(SiteError::internal("planning what to fetch", "a defect")));
                note(&site.reconcilers, &site, &done);
            }
            while let Some(transfer) = site.fetching.start_next(site.now()) {
                let site = Arc::clone(&site);
                site.tasks.clone().spawn(async move { run(&site, &transfer).await });
            }
        }
    });
}

fn note(reconcilers: &Reconcilers, site: &Site, done: &SiteResult<()>) {
    if let Err(error) = done {
        tracing::warn!(reconciler = NAME, error = chain(error), "background work failed; it will run again");
    }
    reconcilers.note(NAME, site.now(), done);
}

/// Finds out what is missing.
async fn replan(site: &Arc<Site>) -> SiteResult<()> {
    let (catalog, directory, now) = (site.catalog(), site.directory.load_full(), site.now());
    let (settings, store) = (site.fetching.settings(), Arc::clone(&site.content));
    let planning = tokio::task::spawn_blocking(move || {
        let mut missing = Vec::new();
        let deployed = wanted::referred_to(&catalog, &directory, &settings, now);
        let deployed = deployed.into_iter().map(|file| file.name.sha1()).collect();
        for file in wanted::wanted(&catalog, &directory, &settings, now) {
            if store.size(&file.name)? != Some(file.size) {
                missing.push(file);
            }
        }
        // Small ones first: most updates are complete sooner.
        missing.sort_by(|a: &WantedFile, b| (a.size, &a.name).cmp(&(b.size, &b.name)));
        Ok::<_, sluice_content::ContentError>((missing, deployed))
    });
    let planned = planning.await.map_err(|error| SiteError::internal("planning what to fetch", error))?;
    let (missing, deployed) = planned.map_err(|error| SiteError::internal("looking at the content", error))?;
    site.fetching.undeployed(|undeployed| undeployed.set_deployed(deployed));
    site.fetching.plan(missing, now);
    alarm::settle(site).await
}

/// Fetches a file and records what came of it.
async fn run(site: &Arc<Site>, transfer: &Transfer) {
    let result = tokio::select! {
        // A defect must not leave the file in a transfer that never ends.
        result = AssertUnwindSafe(fetch(site, transfer)).catch_unwind() => {
            result.unwrap_or_else(|_| Err(FetchError::Failed("a defect of this program; please report it".into())))
        }
        () = site.stop.cancelled() => {
            site.fetching.given_up(transfer);
            return;
        }
    };
    let homeless = matches!(result, Err(FetchError::Homeless));
    let failure = match &result {
        Ok(()) | Err(FetchError::Homeless) => None,
        Err(error) => Some(failure(site, transfer, error)),
    };
    if let Some(failure) = &failure {
        tracing::warn!(file = failure.name, reason = failure.reason, "a file could not be fetched");
    }
    let had = site.fetching.failure(&transfer.file.name).is_some();
    site.fetching.ended(transfer, failure.clone(), homeless);
    transfer.tell(|progress| progress.ended = Some(result.is_ok()));
    if (had || failure.is_some())
        && let Err(error) = alarm::record(site, transfer.file.name.to_string(), failure).await
    {
        tracing::error!(error = chain(&error), "how it stands with a file was not stored");
    }
    site.emit(SiteEvent::Content);
}

fn failure(site: &Site, transfer: &Transfer, error: &FetchError) -> ContentFailureRecord {
    let (now, before) = (site.now(), site.fetching.failure(&transfer.file.name));
    let attempts = before.as_ref().map_or(0, |failure| failure.attempts).saturating_add(1);
    let wrong = matches!(error, FetchError::Wrong(_));
    let wait = if wrong { QUARANTINE } else { wait(attempts) };
    ContentFailureRecord {
        name: transfer.file.name.to_string(),
        reason: format!("{error}. {}", error.fix()),
        wrong,
        attempts,
        first_at: before.map_or(now, |failure| failure.first_at),
        last_at: now,
        next_at: now.checked_add(wait).unwrap_or(now),
    }
}

/// How long until the next try.
fn wait(attempts: u32) -> SignedDuration {
    let doubled = FIRST_WAIT.checked_mul(1 << attempts.saturating_sub(1).min(20));
    doubled.map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
}

/// Removes what nothing refers to any more, and looks again for what no source said the place of.
pub(crate) async fn tidy(site: &Arc<Site>) -> SiteResult<()> {
    collect::collect(site, false).await?;
    site.fetching.forget_homeless();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_limit() {
        let minutes = |attempts| wait(attempts).as_mins();
        assert_eq!([1, 2, 3, 8, 9, 10, u32::MAX].map(minutes), [1, 2, 4, 128, 256, 360, 360]);
    }
}
