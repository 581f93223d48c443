//! Synchronization: sources, what runs, what ended, what could not be taken in.

use sluice_model::{SourceId, SyncPhase};
use sluice_site::PageRequest;
use sluice_site::rollup::{RollupState, RollupStatus};
use sluice_site::sources::SourceConfig;
use sluice_site::sync::{QuarantinedItem, RunningSync, SyncRun, SyncStatus};
use uuid::Uuid;

use super::list_foot::equivalent;
use crate::api::words;
use crate::console::address::Address;
use crate::console::component::{Bar, Chip, Empty, Prose, Tone, When, duration, grouped, size};
use crate::console::form::Posted;
use crate::console::refusal::Refusal;
use crate::console::reply::{Done, Reply, done, page};
use crate::console::say;
use crate::console::text::{self, Text};
use crate::console::view::shell::Here;
use crate::console::view::sync::{QuarantineLine, RunLine, RunningLine, SourceLine, Sync};
use crate::console::visit::Visit;

/// Runs on the page; the others have a page of their own.
const RUNS_SHOWN: usize = 8;
/// Quarantined items on the page.
const ITEMS_SHOWN: usize = 8;

/// `GET /sync`.
pub async fn show(visit: Visit) -> Reply {
    let (t, site, caller) = (visit.t, &visit.site, &visit.caller);
    let status = site.sync_status(caller).await?;
    let some = |limit| PageRequest { cursor: None, limit: Some(limit) };
    let runs = site.sync_history(caller, None, some(RUNS_SHOWN)).await?;
    let items = site.quarantine(caller, some(ITEMS_SHOWN)).await?;
    let names = names(&status);
    let told = site.rollup_status(caller)?;
    page(&Sync {
        shell: visit.shell(t.sync.title, Here::Synchronization)?,
        t: &t.sync,
        running: status.iter().filter_map(|one| Some(running(&visit, one, one.running.as_ref()?))).collect(),
        quarantine_count: items.total.filter(|total| *total > 0).map(grouped),
        quarantine: items.items.into_iter().map(|item| quarantined(&visit, &names, item)).collect(),
        sources: status.into_iter().map(|one| source(&visit, one, &told)).collect(),
        empty: Empty::new(t.sync.empty, t.sync.empty_text).action("/sync/sources/new", t.sync.add_source),
        runs: runs.items.into_iter().map(|run| run_line(&visit, run)).collect(),
        same: equivalent(&t.common, "sluice sync status", "/sync", &Address::new("/sync")),
    })
}

/// `POST /sync/run`: starts one source, or all of them.
pub async fn run(Posted { visit, form }: Posted) -> Reply {
    let extent = match form.one("extent") {
        "" => words::SyncExtent::Delta,
        word => word.parse().map_err(|_| Refusal::BadForm)?,
    };
    let source = match form.one("source") {
        "" => None,
        id => Some(SourceId(Uuid::try_parse(id).map_err(|_| Refusal::BadForm)?)),
    };
    visit.site.start_sync(&visit.caller, source, extent.into()).await?;
    done("/sync", Done::SyncStarted)
}

/// Sources by identity, for naming them.
pub(super) fn names(status: &[SyncStatus]) -> Vec<(SourceId, String)> {
    status.iter().map(|one| (one.source.id, one.source.name.clone())).collect()
}

/// How reporting devices to a server goes, and whether that failed.
fn told(t: &text::Sync, status: &RollupStatus) -> Option<(String, bool)> {
    match status.state {
        RollupState::Off => None,
        RollupState::Waiting => Some((t.told_waiting.to_string(), false)),
        RollupState::Counts => Some((t.told_counts.to_string(), false)),
        RollupState::Devices => Some((t.told_devices.with2(grouped(status.devices), grouped(status.waiting)), false)),
        RollupState::Failed => {
            let (error, fix) = (status.error.clone().unwrap_or_default(), status.fix.clone().unwrap_or_default());
            Some((t.told_failed.with2(error, fix), true))
        }
    }
}

fn source(visit: &Visit, status: SyncStatus, rollups: &[RollupStatus]) -> SourceLine {
    let (t, source) = (&visit.t.sync, status.source);
    let state = if status.running.is_some() {
        Chip::new(Tone::Busy, t.state_running)
    } else if !source.enabled && source.config.is_remote() {
        Chip::new(Tone::Quiet, t.state_disabled)
    } else if source.last_error.is_some() {
        Chip::new(Tone::Bad, t.state_failed)
    } else if source.last_success.is_some() {
        Chip::new(Tone::Good, t.state_ok)
    } else {
        Chip::new(Tone::Quiet, t.state_never)
    };
    let parts = match &source.config {
        SourceConfig::Apt(apt) => {
            vec![apt.uri.clone(), apt.suite.clone(), apt.components.join(" "), apt.architectures.join(" ")]
        }
        SourceConfig::CatalogFile => vec![t.imported_files.to_string()],
        SourceConfig::Upstream(upstream) => {
            let mode = if upstream.replica { t.replica.to_string() } else { String::new() };
            vec![upstream.url.clone(), mode]
        }
    };
    let when = |at| When::new(&visit.t.common, at, visit.now);
    let change =
        source.config.upstream().map(|_| (format!("/sync/servers/{}", source.id), t.change_one.with(&source.name)));
    let rollup = rollups.iter().find(|rollup| rollup.source == source.id);
    SourceLine {
        told: rollup.and_then(|rollup| told(t, rollup)),
        change,
        id: source.id.to_string(),
        run_label: t.run_one.with(&source.name),
        what: parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "),
        name: source.name,
        state,
        error: source.last_error,
        warnings: source.warnings,
        last_success: source.last_success.map(when),
        next_run: source.next_run.map(when),
        can_run: status.running.is_none() && source.enabled,
    }
}

fn running(visit: &Visit, status: &SyncStatus, run: &RunningSync) -> RunningLine {
    let (t, progress) = (visit.t, &run.progress);
    let number = |n: u64| if progress.phase == SyncPhase::Updates { size(n) } else { grouped(n) };
    let percent = progress.percent();
    let mut figures = match progress.total {
        0 => String::new(),
        total => t.sync.progress.with2(number(progress.done), number(total)),
    };
    if let Some(percent) = percent {
        figures.push_str(&format!(" · {percent}%"));
    }
    let left = progress.remaining(visit.now);
    RunningLine {
        source: status.source.name.clone(),
        extent: say::extent(&t.states, run.extent).to_string(),
        phase: say::sync_phase(&t.states, progress.phase).to_string(),
        item: progress.item.clone(),
        figures,
        remaining: left.map(|left| t.sync.remaining.with(duration(&t.common, left))),
        bar: Bar::progress(percent, t.sync.progress_label.with(&status.source.name)),
        started: When::new(&t.common, run.started, visit.now),
    }
}

pub(super) fn run_line(visit: &Visit, run: SyncRun) -> RunLine {
    let t = visit.t;
    RunLine {
        started: When::new(&t.common, run.started, visit.now),
        took: duration(&t.common, run.ended.duration_since(run.started)),
        extent: say::extent(&t.states, run.extent).to_string(),
        trigger: say::trigger(&t.states, run.trigger).to_string(),
        outcome: say::outcome(&t.states, run.outcome),
        result: result(t, &run),
        source: run.source_name,
        error: run.error,
        fix: run.fix.map(Prose::new),
        warnings: run.warnings,
    }
}

/// What a run brought, without what it did not.
fn result(t: &Text, run: &SyncRun) -> String {
    let t = &t.sync;
    let parts = [
        (run.updates_new, t.new_updates.with(grouped(run.updates_new))),
        (run.updates_changed, t.changed_updates.with(grouped(run.updates_changed))),
        (run.updates_expired, t.expired_updates.with(grouped(run.updates_expired))),
        (run.quarantined, t.quarantined_items.with(grouped(run.quarantined))),
        (run.bytes, t.fetched.with(size(run.bytes))),
    ];
    parts.into_iter().filter(|(number, _)| *number > 0).map(|(_, words)| words).collect::<Vec<_>>().join(" · ")
}

pub(super) fn quarantined(visit: &Visit, names: &[(SourceId, String)], item: QuarantinedItem) -> QuarantineLine {
    QuarantineLine {
        id: item.id.to_string(),
        source: names.iter().find(|(id, _)| *id == item.source).map(|(_, name)| name.clone()).unwrap_or_default(),
        retry_label: visit.t.sync.retry_one.with(&item.item),
        item: item.item,
        reason: item.reason,
        attempts: visit.t.sync.attempts.count(item.attempts.into()),
        since: When::new(&visit.t.common, item.first_at, visit.now),
    }
}
