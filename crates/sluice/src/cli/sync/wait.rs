//! `sluice sync run --wait`: watching runs to their end.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use sluice_web::api::sync::runs::SyncRun;
use sluice_web::api::sync::status::SyncStatus;
use sluice_web::api::words::SyncOutcome;
use uuid::Uuid;

use super::show;
use crate::cli::Context;
use crate::cli::error::CliError;
use crate::cli::output::{Answer, note};
use crate::cli::paging::whole;
use crate::cli::terminal::LiveLine;
use crate::cli::view::clean;

/// How often the site is asked how far it is.
const PAUSE: Duration = Duration::from_millis(500);

/// Waits until each of `sources` has a finished run that it did not have `before`.
pub(super) async fn wait(context: &Context, sources: &[Uuid], before: &[SyncStatus]) -> Result<Answer, CliError> {
    let known = before.iter().filter_map(|status| Some((status.source.id, status.last_run.as_ref()?.id))).collect();
    let mut shown = Shown::new(context.view.live, context.view.columns);
    loop {
        let status = whole::<SyncStatus>(&context.api, "/sync").await?.items;
        let wanted: Vec<_> = status.into_iter().filter(|status| sources.contains(&status.source.id)).collect();
        shown.progress(&wanted);
        if wanted.iter().all(|status| finished(status, &known)) {
            shown.clear();
            return Ok(answer(context, wanted.into_iter().filter_map(|status| status.last_run).collect()));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn finished(status: &SyncStatus, known: &HashMap<Uuid, Uuid>) -> bool {
    let last = status.last_run.as_ref().map(|run| run.id);
    status.running.is_none() && last.is_some() && last.as_ref() != known.get(&status.source.id)
}

fn answer(context: &Context, runs: Vec<SyncRun>) -> Answer {
    let failed = runs.iter().any(|run| matches!(run.outcome, SyncOutcome::Failed | SyncOutcome::Interrupted));
    let hints: Vec<_> =
        runs.iter().filter_map(|run| Some(format!("{}: {}", run.source_name, run.fix.as_ref()?))).collect();
    let items: Vec<Value> = runs.iter().map(|run| serde_json::to_value(run).unwrap_or_default()).collect();
    let answer = Answer::of(json!({ "items": items }), show::runs(&runs, &context.view));
    Answer { failed, ..answer.with_note(clean(&hints.join("; "))) }
}

/// What standard error shows: on a terminal one line that is rewritten, elsewhere a line whenever
/// a source enters another phase.
struct Shown {
    live: bool,
    line: LiveLine,
    phases: HashMap<Uuid, String>,
}

impl Shown {
    fn new(live: bool, columns: Option<usize>) -> Self {
        Self { live, line: LiveLine::new(live, columns), phases: HashMap::new() }
    }

    fn progress(&mut self, status: &[SyncStatus]) {
        let running = status.iter().filter_map(|status| Some((&status.source, status.running.as_ref()?)));
        if self.live {
            let parts: Vec<_> =
                running.map(|(source, running)| format!("{} {}", source.name, show::progress(running))).collect();
            self.line.show(&clean(&parts.join(" | ")));
            return;
        }
        for (source, running) in running {
            let phase = running.phase.to_string();
            if self.phases.insert(source.id, phase.clone()).as_ref() != Some(&phase) {
                note(&format!("{}: {phase}", clean(&source.name)));
            }
        }
    }

    fn clear(&mut self) {
        self.line.clear();
    }
}
