//! Sources: the upstreams that are synchronized.

use jiff::Timestamp;
use sluice_model::SourceId;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    source(id) {
        INSERT = "INSERT INTO source (id, name, kind, config, enabled, schedule, created_at, last_success_at, \
            last_error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        UPDATE = "UPDATE source SET name = $2, config = $3, enabled = $4, schedule = $5 WHERE id = $1";
        SUCCESS = "UPDATE source SET last_success_at = $2, last_error = NULL WHERE id = $1";
        FAILURE = "UPDATE source SET last_error = $2 WHERE id = $1";
        REMOVE = "DELETE FROM source WHERE id = $1";
        GET = "SELECT id, name, kind, config, enabled, schedule, created_at, last_success_at, last_error FROM source \
            WHERE id = $1";
        LIST(all) = "SELECT id, name, kind, config, enabled, schedule, created_at, last_success_at, last_error \
            FROM source ORDER BY name";
    }
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRecord {
    /// Identity.
    pub id: SourceId,
    /// Display name, unique.
    pub name: String,
    /// `apt`, …; fixed.
    pub kind: String,
    /// Its settings, JSON of the kind's own.
    pub config: String,
    /// Synchronized by schedule.
    pub enabled: bool,
    /// When, JSON of the caller's own.
    pub schedule: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// End of the last successful synchronization.
    pub last_success_at: Option<Timestamp>,
    /// Why the last synchronization failed; `None` after a success.
    pub last_error: Option<String>,
}

fn from_row(row: Row<'_>) -> Result<SourceRecord, StoreError> {
    Ok(SourceRecord {
        id: row.get("id")?,
        name: row.get("name")?,
        kind: row.get("kind")?,
        config: row.get("config")?,
        enabled: row.get("enabled")?,
        schedule: row.get("schedule")?,
        created_at: row.get("created_at")?,
        last_success_at: row.get("last_success_at")?,
        last_error: row.get("last_error")?,
    })
}

fn taken(name: &str) -> impl FnOnce(StoreError) -> StoreError + '_ {
    move |e| e.conflict_as(|| format!("there is already a source named {name}"))
}

/// Adds a source.
///
/// # Errors
/// [`StoreError::Conflict`] when the name is taken.
pub async fn insert(tx: &mut Tx, s: &SourceRecord) -> Result<(), StoreError> {
    let args = args![
        s.id,
        &s.name,
        &s.kind,
        &s.config,
        s.enabled,
        &s.schedule,
        s.created_at,
        s.last_success_at,
        s.last_error.as_deref()
    ];
    tx.execute(&INSERT, args).await.map(drop).map_err(taken(&s.name))
}

/// Changes name, settings, schedule and whether it is enabled.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Conflict`] when the name is taken.
pub async fn update(tx: &mut Tx, s: &SourceRecord) -> Result<(), StoreError> {
    let args = args![s.id, &s.name, &s.config, s.enabled, &s.schedule];
    tx.execute_on(&UPDATE, args, "source", s.id).await.map_err(taken(&s.name))
}

/// Records a successful synchronization.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn succeeded(tx: &mut Tx, id: SourceId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute_on(&SUCCESS, args![id, at], "source", id).await
}

/// Records why a synchronization failed.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn failed(tx: &mut Tx, id: SourceId, error: &str) -> Result<(), StoreError> {
    tx.execute_on(&FAILURE, args![id, error], "source", id).await
}

/// Removes a source with its indices, history and quarantine. Updates stay.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn remove(tx: &mut Tx, id: SourceId) -> Result<(), StoreError> {
    tx.execute_on(&REMOVE, args![id], "source", id).await
}

/// One source.
///
/// # Errors
/// When it cannot be read.
pub async fn get(reader: &mut Reader, id: SourceId) -> Result<Option<SourceRecord>, StoreError> {
    reader.optional(&GET, args![id], from_row).await
}

/// All of them by name.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<SourceRecord>, StoreError> {
    reader.all(&LIST, args![], from_row).await
}

/// Calls a function with every source, by name. It gets an error for one that cannot be read, and
/// decides whether to go on.
///
/// # Errors
/// The function's, or when the database cannot be read.
pub async fn load(
    reader: &mut Reader,
    mut on_source: impl FnMut(Result<SourceRecord, StoreError>) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(&LIST, args![], |row| on_source(from_row(row))).await
}
