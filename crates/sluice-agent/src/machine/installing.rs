//! Fetching and installing batches, so that one bad update does not stop the others.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::Machine;
use super::data::{Outcome, Planned, Work};
use crate::backend::{Batch, ErrorCode, Failure, Wanted, is_installed};
use crate::enforcement::Enforcement;
use crate::state::StateError;
use crate::state::journal::Journal;

impl Machine {
    /// Fetches all batches. The updates of one that fails are fetched one by one, and what is left
    /// is planned again.
    pub(super) async fn fetch(&mut self, planned: Planned) -> Planned {
        let Planned { mut work, batches } = planned;
        let mut fetched = Vec::new();
        for batch in batches {
            let failure = match self.backend.download(&batch).await {
                Ok(()) => {
                    fetched.push(batch);
                    continue;
                }
                Err(failure) => failure,
            };
            if batch.updates.len() == 1 || failure.code == ErrorCode::Locked {
                refuse(&mut work, &batch.updates, &failure);
                continue;
            }
            let mut good = Vec::new();
            for update in batch.updates {
                let single = Batch { updates: vec![update.clone()], new_packages: Vec::new() };
                match self.backend.download(&single).await {
                    Ok(()) => good.push(update),
                    Err(failure) => refuse(&mut work, &single.updates, &failure),
                }
            }
            if !good.is_empty() {
                let plan = self.backend.plan(&good).await;
                work.refused.extend(plan.refused);
                fetched.extend(plan.batches);
            }
        }
        Planned { work, batches: fetched }
    }

    /// Installs all batches, with a journal while that goes on.
    pub(super) async fn install(&mut self, planned: Planned) -> Result<Outcome, StateError> {
        let Planned { work, batches } = planned;
        let going: Vec<Wanted> = batches.iter().flat_map(|b| b.updates.iter().cloned()).collect();
        Journal { started_at: self.host.now(), wanted: going }.begin(&self.state)?;
        self.report_all(&work, Enforcement::Installing).await?;
        let mut run = Run { work, output: HashMap::new(), new_packages: Vec::new() };
        for batch in batches {
            let Err(failure) = self.install_batch(&batch, &mut run).await else { continue };
            // The rest of the batch may be fine without the one that failed.
            let repaired = self.backend.repair().await;
            let single = batch.updates.len() == 1 || repaired.is_err() || failure.code == ErrorCode::Locked;
            if single {
                refuse(&mut run.work, &batch.updates, &failure);
                continue;
            }
            for update in batch.updates {
                self.install_alone(update, &failure, &mut run).await;
            }
        }
        let Run { work, output, new_packages } = run;
        Ok(Outcome { work, output, new_packages, interrupted: false })
    }

    async fn install_batch(&mut self, batch: &Batch, run: &mut Run) -> Result<(), Failure> {
        let patience = Duration::from_secs(run.work.patience.lock);
        let result = self.backend.install(batch, patience).await;
        let said: Arc<str> = match &result {
            Ok(output) => output.as_str().into(),
            Err(failure) => failure.output.as_str().into(),
        };
        run.output.extend(batch.updates.iter().map(|u| (u.update, Arc::clone(&said))));
        run.new_packages.extend(batch.new_packages.iter().cloned());
        result.map(drop)
    }

    /// Installs what is left of an update after `batch_failure`.
    async fn install_alone(&mut self, update: Wanted, batch_failure: &Failure, run: &mut Run) {
        let installed = self.backend.installed().unwrap_or_default();
        if update.packages.iter().all(|p| is_installed(p, &installed)) {
            return;
        }
        let plan = self.backend.plan(std::slice::from_ref(&update)).await;
        run.work.refused.extend(plan.refused);
        for batch in plan.batches {
            if let Err(failure) = self.install_batch(&batch, run).await {
                refuse(&mut run.work, &batch.updates, &failure);
                // Left in order for the next one; if not, planning that one says so.
                if let Err(failure) = self.backend.repair().await {
                    tracing::warn!(%failure, after = %batch_failure, "the package database is not in order");
                }
            }
        }
    }
}

/// An installation going on.
struct Run {
    work: Work,
    output: HashMap<Uuid, Arc<str>>,
    new_packages: Vec<String>,
}

fn refuse(work: &mut Work, updates: &[Wanted], failure: &Failure) {
    work.refused.extend(updates.iter().map(|u| (u.update, failure.clone())));
}
