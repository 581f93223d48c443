//! `GET /catalog/status`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// The catalog of Windows updates, in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CatalogStatus {
    /// Its version.
    pub version: u64,
    /// Updates that people see.
    pub listed: u64,
    /// Software, members of bundles included.
    pub software: u64,
    /// Drivers.
    pub drivers: u64,
    /// Categories: companies, families, products, classifications.
    pub categories: u64,
    /// Rules that only detect something.
    pub detectoids: u64,
    /// What agents may see, of the selected products and classifications.
    pub in_scope: u64,
    /// Revisions that no agent is shown: too deep, or in a circle of prerequisites.
    pub left_out: u32,
    /// Levels of prerequisites.
    pub levels: u32,
    /// Updates on a page of a scan at least, when there are as many.
    pub page_size: u64,
    /// Round trips of the longest scan possible; agents give up at 200.
    pub worst_case_rounds: u32,
}

/// What the catalog of Windows updates holds.
#[utoipa::path(get, path = "/catalog/status", tag = "catalog", responses((status = 200, body = CatalogStatus)))]
pub(in crate::api) async fn status(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<CatalogStatus>> {
    let status = state.site.catalog_status(&caller)?;
    Ok(Json(CatalogStatus {
        version: status.version,
        listed: status.listed,
        software: status.software,
        drivers: status.drivers,
        categories: status.categories,
        detectoids: status.detectoids,
        in_scope: status.in_scope,
        left_out: status.left_out,
        levels: status.levels,
        page_size: status.page_size,
        worst_case_rounds: status.worst_case_rounds,
    }))
}
