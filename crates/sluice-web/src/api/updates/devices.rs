//! `GET /updates/{id}/devices`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_model::UpdateId;
use sluice_site::PageRequest;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::devices::enforcement::Enforcement;
use crate::api::page::Listing;
use crate::api::words::ComplianceState;
use crate::auth::Authenticated;
use crate::extract::{ApiId, ApiQuery};
use crate::problem::WebResult;

/// A device and its state for an update.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UpdateDevice {
    /// The device.
    pub device: Uuid,
    /// Its name.
    pub name: String,
    /// Whether it needs the update.
    pub state: ComplianceState,
    /// Why, in sentences.
    pub why: Vec<String>,
    /// How far a deployment of the update has come.
    pub enforcement: Option<Enforcement>,
}

impl From<sluice_site::updates::UpdateDevice> for UpdateDevice {
    fn from(device: sluice_site::updates::UpdateDevice) -> Self {
        Self {
            device: device.device.0,
            name: device.name,
            state: device.state.into(),
            why: device.why,
            enforcement: device.enforcement.map(Into::into),
        }
    }
}

/// Which devices of an update are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct UpdateDeviceParams {
    /// Only devices in this state.
    #[param(inline)]
    state: Option<ComplianceState>,
    /// `next` of the page before; absent for the first page.
    cursor: Option<String>,
    /// Most items on the page, 1 to 1000; 50 when absent.
    limit: Option<usize>,
}

/// The devices of an update, each with its state and why.
#[utoipa::path(get, path = "/updates/{id}/devices", tag = "updates", params(("id" = Uuid, Path, description = "The update"), UpdateDeviceParams), responses((status = 200, body = Listing<UpdateDevice>)))]
pub(in crate::api) async fn devices(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiQuery(params): ApiQuery<UpdateDeviceParams>,
) -> WebResult<Json<Listing<UpdateDevice>>> {
    let page = PageRequest { cursor: params.cursor, limit: params.limit };
    let devices = state.site.update_devices(&caller, UpdateId(id), params.state.map(Into::into), &page)?;
    Ok(Json(Listing::of(devices)))
}
