//! `GET /devices/{device}/updates/{update}/explanation`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_model::{DeviceId, UpdateId};
use sluice_site::updates::Explained;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::words::ComplianceState;
use crate::auth::Authenticated;
use crate::extract::ApiIds;
use crate::problem::WebResult;

/// The state of an update on a device, and why.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// The device.
    pub device: Uuid,
    /// Its name.
    pub device_name: String,
    /// The update.
    pub update: Uuid,
    /// Its title.
    pub title: String,
    /// The state.
    pub state: ComplianceState,
    /// Why, in sentences, from the code that decides.
    pub sentences: Vec<String>,
}

impl From<Explained> for Explanation {
    fn from(explained: Explained) -> Self {
        Self {
            device: explained.device.0,
            device_name: explained.device_name,
            update: explained.update.0,
            title: explained.title,
            state: explained.state.into(),
            sentences: explained.sentences,
        }
    }
}

/// Why a device needs an update, or does not.
#[utoipa::path(get, path = "/devices/{device}/updates/{update}/explanation", tag = "devices", params(("device" = Uuid, Path, description = "The device"), ("update" = Uuid, Path, description = "The update")), responses((status = 200, body = Explanation)))]
pub(in crate::api) async fn explain(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiIds(device, update): ApiIds,
) -> WebResult<Json<Explanation>> {
    Ok(Json(state.site.explain(&caller, DeviceId(device), UpdateId(update))?.into()))
}
