//! Changing deployments: on and off, cancelled, gone.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sluice_model::DeploymentId;
use utoipa::ToSchema;

use super::list::Deployment;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::{ApiId, ApiJson};
use crate::problem::WebResult;

/// What can be changed about a deployment.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeploymentChange {
    /// In force, or kept without effect.
    pub enabled: bool,
}

/// Enable or disable a deployment.
#[utoipa::path(patch, path = "/deployments/{id}", tag = "deployments", params(("id" = Uuid, Path, description = "The deployment")), request_body = DeploymentChange, responses((status = 200, body = Deployment)))]
pub(in crate::api) async fn enable(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiJson(change): ApiJson<DeploymentChange>,
) -> WebResult<Json<Deployment>> {
    Ok(Json(state.site.set_deployment_enabled(&caller, DeploymentId(id), change.enabled).await?.into()))
}

/// Cancel a deployment for good; what is installed stays.
#[utoipa::path(post, path = "/deployments/{id}/cancel", tag = "deployments", params(("id" = Uuid, Path, description = "The deployment")), responses((status = 200, body = Deployment)))]
pub(in crate::api) async fn cancel(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<Json<Deployment>> {
    Ok(Json(state.site.cancel_deployment(&caller, DeploymentId(id)).await?.into()))
}

/// Delete a cancelled deployment with its history.
#[utoipa::path(delete, path = "/deployments/{id}", tag = "deployments", params(("id" = Uuid, Path, description = "The deployment")), responses((status = 204)))]
pub(in crate::api) async fn delete(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<StatusCode> {
    state.site.delete_deployment(&caller, DeploymentId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
