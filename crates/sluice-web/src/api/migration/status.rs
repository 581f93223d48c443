//! `GET /migration` and `POST /migration/start`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_site::migration;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::sources::upstream::UpstreamSource;
use crate::api::words::{MigrationState, StepState};
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// Where the take-over of a WSUS stands.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MigrationStatus {
    /// Where it stands.
    pub state: MigrationState,
    /// The WSUS.
    pub url: Option<String>,
    /// The source that follows it.
    pub source: Option<Uuid>,
    /// Its name.
    pub source_name: Option<String>,
    /// When it was begun.
    pub started_at: Option<Timestamp>,
    /// When the site was detached.
    pub finished_at: Option<Timestamp>,
    /// The steps, in order.
    pub steps: Vec<MigrationStep>,
    /// Why the last synchronization with it failed, when it did.
    pub error: Option<String>,
    /// What to do about that, or next.
    pub next: String,
    /// How clients come to this site, once everything is here.
    pub clients: Vec<String>,
}

/// A step of a take-over.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MigrationStep {
    /// Its name: `join`, `lists`, `selection`, `updates`, `decisions`, `cut-over`.
    pub name: String,
    /// Where it stands.
    pub state: StepState,
}

impl From<migration::MigrationStatus> for MigrationStatus {
    fn from(status: migration::MigrationStatus) -> Self {
        let step = |step: migration::MigrationStep| MigrationStep { name: step.name.into(), state: step.state.into() };
        Self {
            state: status.state.into(),
            url: status.url,
            source: status.source.map(|source| source.0),
            source_name: status.source_name,
            started_at: status.started_at,
            finished_at: status.finished_at,
            steps: status.steps.into_iter().map(step).collect(),
            error: status.error,
            next: status.next,
            clients: status.clients,
        }
    }
}

/// Where the take-over of a WSUS stands.
#[utoipa::path(get, path = "/migration", tag = "migration", responses((status = 200, body = MigrationStatus)))]
pub(in crate::api) async fn status(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<MigrationStatus>> {
    Ok(Json(state.site.migration_status(&caller).await?.into()))
}

/// Join a WSUS as a replica and begin to take it over. Again, it goes on with what is missing.
#[utoipa::path(post, path = "/migration/start", tag = "migration", request_body = UpstreamSource, responses((status = 200, body = MigrationStatus)))]
pub(in crate::api) async fn start(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(source): ApiJson<UpstreamSource>,
) -> WebResult<Json<MigrationStatus>> {
    Ok(Json(state.site.start_migration(&caller, source.into()).await?.into()))
}
