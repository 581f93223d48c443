//! What is known of the runs of every source, in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};

use jiff::Timestamp;
use sluice_model::{SourceId, SyncExtent, SyncRunId, SyncTrigger};
use sluice_store::{Store, sync_run};
use tokio::sync::{Mutex, Semaphore};

use super::progress::Progress;
use super::{RunningSync, SyncRun, Unpublished, history};
use crate::error::SiteResult;
use crate::sources::SourceList;

/// Sources that fetch at once.
const CONCURRENT: usize = 3;
/// Runs of a source in which the last success is looked for at the start.
const RECENT: u32 = 50;

/// The state of synchronization.
pub(crate) struct SyncState {
    running: StdMutex<HashMap<SourceId, Arc<Live>>>,
    last: StdMutex<HashMap<SourceId, SyncRun>>,
    /// Ends of the last successful runs.
    succeeded: StdMutex<HashMap<SourceId, Timestamp>>,
    pub(super) gate: Semaphore,
    /// Held from reading the catalog to publishing the next one, so that each is made from the one
    /// before.
    pub(crate) commit: Mutex<()>,
    pub(crate) unpublished: Unpublished,
}

/// A run under way.
pub(crate) struct Live {
    pub(crate) run: SyncRunId,
    pub(super) extent: SyncExtent,
    pub(super) trigger: SyncTrigger,
    pub(super) started: Timestamp,
    pub(crate) progress: Progress,
}

impl Live {
    pub(super) fn view(&self) -> RunningSync {
        RunningSync {
            run: self.run,
            extent: self.extent,
            trigger: self.trigger,
            started: self.started,
            progress: self.progress.get(),
        }
    }
}

impl SyncState {
    /// The newest run of every source. Runs that were open when the site stopped are interrupted.
    pub(crate) async fn load(store: &Store, sources: &SourceList, now: Timestamp) -> SiteResult<Self> {
        store.write(move |tx| Box::pin(async move { sync_run::interrupt_open(tx, now).await })).await?;
        let mut reader = store.reader().await?;
        let (mut last, mut succeeded) = (HashMap::new(), HashMap::new());
        for source in sources.all().iter() {
            let rows = sync_run::list(&mut reader, Some(source.id), None, RECENT).await?;
            let runs: Vec<_> = rows.into_iter().filter_map(|row| history::run(row, sources)).collect();
            succeeded.extend(runs.iter().find(|run| run.outcome.is_success()).map(|run| (source.id, run.ended)));
            last.extend(runs.into_iter().next().map(|run| (source.id, run)));
        }
        Ok(Self {
            running: StdMutex::default(),
            last: StdMutex::new(last),
            succeeded: StdMutex::new(succeeded),
            gate: Semaphore::new(CONCURRENT),
            commit: Mutex::new(()),
            unpublished: Unpublished::default(),
        })
    }

    /// Claims a source for a run; false when one is under way.
    pub(super) fn begin(&self, source: SourceId, live: &Arc<Live>) -> bool {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        match running.entry(source) {
            std::collections::hash_map::Entry::Occupied(_) => false,
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(Arc::clone(live));
                true
            }
        }
    }

    pub(super) fn end(&self, run: Option<SyncRun>, source: SourceId) {
        if let Some(run) = run {
            if run.outcome.is_success() {
                self.succeeded.lock().unwrap_or_else(PoisonError::into_inner).insert(source, run.ended);
            }
            self.last.lock().unwrap_or_else(PoisonError::into_inner).insert(source, run);
        }
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&source);
    }

    pub(crate) fn running(&self, source: SourceId) -> Option<Arc<Live>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).get(&source).cloned()
    }

    pub(crate) fn is_running(&self) -> bool {
        !self.running.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    pub(crate) fn last_run(&self, source: SourceId) -> Option<SyncRun> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).get(&source).cloned()
    }

    /// End of the last successful run, as far as the recent history tells.
    pub(crate) fn last_success(&self, source: SourceId) -> Option<Timestamp> {
        self.succeeded.lock().unwrap_or_else(PoisonError::into_inner).get(&source).copied()
    }

    pub(crate) fn newest_run(&self) -> Option<SyncRun> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.values().max_by_key(|run| run.ended).cloned()
    }

    pub(crate) fn forget(&self, source: SourceId) {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).remove(&source);
        self.succeeded.lock().unwrap_or_else(PoisonError::into_inner).remove(&source);
    }
}
