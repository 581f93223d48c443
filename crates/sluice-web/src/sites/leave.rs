//! `POST leave`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use sluice_site::Site;
use sluice_wire::site::{LeaveRequest, LeaveResponse};

use super::authenticated::Below;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// A site leaves.
pub(super) async fn leave(
    Below(from): Below,
    State(site): State<Arc<Site>>,
    ApiJson(LeaveRequest {}): ApiJson<LeaveRequest>,
) -> WebResult<Json<LeaveResponse>> {
    site.site_leaves(from).await?;
    Ok(Json(LeaveResponse {}))
}
