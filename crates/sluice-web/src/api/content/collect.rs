//! `POST /content/collect`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_site::content::collect::Collected as Done;
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// How to remove what nothing refers to.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectRequest {
    /// Only say what would be removed.
    #[serde(default)]
    pub dry_run: bool,
}

/// What was removed, or would be.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Collected {
    /// Files removed, or that would be.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their names; at most a thousand.
    pub names: Vec<String>,
    /// Files that nothing refers to, and whose time to stay is not over.
    pub waiting: u64,
    /// Their bytes.
    pub waiting_bytes: u64,
    /// Files that stay because somebody reads them.
    pub in_use: u64,
}

/// Remove files that nothing has referred to for the time that the settings give.
///
/// Uploaded files of current updates stay. The site does this by itself every hour.
#[utoipa::path(post, path = "/content/collect", tag = "content", request_body = CollectRequest, responses((status = 200, body = Collected)))]
pub(in crate::api) async fn collect(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<CollectRequest>,
) -> WebResult<Json<Collected>> {
    let Done { files, bytes, names, waiting, waiting_bytes, in_use } =
        state.site.collect_content(&caller, request.dry_run).await?;
    Ok(Json(Collected { files, bytes, names, waiting, waiting_bytes, in_use }))
}
