//! Backup and check of the store of a running site.

use std::path::PathBuf;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// Where a backup goes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackupRequest {
    /// Absolute path on the site's machine of a file that does not exist yet.
    #[schema(example = "/var/backups/sluice.db")]
    pub path: String,
}

/// A backup that was made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Backup {
    /// Where it is.
    pub path: String,
    /// Its size.
    pub bytes: u64,
}

/// What a check of the store found.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StoreCheck {
    /// Nothing is wrong.
    pub ok: bool,
    /// What is wrong: table, column and row of each.
    pub problems: Vec<String>,
}

/// Back up the store while the site runs.
#[utoipa::path(post, path = "/store/backups", tag = "store", request_body = BackupRequest, responses((status = 200, body = Backup)))]
pub(super) async fn backup(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<BackupRequest>,
) -> WebResult<Json<Backup>> {
    let bytes = state.site.backup(&caller, PathBuf::from(&request.path)).await?;
    Ok(Json(Backup { path: request.path, bytes }))
}

/// Read every row of the store and say what is wrong.
#[utoipa::path(post, path = "/store/check", tag = "store", responses((status = 200, body = StoreCheck)))]
pub(super) async fn check(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<StoreCheck>> {
    let problems = state.site.check_store(&caller).await?;
    Ok(Json(StoreCheck { ok: problems.is_empty(), problems }))
}
