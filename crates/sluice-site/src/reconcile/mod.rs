//! Background work: input-free, idempotent, safe to kill at any moment (invariant 5).

mod contacts;
mod expired;
mod names;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::content;
use crate::downstream;
use crate::error::{SiteError, SiteResult, chain};
use crate::migration;
use crate::rollup;
use crate::site::{ReconcilerStatus, Site};
use crate::sites;
use crate::sync;
use crate::windows::fragments::warm;
use crate::windows::import::serve_left;
use crate::windows::{groups_told, reporting, told};

pub(crate) use contacts::{WrittenContacts, write as write_contacts};

/// How often due synchronizations are looked for.
const SYNC_TICK: Duration = Duration::from_secs(5);
/// How often contacts of devices are written down; a kill loses at most this much of them.
const CONTACT_TICK: Duration = Duration::from_secs(10);
/// How often new target groups of Windows devices are looked for: their devices are counted as
/// members of the collections from then on.
const GROUPS_TICK: Duration = Duration::from_secs(5);
/// How often what has expired is removed.
const EXPIRED_TICK: Duration = Duration::from_secs(3600);
/// How often deployments whose time has come are looked for: Windows devices see them within a second.
const ACTIVATION_TICK: Duration = Duration::from_millis(500);
/// How often devices that registered and never scanned are looked for.
const NEVER_SCANNED_TICK: Duration = Duration::from_secs(3600);
/// How often new upstream servers are looked for, that are to be told of the site's devices.
const ROLLUP_TICK: Duration = Duration::from_secs(5);
/// How often it is looked whether the site is full. From nine tenths to all takes 25 minutes at least.
const CROWD_TICK: Duration = Duration::from_secs(60);
/// How often it is looked whether a run left updates in the store that are not served. Servers below
/// this one get nothing newer before.
const LEFT_TICK: Duration = Duration::from_secs(60);
/// How often metadata is looked for that is not ready to be sent.
const METADATA_TICK: Duration = Duration::from_secs(2);
/// How often it is looked whether the keys of cookies have come of age.
const KEYS_TICK: Duration = Duration::from_secs(3600);

/// The state of every reconciler, for operators.
#[derive(Default)]
pub(crate) struct Reconcilers {
    status: Mutex<BTreeMap<&'static str, ReconcilerStatus>>,
}

impl Reconcilers {
    pub(crate) fn status(&self) -> Vec<ReconcilerStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub(crate) fn note(&self, name: &'static str, at: Timestamp, result: &SiteResult<()>) {
        let mut all = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        let status = all.entry(name).or_insert(ReconcilerStatus { name, last_run: None, last_error: None, runs: 0 });
        status.runs += 1;
        status.last_run = Some(at);
        status.last_error = result.as_ref().err().map(ToString::to_string);
    }
}

/// Starts them all.
pub(crate) fn start(site: &Arc<Site>) {
    every(site, "schedule", SYNC_TICK, |site| async move { sync::start_due(&site).await });
    every(site, "contacts", CONTACT_TICK, |site| async move { contacts::write(&site).await });
    every(site, "downstream servers", CONTACT_TICK, |site| async move { downstream::write_servers(&site).await });
    every(site, "devices of removed servers", EXPIRED_TICK, |site| async move {
        downstream::remove_devices_without_server(&site).await
    });
    every(site, "sites below", CONTACT_TICK, |site| async move { sites::write_children(&site).await });
    every(site, "stand-in", CONTACT_TICK, |site| async move { sites::decide_stand_in(&site).await });
    every(site, "metadata", METADATA_TICK, |site| async move { warm::warm(&site).await });
    every(site, "names", CONTACT_TICK, |site| async move { names::write(&site).await });
    every(site, "rollup", ROLLUP_TICK, |site| async move { rollup::follow(&site).await });
    every(site, "take-over", SYNC_TICK, |site| async move { migration::advance(&site).await });
    every(site, "expired", EXPIRED_TICK, |site| async move { expired::remove(&site).await });
    every(site, "old events", EXPIRED_TICK, |site| async move { reporting::prune(&site).await });
    every(site, "unserved updates", LEFT_TICK, |site| async move { serve_left(&site).await });
    every(site, "activation", ACTIVATION_TICK, |site| async move { told::activate(&site).await });
    every(site, "target groups", GROUPS_TICK, |site| async move { groups_told::write(&site).await });
    every(site, "never scanned", NEVER_SCANNED_TICK, |site| async move { site.drop_never_scanned().await.map(drop) });
    every(site, "room for devices", CROWD_TICK, |site| async move {
        site.tell_windows_crowd(site.windows.known.len()).await
    });
    every(site, "content store", content::COLLECT_TICK, |site| async move { content::tidy(&site).await });
    every(site, "cookie keys", KEYS_TICK, |site| async move { site.windows.cookies.rotate(&site.store).await });
}

fn every<F, R>(site: &Arc<Site>, name: &'static str, tick: Duration, work: F)
where
    F: Fn(Arc<Site>) -> R + Send + 'static,
    R: Future<Output = SiteResult<()>> + Send + 'static,
{
    let site = Arc::clone(site);
    let tracker = site.tasks.clone();
    tracker.spawn(async move {
        let mut ticks = tokio::time::interval(tick);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                () = site.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            // In a task of its own, so that a defect ends this run and not the reconciler.
            let run = tokio::spawn(work(Arc::clone(&site))).await;
            let result = run.unwrap_or_else(|error| Err(SiteError::internal("background work", error)));
            if let Err(error) = &result {
                tracing::warn!(reconciler = name, error = chain(error), "background work failed; it will run again");
            }
            site.reconcilers.note(name, site.now(), &result);
        }
    });
}
