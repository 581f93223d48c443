//! What is stored of a take-over. Everything else follows from sources, anchors and decisions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::{CategoryId, SourceId};
use sluice_store::{Reader, Tx, meta};
use uuid::Uuid;

use crate::error::{SiteError, SiteResult};

/// Where it is kept.
const NAME: &str = "migration";

/// A take-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MigrationRecord {
    /// The source that follows the WSUS.
    pub(super) source: SourceId,
    /// The WSUS.
    pub(super) url: String,
    pub(super) started_at: Timestamp,
    /// Categories that were selected so that everything comes; `None`: not yet.
    pub(super) selected: Option<Vec<CategoryId>>,
    /// When that was.
    pub(super) selected_at: Option<Timestamp>,
    /// When everything that is selected was here for the first time.
    pub(super) complete_at: Option<Timestamp>,
    /// The cut-over was begun: the source is no replica any more.
    pub(super) detached: bool,
    /// When the cut-over was done.
    pub(super) finished_at: Option<Timestamp>,
}

/// The same, as JSON.
#[derive(Serialize, Deserialize)]
struct Row {
    source: Uuid,
    url: String,
    started_at: i64,
    selected: Option<Vec<Uuid>>,
    selected_at: Option<i64>,
    complete_at: Option<i64>,
    detached: bool,
    finished_at: Option<i64>,
}

impl MigrationRecord {
    /// The take-over of this site, the last one that was begun.
    pub(super) async fn load(reader: &mut Reader) -> SiteResult<Option<Self>> {
        let Some(bytes) = meta::get(reader, NAME).await? else { return Ok(None) };
        let unreadable = |error| SiteError::internal("reading the state of the take-over", error);
        let row: Row = serde_json::from_slice(&bytes).map_err(unreadable)?;
        let time = |micros| Timestamp::from_microsecond(micros).unwrap_or_default();
        Ok(Some(Self {
            source: SourceId(row.source),
            url: row.url,
            started_at: time(row.started_at),
            selected: row.selected.map(|ids| ids.into_iter().map(CategoryId).collect()),
            selected_at: row.selected_at.map(time),
            complete_at: row.complete_at.map(time),
            detached: row.detached,
            finished_at: row.finished_at.map(time),
        }))
    }

    /// As it is stored.
    pub(super) fn bytes(&self) -> SiteResult<Vec<u8>> {
        let row = Row {
            source: self.source.0,
            url: self.url.clone(),
            started_at: self.started_at.as_microsecond(),
            selected: self.selected.as_ref().map(|ids| ids.iter().map(|id| id.0).collect()),
            selected_at: self.selected_at.map(Timestamp::as_microsecond),
            complete_at: self.complete_at.map(Timestamp::as_microsecond),
            detached: self.detached,
            finished_at: self.finished_at.map(Timestamp::as_microsecond),
        };
        serde_json::to_vec(&row).map_err(|error| SiteError::internal("noting the state of the take-over", error))
    }
}

/// Stores it.
pub(super) async fn put(tx: &mut Tx, bytes: &[u8]) -> Result<(), sluice_store::StoreError> {
    meta::set(tx, NAME, bytes).await
}
