//! The history of synchronizations.

use jiff::Timestamp;
use sluice_model::{SourceId, SyncExtent, SyncRunId, SyncTrigger};

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    sync_run(id) {
        START = "INSERT INTO sync_run (id, source_id, cause, extent, started_at, counts) \
            VALUES ($1, $2, $3, $4, $5, '{}')";
        END = "UPDATE sync_run SET ended_at = $2, outcome = $3, counts = $4, error = $5 WHERE id = $1";
        RECENT = "SELECT id, source_id, cause, extent, started_at, ended_at, outcome, counts, error FROM sync_run \
            WHERE (started_at, id) < ($1, $2) ORDER BY started_at DESC, id DESC LIMIT $3";
        RECENT_OF = "SELECT id, source_id, cause, extent, started_at, ended_at, outcome, counts, error FROM sync_run \
            WHERE source_id = $1 AND (started_at, id) < ($2, $3) ORDER BY started_at DESC, id DESC LIMIT $4";
        GET = "SELECT id, source_id, cause, extent, started_at, ended_at, outcome, counts, error FROM sync_run \
            WHERE id = $1";
        INTERRUPT = "UPDATE sync_run SET ended_at = $1, outcome = 'interrupted', \
            error = 'the server stopped while it ran' WHERE ended_at IS NULL";
    }
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncRunRecord {
    /// Identity.
    pub id: SyncRunId,
    /// The source.
    pub source: SourceId,
    /// Who started it.
    pub trigger: SyncTrigger,
    /// How much is looked at.
    pub extent: SyncExtent,
    /// Its start.
    pub started_at: Timestamp,
    /// How it ended; `None` while it runs.
    pub end: Option<SyncRunEnd>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncRunEnd {
    /// When.
    pub at: Timestamp,
    /// `success`, `failure`, …, the caller's words; `interrupted` is ours.
    pub outcome: String,
    /// What it did, JSON of the caller's own; `{}` when interrupted.
    pub counts: String,
    /// Why it failed.
    pub error: Option<String>,
}

/// Where a page of the history ends: before this run.
pub type Before = (Timestamp, SyncRunId);

fn trigger_text(trigger: SyncTrigger) -> &'static str {
    match trigger {
        SyncTrigger::Manual => "manual",
        SyncTrigger::Schedule => "schedule",
        SyncTrigger::Retry => "retry",
        SyncTrigger::Parent => "parent",
    }
}

fn extent_text(extent: SyncExtent) -> &'static str {
    match extent {
        SyncExtent::Delta => "delta",
        SyncExtent::Full => "full",
    }
}

fn from_row(row: Row<'_>) -> Result<SyncRunRecord, StoreError> {
    let triggers = [SyncTrigger::Manual, SyncTrigger::Schedule, SyncTrigger::Retry, SyncTrigger::Parent];
    let trigger = |text: String| triggers.into_iter().find(|t| trigger_text(*t) == text);
    let extent = |text: String| [SyncExtent::Delta, SyncExtent::Full].into_iter().find(|e| extent_text(*e) == text);
    let end = match row.get::<Option<Timestamp>>("ended_at")? {
        Some(at) => {
            Some(SyncRunEnd { at, outcome: row.get("outcome")?, counts: row.get("counts")?, error: row.get("error")? })
        }
        None => None,
    };
    Ok(SyncRunRecord {
        id: row.get("id")?,
        source: row.get("source_id")?,
        trigger: row.get_as("cause", trigger)?,
        extent: row.get_as("extent", extent)?,
        started_at: row.get("started_at")?,
        end,
    })
}

/// Records that a run has started; `end` of the record is ignored.
///
/// # Errors
/// [`StoreError::Reference`] when the source does not exist.
pub async fn start(tx: &mut Tx, run: &SyncRunRecord) -> Result<(), StoreError> {
    let args = args![run.id, run.source, trigger_text(run.trigger), extent_text(run.extent), run.started_at];
    tx.execute(&START, args).await.map(drop)
}

/// Records how a run ended.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn end(tx: &mut Tx, id: SyncRunId, end: &SyncRunEnd) -> Result<(), StoreError> {
    let args = args![id, end.at, &end.outcome, &end.counts, end.error.as_deref()];
    tx.execute_on(&END, args, "synchronization", id).await
}

/// Ends the runs that a killed server left open, as `interrupted`; how many there were. Called
/// when nothing runs: at the start.
///
/// # Errors
/// When they cannot be written.
pub async fn interrupt_open(tx: &mut Tx, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&INTERRUPT, args![at]).await
}

/// One run.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, id: SyncRunId) -> Result<Option<SyncRunRecord>, StoreError> {
    reader.optional(&GET, args![id], from_row).await
}

/// A page of the history, newest first; of one source or of all.
///
/// # Errors
/// When one cannot be read.
pub async fn list(
    reader: &mut Reader,
    source: Option<SourceId>,
    before: Option<Before>,
    limit: u32,
) -> Result<Vec<SyncRunRecord>, StoreError> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, SyncRunId(uuid::Uuid::max())));
    match source {
        None => reader.all(&RECENT, args![at, id, limit], from_row).await,
        Some(source) => reader.all(&RECENT_OF, args![source, at, id, limit], from_row).await,
    }
}
