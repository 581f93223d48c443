//! What is true now, from the package database: exit codes and outputs only explain it.

use sluice_wire::{EnforcementReport, Inventory};

use super::Machine;
use super::data::{Kind, Outcome, Round};
use super::states::{State, Verifying};
use crate::backend::{ErrorCode, Failure, Wanted, is_installed};
use crate::enforcement::Enforcement;
use crate::state::StateError;
use crate::state::journal::Journal;
use crate::state::progress::{News, Progress};
use crate::state::requests::Requests;

/// Interruptions after which an update is tried again at once; further ones wait like any failure.
const FREE_INTERRUPTIONS: u32 = 2;
/// Most bytes of output kept for an update that was installed.
const MAX_EXCERPT: usize = 2 << 10;

impl Machine {
    pub(super) async fn verify(&mut self, outcome: Outcome, to: Verifying) -> Result<State, StateError> {
        let inventory = match crate::inventory::scan(&self.host, &*self.backend).await {
            Ok(inventory) => inventory,
            Err(error) => {
                tracing::error!(%error, "what was installed cannot be verified yet");
                self.memory.activity.last_error = Some(error.to_string());
                return Ok(to.failed(self.back_off(0)));
            }
        };
        let mut progress = Progress::load(&self.state)?;
        let mut reports = Vec::new();
        let mut installed = Vec::new();
        let mut failed = Vec::new();
        for update in &outcome.work.wanted {
            let there = update.packages.iter().all(|p| is_installed(p, &inventory.packages));
            if there {
                installed.push(update.title.as_str());
                self.record_installed(update, &outcome, &inventory, &mut progress, &mut reports);
            } else if let Some(failure) = failure(update, &outcome, &inventory) {
                failed.push(update.title.as_str());
                self.record_failed(update, &failure, &outcome, &mut progress, &mut reports);
            } else {
                self.record_prepared(update, &mut progress, &mut reports);
            }
        }
        let mut events = Vec::new();
        if !installed.is_empty() {
            events.push(self.event("install", format!("Installed {}", some(&installed))));
        }
        if !failed.is_empty() {
            events.push(self.event("error", format!("Could not install {}", some(&failed))));
        }
        self.keep(reports, events, &progress)?;
        progress.save(&self.state)?;
        if outcome.work.kind == Kind::Install {
            let mut requests = Requests::load(&self.state)?;
            requests
                .updates
                .retain(|update| outcome.interrupted || !outcome.work.wanted.iter().any(|w| w.update == *update));
            requests.save(&self.state)?;
            // A recovery that gave up waiting for the lock had nothing to verify: its journal stays.
            if !outcome.work.wanted.is_empty() || outcome.interrupted {
                Journal::end(&self.state)?;
            }
        }
        let next_check_in = self.host.now();
        Ok(to.recorded(Round { inventory: Box::new(inventory), failures: 0, next_check_in }))
    }

    fn record_installed(
        &self,
        update: &Wanted,
        outcome: &Outcome,
        inventory: &Inventory,
        progress: &mut Progress,
        reports: &mut Vec<EnforcementReport>,
    ) {
        let waits = crate::restart::waits(&update.packages, inventory, &*self.backend);
        let state = if waits { Enforcement::PendingRestart } else { Enforcement::Installed };
        let mut detail: Vec<_> = update.packages.iter().map(|p| format!("{} {}", p.name, p.version)).collect();
        detail.extend(outcome.new_packages.iter().map(|p| format!("new: {p}")));
        let output = outcome.output.get(&update.update).map(|said| excerpt(said, update)).unwrap_or_default();
        for by in &update.deployments {
            let entry = progress.entry(by.deployment, update.update);
            entry.boot = if waits { self.host.boot_id() } else { None };
            entry.restart = by.restart;
            let news = News::Good { detail: &detail.join(", "), output: &output };
            reports.extend(progress.record(by.deployment, update.update, state, news, self.host.now()));
        }
    }

    fn record_failed(
        &self,
        update: &Wanted,
        failure: &Failure,
        outcome: &Outcome,
        progress: &mut Progress,
        reports: &mut Vec<EnforcementReport>,
    ) {
        let now = self.host.now();
        for by in &update.deployments {
            let state = failed_state(failure.code, outcome.work.kind);
            reports.extend(progress.record(by.deployment, update.update, state, News::Bad(failure), now));
            let entry = progress.entry(by.deployment, update.update);
            entry.downloaded = false;
            entry.failed(now, outcome.work.patience.retry);
            if outcome.interrupted && entry.attempts <= FREE_INTERRUPTIONS {
                entry.not_before = now;
            }
        }
    }

    fn record_prepared(&self, update: &Wanted, progress: &mut Progress, reports: &mut Vec<EnforcementReport>) {
        for by in &update.deployments {
            let entry = progress.entry(by.deployment, update.update);
            entry.downloaded = true;
            entry.attempts = 0;
            entry.not_before = 0;
            let state = Enforcement::Downloaded;
            reports.extend(progress.record(by.deployment, update.update, state, News::Plain, self.host.now()));
        }
    }
}

/// Why an update is not on the device; `None` when it was only to be prepared and that worked.
fn failure(update: &Wanted, outcome: &Outcome, inventory: &Inventory) -> Option<Failure> {
    if let Some(failure) = outcome.work.refused.get(&update.update) {
        return Some(failure.clone());
    }
    if outcome.work.kind == Kind::Prepare {
        return None;
    }
    let missing = update.packages.iter().filter(|p| !is_installed(p, &inventory.packages));
    let missing: Vec<_> = missing.map(|p| format!("{} is not at {}", p.name, p.version)).collect();
    let said = outcome.output.get(&update.update).map(|said| said.to_string()).unwrap_or_default();
    Some(Failure::new(ErrorCode::InstallFailed, missing.join(", ")).with_output(said))
}

fn failed_state(code: ErrorCode, kind: Kind) -> Enforcement {
    match code {
        ErrorCode::Locked => Enforcement::WaitingForOtherInstall,
        ErrorCode::Held => Enforcement::Held,
        ErrorCode::DownloadFailed
        | ErrorCode::ContentMismatch
        | ErrorCode::IndexRefreshFailed
        | ErrorCode::NotAuthenticated => Enforcement::DownloadFailed,
        _ if kind == Kind::Prepare => Enforcement::DownloadFailed,
        _ => Enforcement::InstallFailed,
    }
}

/// The lines of an output that name one of the update's packages.
fn excerpt(output: &str, update: &Wanted) -> String {
    let names = |word: &str| update.packages.iter().any(|p| word.split(':').next() == Some(p.name.as_str()));
    let mut lines = String::new();
    for line in output.lines().filter(|line| line.split_ascii_whitespace().any(names)) {
        if lines.len() + line.len() >= MAX_EXCERPT {
            break;
        }
        lines.push_str(line);
        lines.push('\n');
    }
    lines
}

/// A few titles.
fn some(titles: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown = titles.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match titles.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
