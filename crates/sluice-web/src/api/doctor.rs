//! `GET /doctor`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::page::Listing;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// One check of the site by itself.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// What was checked.
    pub name: String,
    /// It is well.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// What to do; empty when it is well.
    pub fix: String,
}

impl From<sluice_site::doctor::DoctorFinding> for Finding {
    fn from(finding: sluice_site::doctor::DoctorFinding) -> Self {
        Self { name: finding.name, ok: finding.ok, detail: finding.detail, fix: finding.fix }
    }
}

/// The site's check of itself.
#[utoipa::path(get, path = "/doctor", tag = "site", responses((status = 200, body = Listing<Finding>)))]
pub(super) async fn doctor(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<Finding>>> {
    Ok(Json(Listing::whole(state.site.doctor(&caller).await?)))
}
