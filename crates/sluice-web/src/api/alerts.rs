//! `/alerts`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::page::Listing;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::ApiQuery;
use crate::problem::WebResult;

/// An alert: raised by what goes wrong, cleared by what makes it right.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// Identity.
    pub id: Uuid,
    /// What sort: `sync-failed`.
    pub kind: String,
    /// About what: a source's name.
    pub subject: String,
    /// What, why, and what to do.
    pub message: String,
    /// Since when.
    pub raised_at: Timestamp,
    /// Until when; null while it stands.
    pub cleared_at: Option<Timestamp>,
}

impl From<sluice_site::alerts::Alert> for Alert {
    fn from(alert: sluice_site::alerts::Alert) -> Self {
        Self {
            id: alert.id.0,
            kind: alert.kind,
            subject: alert.subject,
            message: alert.message,
            raised_at: alert.raised_at,
            cleared_at: alert.cleared_at,
        }
    }
}

/// Which alerts are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AlertParams {
    /// Only alerts that still stand.
    #[serde(default)]
    open: bool,
}

/// Alerts, newest first.
#[utoipa::path(get, path = "/alerts", tag = "alerts", params(AlertParams), responses((status = 200, body = Listing<Alert>)))]
pub(super) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiQuery(params): ApiQuery<AlertParams>,
) -> WebResult<Json<Listing<Alert>>> {
    Ok(Json(Listing::whole(state.site.alerts(&caller, params.open).await?)))
}
