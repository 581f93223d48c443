//! `GET /devices/{id}/events`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::DeviceId;
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::api::page::{Listing, Paging};
use crate::auth::Authenticated;
use crate::extract::{ApiId, ApiQuery};
use crate::problem::WebResult;

/// A line of a device's history.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceEvent {
    /// When, by the device's clock.
    pub at: Timestamp,
    /// What sort: `scan`, `install`, `restart`.
    pub kind: String,
    /// One line.
    pub text: String,
}

impl From<sluice_site::devices::DeviceEvent> for DeviceEvent {
    fn from(event: sluice_site::devices::DeviceEvent) -> Self {
        Self { at: event.at, kind: event.kind, text: event.text }
    }
}

/// A device's history, newest first.
#[utoipa::path(get, path = "/devices/{id}/events", tag = "devices", params(("id" = Uuid, Path, description = "The device"), Paging), responses((status = 200, body = Listing<DeviceEvent>)))]
pub(in crate::api) async fn events(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiQuery(paging): ApiQuery<Paging>,
) -> WebResult<Json<Listing<DeviceEvent>>> {
    Ok(Json(Listing::of(state.site.device_events(&caller, DeviceId(id), paging.into()).await?)))
}
