//! Synchronizations as text.

use sluice_web::api::sync::quarantine::QuarantinedItem;
use sluice_web::api::sync::runs::SyncRun;
use sluice_web::api::sync::status::{Running, SyncStatus};
use sluice_web::api::words::SyncOutcome;

use crate::cli::table::{Cell, Column, Table};
use crate::cli::view::{Style, View, size};

/// Where each source stands.
pub(super) fn status(status: &[SyncStatus], view: &View) -> String {
    let columns = [Column::text("SOURCE"), Column::word("LAST SUCCESS"), Column::word("NEXT"), Column::text("STATE")];
    let mut table = Table::new(columns, "There are no sources. Take over this machine's: `sluice source import`.");
    for status in status {
        let state = match (&status.running, &status.source.last_error, &status.last_run) {
            (Some(running), _, _) => Cell::styled(progress(running), Style::Warn),
            (None, Some(error), _) => Cell::styled(error, Style::Bad),
            (None, None, Some(run)) => outcome(run.outcome),
            (None, None, None) => Cell::styled("not synchronized yet", Style::Warn),
        };
        table.row([
            (&status.source.name).into(),
            view.time_or_dash(status.source.last_success).into(),
            view.time_or_dash(status.source.next_run).into(),
            state,
        ]);
    }
    table.render(view)
}

/// How far a run is, on one line: `updates 45 %, 12 s left: main/binary-amd64`.
pub(super) fn progress(running: &Running) -> String {
    let mut text = running.phase.to_string();
    if let Some(percent) = running.percent {
        text.push_str(&format!(" {percent} %"));
    }
    if let Some(left) = running.remaining_seconds {
        text.push_str(&format!(", {left} s left"));
    }
    if !running.item.is_empty() {
        text.push_str(&format!(": {}", running.item));
    }
    text
}

fn outcome(outcome: SyncOutcome) -> Cell {
    let style = match outcome {
        SyncOutcome::Changed | SyncOutcome::Unchanged => Style::Good,
        SyncOutcome::Interrupted => Style::Warn,
        SyncOutcome::Failed => Style::Bad,
    };
    Cell::styled(outcome.slug(), style)
}

/// Finished runs.
pub(super) fn runs(runs: &[SyncRun], view: &View) -> String {
    let columns = [
        Column::word("STARTED"),
        Column::text("SOURCE"),
        Column::word("OUTCOME"),
        Column::number("NEW"),
        Column::number("CHANGED"),
        Column::number("EXPIRED"),
        Column::number("QUARANTINED"),
        Column::number("FETCHED"),
        Column::number("SECONDS"),
        Column::text("ERROR"),
    ];
    let mut table = Table::new(columns, "Nothing has been synchronized yet.");
    for run in runs {
        table.row([
            view.time(run.started).into(),
            (&run.source_name).into(),
            outcome(run.outcome),
            run.updates_new.to_string().into(),
            run.updates_changed.to_string().into(),
            run.updates_expired.to_string().into(),
            Cell::count(run.quarantined, Style::Warn),
            size(run.bytes).into(),
            run.ended.duration_since(run.started).as_secs().to_string().into(),
            Cell::styled(run.error.as_deref().unwrap_or("-"), Style::Plain),
        ]);
    }
    table.render(view)
}

/// Items in quarantine.
pub(super) fn quarantine(items: &[QuarantinedItem], view: &View) -> String {
    let columns = [
        Column::word("ID"),
        Column::text("ITEM"),
        Column::word("LAST SEEN"),
        Column::number("TRIED"),
        Column::text("REASON"),
    ];
    let mut table = Table::new(columns, "Nothing is in quarantine.");
    for item in items {
        table.row([
            item.id.to_string().into(),
            (&item.item).into(),
            view.time(item.last_at).into(),
            item.attempts.to_string().into(),
            Cell::styled(&item.reason, Style::Bad),
        ]);
    }
    table.render(view)
}
