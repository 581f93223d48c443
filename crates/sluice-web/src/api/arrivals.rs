//! `GET /arrivals`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::devices::enforcement::EnforcementError;
use crate::api::page::Listing;
use crate::api::words::ArrivalStage;
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// A Windows device that is arriving.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Arrival {
    /// The device; there under `/devices` once it is registered.
    pub device: Uuid,
    /// Its name, as it says.
    pub name: String,
    /// How far it has come.
    pub stage: ArrivalStage,
    /// When it was last heard.
    pub at: Timestamp,
    /// From which address, of a first contact.
    pub peer: Option<String>,
    /// Why its last scan failed, when it did.
    pub error: Option<EnforcementError>,
}

impl From<sluice_site::windows::arrivals::Arrival> for Arrival {
    fn from(arrival: sluice_site::windows::arrivals::Arrival) -> Self {
        Self {
            device: arrival.device.0,
            name: arrival.name,
            stage: arrival.stage.into(),
            at: arrival.at,
            peer: arrival.peer.map(|peer| peer.to_string()),
            error: arrival.error.map(Into::into),
        }
    }
}

/// Windows devices that came within the last day, with how far they have come.
#[utoipa::path(get, path = "/arrivals", tag = "devices", responses((status = 200, body = Listing<Arrival>)))]
pub(super) async fn arrivals(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<Arrival>>> {
    let arrivals = state.site.windows_arrivals(&caller)?;
    Ok(Json(Listing::whole(arrivals)))
}
