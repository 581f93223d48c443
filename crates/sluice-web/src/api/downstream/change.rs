//! `POST /downstream-servers/{id}/approve` and `DELETE /downstream-servers/{id}`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sluice_model::ServerId;
use utoipa::ToSchema;

use super::list::DownstreamServer;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::{ApiId, ApiJson};
use crate::problem::WebResult;

/// An approval.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DownstreamApproval {
    /// Its name, to approve a server before it first asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Approve a server: it may synchronize from this site.
#[utoipa::path(post, path = "/downstream-servers/{id}/approve", tag = "downstream", params(("id" = Uuid, Path, description = "The server")), request_body = DownstreamApproval, responses((status = 200, body = DownstreamServer)))]
pub(in crate::api) async fn approve(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiJson(approval): ApiJson<DownstreamApproval>,
) -> WebResult<Json<DownstreamServer>> {
    let name = approval.name.as_deref().filter(|name| !name.trim().is_empty());
    Ok(Json(state.site.approve_downstream(&caller, ServerId(id), name).await?.into()))
}

/// Remove a server with those below it and the devices they reported.
#[utoipa::path(delete, path = "/downstream-servers/{id}", tag = "downstream", params(("id" = Uuid, Path, description = "The server")), responses((status = 204)))]
pub(in crate::api) async fn remove(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<StatusCode> {
    state.site.remove_downstream(&caller, ServerId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
