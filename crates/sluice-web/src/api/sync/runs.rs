//! `/sync/runs`: starting runs, and those that ended.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::SourceId;
use sluice_site::PageRequest;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::words::{SyncExtent, SyncOutcome, SyncTrigger};
use crate::auth::Authenticated;
use crate::extract::{ApiJson, ApiQuery};
use crate::problem::WebResult;

/// A finished synchronization.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SyncRun {
    /// Identity.
    pub id: Uuid,
    /// The source.
    pub source: Uuid,
    /// Its name at the time.
    pub source_name: String,
    /// How much it looked at.
    pub extent: SyncExtent,
    /// Who started it.
    pub trigger: SyncTrigger,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// How it ended.
    pub outcome: SyncOutcome,
    /// Updates not known before.
    pub updates_new: u64,
    /// Updates with a new revision.
    pub updates_changed: u64,
    /// Updates no source offers any more.
    pub updates_expired: u64,
    /// Items put into quarantine.
    pub quarantined: u64,
    /// Bytes fetched.
    pub bytes: u64,
    /// Catalog version after it.
    pub catalog_version: u64,
    /// Why it failed.
    pub error: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
    /// What deserves attention though it worked.
    pub warnings: Vec<String>,
}

impl From<sluice_site::sync::SyncRun> for SyncRun {
    fn from(run: sluice_site::sync::SyncRun) -> Self {
        Self {
            id: run.id.0,
            source: run.source.0,
            source_name: run.source_name,
            extent: run.extent.into(),
            trigger: run.trigger.into(),
            started: run.started,
            ended: run.ended,
            outcome: run.outcome.into(),
            updates_new: run.updates_new,
            updates_changed: run.updates_changed,
            updates_expired: run.updates_expired,
            quarantined: run.quarantined,
            bytes: run.bytes,
            catalog_version: run.catalog_version,
            error: run.error,
            fix: run.fix,
            warnings: run.warnings,
        }
    }
}

/// Which runs are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct RunParams {
    /// Only runs of this source.
    source: Option<Uuid>,
    /// `next` of the page before; absent for the first page.
    cursor: Option<String>,
    /// Most items on the page, 1 to 1000; 50 when absent.
    limit: Option<usize>,
}

/// Finished synchronizations, newest first.
#[utoipa::path(get, path = "/sync/runs", tag = "sync", params(RunParams), responses((status = 200, body = Listing<SyncRun>)))]
pub(in crate::api) async fn history(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiQuery(params): ApiQuery<RunParams>,
) -> WebResult<Json<Listing<SyncRun>>> {
    let page = PageRequest { cursor: params.cursor, limit: params.limit };
    Ok(Json(Listing::of(state.site.sync_history(&caller, params.source.map(SourceId), page).await?)))
}

/// A synchronization to start.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncRequest {
    /// The source; all when absent.
    #[serde(default)]
    pub source: Option<Uuid>,
    /// How much is looked at; `delta` when absent.
    #[serde(default)]
    pub extent: Option<SyncExtent>,
}

/// The synchronizations that were started.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SyncStarted {
    /// Their sources.
    pub sources: Vec<Uuid>,
}

/// Start synchronizing; `GET /sync` and the event stream tell how far it is.
#[utoipa::path(post, path = "/sync/runs", tag = "sync", request_body = SyncRequest, responses((status = 202, body = SyncStarted)))]
pub(in crate::api) async fn start(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<SyncRequest>,
) -> WebResult<(StatusCode, Json<SyncStarted>)> {
    let extent = request.extent.unwrap_or(SyncExtent::Delta).into();
    let started = state.site.start_sync(&caller, request.source.map(SourceId), extent).await?;
    Ok((StatusCode::ACCEPTED, Json(SyncStarted { sources: started.into_iter().map(|id| id.0).collect() })))
}
