//! All synchronizations that have ended.

use sluice_model::SourceId;
use sluice_site::PageRequest;
use sluice_site::sync::SyncRun;

use super::list_foot::{equivalent, list_foot};
use super::sync::run_line;
use crate::api::words;
use crate::console::export::{Cell, Format, Table};
use crate::console::reply::{Reply, page};
use crate::console::view::shell::Here;
use crate::console::view::sync_runs::SyncRuns;
use crate::console::visit::Visit;

/// `GET /sync/runs`.
pub async fn show(visit: Visit) -> Reply {
    let (t, query) = (visit.t, &visit.query);
    let source = query.id("source")?.map(SourceId);
    if let Some(format) = query.word::<Format>("format")? {
        return Ok(table(everything(&visit, source).await?).file(format));
    }
    let runs = visit.site.sync_history(&visit.caller, source, query.page()?).await?;
    let here = query.address("/sync/runs", &["source", "limit"]);
    let same = equivalent(&t.common, "sluice sync history", "/sync/runs", &here);
    let shown = runs.items.len();
    page(&SyncRuns {
        shell: visit.shell(t.sync.history_title, Here::Synchronization)?,
        t: &t.sync,
        foot: list_foot(&t.common, &here, query.text("cursor"), runs.next, shown, runs.total, same),
        runs: runs.items.into_iter().map(|run| run_line(&visit, run)).collect(),
    })
}

async fn everything(visit: &Visit, source: Option<SourceId>) -> sluice_site::SiteResult<Vec<SyncRun>> {
    let mut all = Vec::new();
    let mut request = PageRequest { cursor: None, limit: Some(PageRequest::MAX_LIMIT) };
    loop {
        let page = visit.site.sync_history(&visit.caller, source, request).await?;
        all.extend(page.items);
        let Some(next) = page.next else { return Ok(all) };
        request = PageRequest { cursor: Some(next), limit: Some(PageRequest::MAX_LIMIT) };
    }
}

fn table(runs: Vec<SyncRun>) -> Table {
    let row = |run: SyncRun| {
        vec![
            Cell::Text(run.id.to_string()),
            Cell::Text(run.source_name),
            Cell::Text(words::SyncExtent::from(run.extent).slug().into()),
            Cell::Text(words::SyncTrigger::from(run.trigger).slug().into()),
            Cell::Time(Some(run.started)),
            Cell::Time(Some(run.ended)),
            Cell::Text(run.outcome.slug().into()),
            Cell::Number(run.updates_new),
            Cell::Number(run.updates_changed),
            Cell::Number(run.updates_expired),
            Cell::Number(run.quarantined),
            Cell::Number(run.bytes),
            Cell::Number(run.catalog_version),
            Cell::Text(run.error.unwrap_or_default()),
        ]
    };
    Table {
        name: "synchronizations",
        columns: &[
            "id",
            "source",
            "extent",
            "trigger",
            "started",
            "ended",
            "outcome",
            "updates_new",
            "updates_changed",
            "updates_expired",
            "quarantined",
            "bytes",
            "catalog_version",
            "error",
        ],
        rows: runs.into_iter().map(row).collect(),
    }
}
