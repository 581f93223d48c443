//! `GET /sync/rollup`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_site::rollup;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::words::RollupState;
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// How reporting to the upstream server of a source goes, since the site started.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RollupStatus {
    /// The source.
    pub source: Uuid,
    /// Its name.
    pub name: String,
    /// The server.
    pub url: String,
    /// Where it stands.
    pub state: RollupState,
    /// When the server was last told everything there was to tell.
    pub last_success: Option<Timestamp>,
    /// When it was last tried.
    pub last_attempt: Option<Timestamp>,
    /// Why the last try failed, when it did.
    pub error: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
    /// Devices the server was told of.
    pub devices: u64,
    /// Devices with something to tell that the server has not noted yet.
    pub waiting: u64,
    /// Devices that it refuses; they stop no other.
    pub refused: u64,
    /// Those, as far as there are few.
    pub refused_devices: Vec<RefusedDevice>,
}

/// A device that an upstream server refuses.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RefusedDevice {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
    /// When it is tried again.
    pub retry_at: Timestamp,
}

impl From<rollup::RollupStatus> for RollupStatus {
    fn from(status: rollup::RollupStatus) -> Self {
        let refused = |device: rollup::RefusedDevice| RefusedDevice {
            name: device.name,
            reason: device.reason,
            retry_at: device.retry_at,
        };
        Self {
            source: status.source.0,
            name: status.name,
            url: status.url,
            state: status.state.into(),
            last_success: status.last_success,
            last_attempt: status.last_attempt,
            error: status.error,
            fix: status.fix,
            devices: status.devices,
            waiting: status.waiting,
            refused: status.refused,
            refused_devices: status.refused_devices.into_iter().map(refused).collect(),
        }
    }
}

/// How reporting devices to upstream servers goes, source by source.
#[utoipa::path(get, path = "/sync/rollup", tag = "sync", responses((status = 200, body = Listing<RollupStatus>)))]
pub(in crate::api) async fn rollup(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<RollupStatus>>> {
    Ok(Json(Listing::whole(state.site.rollup_status(&caller)?)))
}
