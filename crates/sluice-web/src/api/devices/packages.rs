//! `GET /devices/{id}/packages`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_model::DeviceId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::words::Classification;
use crate::auth::Authenticated;
use crate::extract::ApiId;
use crate::problem::WebResult;

/// A package a device would upgrade, as its package manager would say it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UpgradablePackage {
    /// Package.
    pub name: String,
    /// Architecture.
    pub architecture: String,
    /// Installed version.
    pub installed: String,
    /// The version that would be installed.
    pub candidate: String,
    /// The update that brings it.
    pub update: Uuid,
    /// Its title.
    pub title: String,
    /// What sort of fix it is.
    pub classification: Classification,
    /// The package is held on the device, so it is not touched.
    pub held: bool,
}

impl From<sluice_site::devices::UpgradablePackage> for UpgradablePackage {
    fn from(package: sluice_site::devices::UpgradablePackage) -> Self {
        Self {
            name: package.name,
            architecture: package.architecture,
            installed: package.installed,
            candidate: package.candidate,
            update: package.update.0,
            title: package.title,
            classification: package.classification.into(),
            held: package.held,
        }
    }
}

/// Packages a device would upgrade: what `apt list --upgradable` says there.
#[utoipa::path(get, path = "/devices/{id}/packages", tag = "devices", params(("id" = Uuid, Path, description = "The device")), responses((status = 200, body = Listing<UpgradablePackage>)))]
pub(in crate::api) async fn packages(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<Json<Listing<UpgradablePackage>>> {
    Ok(Json(Listing::whole(state.site.device_packages(&caller, DeviceId(id)).await?)))
}
