//! Runs as the store keeps them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::SyncRunId;
use sluice_store::sync_run::SyncRunRecord;
use uuid::Uuid;

use super::{SyncOutcome, SyncRun};
use crate::error::SiteResult;
use crate::page::PageRequest;
use crate::sources::SourceList;

/// The figures of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Counts {
    pub(crate) new: u64,
    pub(crate) changed: u64,
    pub(crate) expired: u64,
    pub(crate) quarantined: u64,
    pub(crate) bytes: u64,
    pub(crate) catalog_version: u64,
    pub(crate) fix: Option<String>,
    pub(crate) warnings: Vec<String>,
}

/// A finished run; `None` for one that is under way.
pub(super) fn run(row: SyncRunRecord, sources: &SourceList) -> Option<SyncRun> {
    let end = row.end?;
    let counts: Counts = serde_json::from_str(&end.counts).unwrap_or_default();
    Some(SyncRun {
        id: row.id,
        source: row.source,
        source_name: sources.get(row.source).map_or_else(|| row.source.to_string(), |s| s.name),
        extent: row.extent,
        trigger: row.trigger,
        started: row.started_at,
        ended: end.at,
        outcome: SyncOutcome::from_slug(&end.outcome).unwrap_or(SyncOutcome::Interrupted),
        updates_new: counts.new,
        updates_changed: counts.changed,
        updates_expired: counts.expired,
        quarantined: counts.quarantined,
        bytes: counts.bytes,
        catalog_version: counts.catalog_version,
        error: end.error,
        fix: counts.fix,
        warnings: counts.warnings,
    })
}

pub(super) fn encode_cursor(at: Timestamp, id: SyncRunId) -> String {
    format!("{}.{}", at.as_microsecond(), id.0.simple())
}

pub(super) fn decode_cursor(text: &str) -> SiteResult<(Timestamp, SyncRunId)> {
    let decode = || {
        let (at, id) = text.split_once('.')?;
        Some((Timestamp::from_microsecond(at.parse().ok()?).ok()?, SyncRunId(Uuid::try_parse(id).ok()?)))
    };
    decode().ok_or_else(PageRequest::bad_cursor)
}
