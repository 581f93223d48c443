//! Going on by itself: after the lists the selection, after the selection the updates.

use std::sync::Arc;

use sluice_model::{CategoryId, SourceId, SyncExtent};
use sluice_store::upstream;

use super::record::MigrationRecord;
use crate::caller::Caller;
use crate::error::SiteResult;
use crate::selection::{SelectionEdit, SelectionState};
use crate::site::Site;
use crate::sync::SyncOutcome;

/// Does the next step of a take-over, if one is under way and it can be done now; a reconciler.
pub(crate) async fn advance(site: &Arc<Site>) -> SiteResult<()> {
    let _one_at_a_time = site.migrating.lock().await;
    let mut reader = site.store.reader().await?;
    let Some(mut record) = MigrationRecord::load(&mut reader).await? else { return Ok(()) };
    if record.finished_at.is_some() || site.sources.get(record.source).is_none() {
        return Ok(());
    }
    let known = upstream::get(&mut reader, record.source).await?;
    drop(reader);
    if record.complete_at.is_some() || site.sync.running(record.source).is_some() {
        return Ok(());
    }
    let caller = Caller::system();
    if known.as_ref().is_none_or(|known| known.lists_anchor.is_none()) {
        return follow(site, &caller, record.source).await;
    }
    let selected = match record.selected.clone() {
        Some(selected) => selected,
        None => {
            // Noted before it is done: what was selected by this is deselected at the end.
            let selected = undecided(site, &caller)?;
            (record.selected, record.selected_at) = (Some(selected.clone()), Some(site.now()));
            site.put_migration(&caller, &record, "migration.select").await?;
            selected
        }
    };
    let open = undecided(site, &caller)?;
    let select: Vec<_> = selected.into_iter().filter(|id| open.contains(id)).collect();
    if !select.is_empty() {
        site.change_selection(&caller, SelectionEdit { select, ..SelectionEdit::default() }).await?;
    }
    let last = site.sync.last_run(record.source).filter(|run| run.outcome.is_success());
    let is_after = last.is_some_and(|run| record.selected_at.is_none_or(|at| at <= run.started));
    let has_all = known.is_some_and(|known| known.updates_anchor.is_some() && known.deployments_anchor.is_some());
    if is_after && has_all {
        record.complete_at = Some(site.now());
        return site.put_migration(&caller, &record, "migration.complete").await;
    }
    follow(site, &caller, record.source).await
}

/// Synchronizes, unless that just failed: then the schedule tries again.
async fn follow(site: &Arc<Site>, caller: &Caller, source: SourceId) -> SiteResult<()> {
    let failed = site.sync.last_run(source).is_some_and(|run| run.outcome == SyncOutcome::Failed);
    if !failed && site.sync.running(source).is_none() {
        // One that somebody else begins meanwhile does as well.
        let _under_way = site.start_sync(caller, Some(source), SyncExtent::Delta).await;
    }
    Ok(())
}

/// The categories of upstream servers that stand at the top and that nobody chose or excluded.
fn undecided(site: &Site, caller: &Caller) -> SiteResult<Vec<CategoryId>> {
    let all = site.selection(caller)?;
    let is_open = |row: &&crate::selection::Selectable| {
        row.upstream && row.parent.is_none() && row.state == SelectionState::Undecided
    };
    Ok(all.iter().filter(is_open).map(|row| row.id).collect())
}
