//! What could not be taken in, on its way to the store.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use sluice_model::SourceId;
use sluice_store::quarantine::QuarantineEntry;
use sluice_store::{Store, StoreError, Tx, quarantine};

use super::documents::place_prefix;
use crate::host::Host;

/// Most items of one run that are kept with their reason; more are only counted. Real catalogs have
/// none; a file that is no catalog has any number.
const MAX_ITEMS: u64 = 10_000;
/// Longest reason kept.
const MAX_REASON: usize = 1000;

/// The quarantine of a source during a run.
pub(super) struct Quarantine {
    source: SourceId,
    /// What is in it from before and was not met again.
    open: HashSet<String>,
    count: u64,
    /// Not yet stored.
    put: BTreeMap<String, String>,
    resolve: Vec<String>,
}

/// What goes into the store with a batch.
pub(super) struct QuarantineWrites {
    source: SourceId,
    put: Vec<QuarantineEntry>,
    resolve: Vec<String>,
}

impl Quarantine {
    pub(super) async fn load(store: &Store, source: SourceId) -> Result<Self, StoreError> {
        let all = quarantine::list(&mut store.reader().await?, false).await?;
        let open = all.into_iter().filter(|item| item.source == source).map(|item| item.item).collect();
        let (put, resolve) = (BTreeMap::new(), Vec::new());
        Ok(Self { source, open, count: 0, put, resolve })
    }

    /// How many items were refused in this run.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Something was refused.
    pub(super) fn refuse(&mut self, item: String, reason: &str) {
        self.count += 1;
        self.open.remove(&item);
        if self.count <= MAX_ITEMS {
            self.put.insert(item, reason.chars().take(MAX_REASON).collect());
        }
    }

    /// Something is fine that may have been refused before; not when it was refused in this run.
    pub(super) fn accept(&mut self, item: &str) {
        if let Some(item) = self.open.take(item) {
            self.resolve.push(item);
        }
    }

    /// A file was read to its end: what was wrong in it before and was not met again is gone.
    pub(super) fn read(&mut self, name: &str) {
        let prefix = place_prefix(name);
        self.resolve.extend(self.open.extract_if(|item| item.starts_with(&prefix)));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.put.is_empty() && self.resolve.is_empty()
    }

    /// What is to be stored now.
    pub(super) fn take(&mut self, host: &Host) -> QuarantineWrites {
        let source = self.source;
        let put = std::mem::take(&mut self.put).into_iter();
        let entry = |(item, reason)| QuarantineEntry { id: host.new_id(), source, item, reason, detail: String::new() };
        QuarantineWrites { source, put: put.map(entry).collect(), resolve: std::mem::take(&mut self.resolve) }
    }
}

impl QuarantineWrites {
    pub(super) async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
        for entry in &self.put {
            quarantine::put(tx, entry, now).await?;
        }
        for item in &self.resolve {
            quarantine::resolve(tx, self.source, item, now).await?;
        }
        Ok(())
    }
}
