//! `GET /deployments/{id}` and what is below it.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_model::DeploymentId;
use utoipa::ToSchema;
use uuid::Uuid;

use super::list::Deployment;
use crate::admin::AdminState;
use crate::api::devices::enforcement::Enforcement;
use crate::api::page::{Listing, Paging};
use crate::api::updates::list::Update;
use crate::api::words::DeviceStatus;
use crate::auth::Authenticated;
use crate::extract::{ApiId, ApiQuery};
use crate::problem::WebResult;

/// A device of a deployment.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeploymentDevice {
    /// The device.
    pub device: Uuid,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub status: DeviceStatus,
    /// Updates of the deployment it still needs.
    pub pending: u64,
    /// What it reported.
    pub enforcement: Vec<Enforcement>,
}

impl From<sluice_site::deployments::DeploymentDevice> for DeploymentDevice {
    fn from(device: sluice_site::deployments::DeploymentDevice) -> Self {
        Self {
            device: device.device.0,
            name: device.name,
            status: device.status.into(),
            pending: device.pending,
            enforcement: device.enforcement.into_iter().map(Into::into).collect(),
        }
    }
}

/// A deployment.
#[utoipa::path(get, path = "/deployments/{id}", tag = "deployments", params(("id" = Uuid, Path, description = "The deployment")), responses((status = 200, body = Deployment)))]
pub(in crate::api) async fn get(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<Json<Deployment>> {
    Ok(Json(state.site.deployment(&caller, DeploymentId(id)).await?.into()))
}

/// The updates of a deployment.
#[utoipa::path(get, path = "/deployments/{id}/updates", tag = "deployments", params(("id" = Uuid, Path, description = "The deployment"), Paging), responses((status = 200, body = Listing<Update>)))]
pub(in crate::api) async fn updates(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiQuery(paging): ApiQuery<Paging>,
) -> WebResult<Json<Listing<Update>>> {
    Ok(Json(Listing::of(state.site.deployment_updates(&caller, DeploymentId(id), &paging.into()).await?)))
}

/// The devices of a deployment, and where each stands.
#[utoipa::path(get, path = "/deployments/{id}/devices", tag = "deployments", params(("id" = Uuid, Path, description = "The deployment"), Paging), responses((status = 200, body = Listing<DeploymentDevice>)))]
pub(in crate::api) async fn devices(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiQuery(paging): ApiQuery<Paging>,
) -> WebResult<Json<Listing<DeploymentDevice>>> {
    Ok(Json(Listing::of(state.site.deployment_devices(&caller, DeploymentId(id), &paging.into()).await?)))
}
