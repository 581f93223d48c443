//! From the store to the snapshot: what reports changed is collected for a moment and published for
//! many devices at once, so that thousands of events a second make a few snapshots a second.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};
use sluice_catalog::{DeviceChange, DeviceRow};
use sluice_model::{DeviceNumber, UpdateId};
use tokio::sync::{Mutex as Turn, Notify};

use super::ledger::{Entries, Ledger};
use crate::site::Site;

/// How long changes are collected. An operator sees them within a second.
const COLLECT: Duration = Duration::from_millis(100);

/// Devices whose changes may wait; who brings more waits for the snapshot.
const MAX_WAITING: usize = 20_000;

/// What is stored and not in the snapshot yet.
#[derive(Default)]
pub(crate) struct Publisher {
    waiting: Mutex<Waiting>,
    news: Notify,
    /// Held while changes are on their way into the snapshot.
    turn: Turn<()>,
}

#[derive(Default)]
struct Waiting {
    collected: FxHashMap<DeviceNumber, News>,
    /// Handed to the keeper, not served yet.
    sent: Arc<FxHashMap<DeviceNumber, News>>,
}

/// The news of a device, and what is known of it with them.
struct News {
    ledger: Ledger,
    scanned: bool,
    status_changed: bool,
    updates: FxHashSet<UpdateId>,
}

impl Publisher {
    /// What is known of a device and not served yet.
    fn unserved(&self, device: DeviceNumber) -> Option<Ledger> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let known = waiting.collected.get(&device).or_else(|| waiting.sent.get(&device));
        known.map(|news| news.ledger.clone())
    }

    /// Adds news, under the device's turn.
    pub(super) fn add(&self, device: DeviceNumber, ledger: Ledger, entries: &Entries) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let news = waiting.collected.entry(device).or_insert_with(|| News {
            ledger: Ledger::default(),
            scanned: false,
            status_changed: false,
            updates: FxHashSet::default(),
        });
        news.ledger = ledger;
        news.scanned |= entries.scanned;
        news.status_changed |= entries.status_changed;
        news.updates.extend(entries.enforcement.iter().map(|record| record.update));
        drop(waiting);
        self.news.notify_one();
    }

    /// What waits of a device is of no use any more: it was removed.
    pub(crate) fn forget(&self, device: DeviceNumber) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).collected.remove(&device);
    }

    fn is_full(&self) -> bool {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).collected.len() >= MAX_WAITING
    }

    fn take(&self) -> Arc<FxHashMap<DeviceNumber, News>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.sent = Arc::new(std::mem::take(&mut waiting.collected));
        Arc::clone(&waiting.sent)
    }

    fn served(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).sent = Arc::default();
    }
}

/// What a row says.
fn ledger_of(row: &DeviceRow) -> Ledger {
    let windows = row.windows.as_deref();
    Ledger {
        scan: windows.and_then(|windows| Some((windows.last_scan_at?, windows.last_scan_error))),
        status: windows.and_then(|windows| windows.status.clone()),
        enforcement: Arc::clone(&row.enforcement),
    }
}

fn changes(device: DeviceNumber, news: &News) -> Vec<DeviceChange> {
    let Ledger { scan, status, enforcement } = &news.ledger;
    let mut changes = Vec::new();
    if let Some((at, error)) = scan.filter(|_| news.scanned) {
        changes.push(DeviceChange::WindowsScan { device, at, error });
    }
    if let Some(status) = status.clone().filter(|_| news.status_changed) {
        changes.push(DeviceChange::WindowsStatus { device, status });
    }
    let records: Vec<_> = enforcement.iter().filter(|record| news.updates.contains(&record.update)).cloned().collect();
    if !records.is_empty() {
        changes.push(DeviceChange::Enforcement { device, records });
    }
    changes
}

impl Site {
    /// What is known of a device, published or not. To be asked under the device's turn.
    pub(super) fn ledger(&self, device: DeviceNumber) -> Ledger {
        // In this order: what does not wait any more is served.
        let unserved = self.reporting.publisher.unserved(device);
        unserved.unwrap_or_else(|| self.fleet.load().device(device).map(|row| ledger_of(row)).unwrap_or_default())
    }

    /// Brings everything that was reported into the snapshot, and returns when it is served.
    pub async fn publish_reports(&self) {
        let publisher = &self.reporting.publisher;
        let _turn = publisher.turn.lock().await;
        let news = publisher.take();
        if !news.is_empty() {
            let changes = news.iter().flat_map(|(device, news)| changes(*device, news)).collect();
            if let Err(error) = self.keeper.devices(changes).await {
                tracing::warn!(
                    error = crate::error::chain(&error),
                    "reports are stored, but not served until the next start"
                );
            }
        }
        publisher.served();
    }

    /// Waits while more is reported than is published.
    pub(super) async fn room_for_reports(&self) {
        while self.reporting.publisher.is_full() {
            self.publish_reports().await;
        }
    }
}

/// Publishes what is reported, until the site stops.
pub(crate) async fn run(site: Arc<Site>) {
    loop {
        tokio::select! {
            () = site.stop.cancelled() => break,
            () = site.reporting.publisher.news.notified() => {}
        }
        tokio::select! {
            () = site.stop.cancelled() => break,
            () = tokio::time::sleep(COLLECT) => {}
        }
        site.publish_reports().await;
    }
    site.publish_reports().await;
}
