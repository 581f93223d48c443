//! `/sync/quarantine`: items that could not be taken over.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::page::{Listing, Paging};
use crate::auth::Authenticated;
use crate::extract::{ApiId, ApiQuery};
use crate::problem::WebResult;

/// An item that could not be taken over; it stops nothing else.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QuarantinedItem {
    /// Identity.
    pub id: Uuid,
    /// The source it came from.
    pub source: Uuid,
    /// Which item.
    pub item: String,
    /// Why.
    pub reason: String,
    /// When it was first seen.
    pub first_at: Timestamp,
    /// When it was last seen.
    pub last_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
}

impl From<sluice_site::sync::QuarantinedItem> for QuarantinedItem {
    fn from(item: sluice_site::sync::QuarantinedItem) -> Self {
        Self {
            id: item.id,
            source: item.source.0,
            item: item.item,
            reason: item.reason,
            first_at: item.first_at,
            last_at: item.last_at,
            attempts: item.attempts,
        }
    }
}

/// Items in quarantine.
#[utoipa::path(get, path = "/sync/quarantine", tag = "sync", params(Paging), responses((status = 200, body = Listing<QuarantinedItem>)))]
pub(in crate::api) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiQuery(paging): ApiQuery<Paging>,
) -> WebResult<Json<Listing<QuarantinedItem>>> {
    Ok(Json(Listing::of(state.site.quarantine(&caller, paging.into()).await?)))
}

/// Try a quarantined item again with the next synchronization.
#[utoipa::path(post, path = "/sync/quarantine/{id}/retry", tag = "sync", params(("id" = Uuid, Path, description = "The item")), responses((status = 204)))]
pub(in crate::api) async fn retry(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<StatusCode> {
    state.site.retry_quarantined(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
