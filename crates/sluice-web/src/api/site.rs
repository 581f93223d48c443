//! `GET /site`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// Facts about the site.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SiteInfo {
    /// The site's name.
    pub name: String,
    /// Version of Sluice.
    pub version: String,
    /// Version of the catalog that is served; raised by every change.
    pub catalog_version: u64,
    /// Changes when a backup is restored.
    pub epoch: String,
    /// Since when the process runs.
    pub started_at: Timestamp,
    /// The database in use.
    pub database: String,
    /// Updates in the catalog.
    pub updates: u64,
    /// Devices.
    pub devices: u64,
    /// Background work.
    pub reconcilers: Vec<Reconciler>,
}

/// How a piece of background work does.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Reconciler {
    /// Its name.
    pub name: String,
    /// When it last ran.
    pub last_run: Option<Timestamp>,
    /// Why the last run failed; null when it did not.
    pub last_error: Option<String>,
    /// How often it ran since the process started.
    pub runs: u64,
}

impl From<sluice_site::site::SiteInfo> for SiteInfo {
    fn from(info: sluice_site::site::SiteInfo) -> Self {
        Self {
            name: info.name,
            version: info.version.to_owned(),
            catalog_version: info.catalog_version,
            epoch: info.epoch,
            started_at: info.started_at,
            database: info.database.to_owned(),
            updates: info.updates,
            devices: info.devices,
            reconcilers: info.reconcilers.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<sluice_site::site::ReconcilerStatus> for Reconciler {
    fn from(status: sluice_site::site::ReconcilerStatus) -> Self {
        Self {
            name: status.name.to_owned(),
            last_run: status.last_run,
            last_error: status.last_error,
            runs: status.runs,
        }
    }
}

/// Facts about the site.
#[utoipa::path(get, path = "/site", tag = "site", responses((status = 200, body = SiteInfo)))]
pub(super) async fn info(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<SiteInfo>> {
    Ok(Json(state.site.info(&caller)?.into()))
}
