//! `GET /licences` and `POST /licences/accept`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::UpdateId;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::auth::Authenticated;
use crate::extract::{ApiJson, ApiQuery};
use crate::problem::WebResult;

/// Licence terms of updates, and whether they are accepted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Licence {
    /// Their identity, as metadata names it.
    pub id: Uuid,
    /// When they were accepted and by whom; null: they are not.
    pub accepted: Option<Acceptance>,
    /// Titles of updates that have them; at most ten.
    pub updates: Vec<String>,
    /// How many updates have them.
    pub update_count: u64,
}

/// When licence terms were accepted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Acceptance {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Licence terms of an update.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UpdateLicence {
    /// Their identity.
    pub id: Uuid,
    /// When they were accepted and by whom; null: the update is not installed yet.
    pub accepted: Option<Acceptance>,
}

/// Which licence terms are wanted.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct LicenceParams {
    /// Only those that are not accepted.
    #[serde(default)]
    pending: bool,
}

/// Licence terms to accept.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptRequest {
    /// Updates, all of whose terms are accepted.
    #[serde(default)]
    pub updates: Vec<Uuid>,
    /// Identities of terms.
    #[serde(default)]
    pub licences: Vec<Uuid>,
}

/// What accepting did.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct LicenceChange {
    /// Terms that were not accepted before.
    pub accepted: u64,
    /// Updates that waited for them and wait no longer.
    pub updates: u64,
}

impl From<sluice_site::licences::Acceptance> for Acceptance {
    fn from(acceptance: sluice_site::licences::Acceptance) -> Self {
        Self { at: acceptance.at, by: acceptance.by }
    }
}

impl From<sluice_site::licences::Licence> for Licence {
    fn from(licence: sluice_site::licences::Licence) -> Self {
        Self {
            id: licence.id,
            accepted: licence.accepted.map(Into::into),
            updates: licence.updates.into_iter().map(|(_, title)| title).collect(),
            update_count: licence.update_count,
        }
    }
}

/// Licence terms of updates. Devices do not install an update before its terms are accepted.
#[utoipa::path(get, path = "/licences", tag = "updates", params(LicenceParams), responses((status = 200, body = Listing<Licence>)))]
pub(in crate::api) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiQuery(params): ApiQuery<LicenceParams>,
) -> WebResult<Json<Listing<Licence>>> {
    Ok(Json(Listing::whole(state.site.licences(&caller, params.pending).await?)))
}

/// Accept licence terms: the updates are offered for installation as their deployments say.
#[utoipa::path(post, path = "/licences/accept", tag = "updates", request_body = AcceptRequest, responses((status = 200, body = LicenceChange)))]
pub(in crate::api) async fn accept(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<AcceptRequest>,
) -> WebResult<Json<LicenceChange>> {
    let updates = request.updates.into_iter().map(UpdateId).collect();
    let done = state.site.accept_licences(&caller, request.licences, updates).await?;
    Ok(Json(LicenceChange { accepted: done.accepted, updates: done.updates }))
}
