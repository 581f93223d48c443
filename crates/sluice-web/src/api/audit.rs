//! `/audit`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::page::{Listing, Paging};
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::ApiQuery;
use crate::problem::WebResult;

/// A line of the audit.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Number, from 1, without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What: `deployment.create`.
    pub action: String,
    /// To what.
    pub object: String,
    /// More about it.
    pub detail: String,
}

impl From<sluice_site::audit::AuditEntry> for AuditEntry {
    fn from(entry: sluice_site::audit::AuditEntry) -> Self {
        Self {
            seq: entry.seq,
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            object: entry.object,
            detail: entry.detail,
        }
    }
}

/// Who did what, newest first.
#[utoipa::path(get, path = "/audit", tag = "audit", params(Paging), responses((status = 200, body = Listing<AuditEntry>)))]
pub(super) async fn log(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiQuery(paging): ApiQuery<Paging>,
) -> WebResult<Json<Listing<AuditEntry>>> {
    Ok(Json(Listing::of(state.site.audit_log(&caller, paging.into()).await?)))
}
