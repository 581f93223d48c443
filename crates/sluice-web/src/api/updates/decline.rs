//! `POST /updates/decline` and `POST /updates/undecline`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::UpdateId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// Updates to decline.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineRequest {
    /// Their identities.
    pub updates: Vec<Uuid>,
    /// Why, for those who come after; at most 1000 characters.
    #[serde(default)]
    pub reason: String,
}

/// Declined updates to offer again.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndeclineRequest {
    /// Their identities.
    pub updates: Vec<Uuid>,
}

/// What the change did.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeclineChange {
    /// Updates that changed; the others were so already.
    pub changed: u64,
    /// Deployments in force that contain some of the updates. While these are declined they reach no
    /// device.
    pub deployments: Vec<String>,
}

/// Why an update is declined.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Declined {
    /// Since when.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
}

impl From<sluice_site::declines::DeclineChange> for DeclineChange {
    fn from(change: sluice_site::declines::DeclineChange) -> Self {
        Self { changed: change.changed, deployments: change.deployments }
    }
}

impl From<sluice_site::declines::Declined> for Declined {
    fn from(declined: sluice_site::declines::Declined) -> Self {
        Self { at: declined.at, by: declined.by, reason: declined.reason }
    }
}

fn ids(updates: Vec<Uuid>) -> Vec<UpdateId> {
    updates.into_iter().map(UpdateId).collect()
}

/// Decline updates: they are offered to no device; what is installed stays.
#[utoipa::path(post, path = "/updates/decline", tag = "updates", request_body = DeclineRequest, responses((status = 200, body = DeclineChange)))]
pub(in crate::api) async fn decline(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<DeclineRequest>,
) -> WebResult<Json<DeclineChange>> {
    Ok(Json(state.site.decline_updates(&caller, ids(request.updates), &request.reason).await?.into()))
}

/// Offer declined updates again.
#[utoipa::path(post, path = "/updates/undecline", tag = "updates", request_body = UndeclineRequest, responses((status = 200, body = DeclineChange)))]
pub(in crate::api) async fn undecline(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<UndeclineRequest>,
) -> WebResult<Json<DeclineChange>> {
    Ok(Json(state.site.undecline_updates(&caller, ids(request.updates)).await?.into()))
}
