//! `GET /deployments`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_site::deployments::DeploymentSummary;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::api::words::{Intent, Notification, Phase, Priority, Restart};
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// A deployment, with its counts of devices.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Deployment {
    /// Identity.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// The collection whose devices it is for.
    pub collection: Uuid,
    /// That collection's name.
    pub collection_name: String,
    /// The update group it follows; null when it has a list of its own.
    pub group: Option<Uuid>,
    /// Number of updates.
    pub updates: u64,
    /// Number of devices.
    pub devices: u64,
    /// Installed at the deadline, or only offered.
    pub intent: Intent,
    /// Where it stands.
    pub phase: Phase,
    /// From when on devices are told.
    pub available_at: Timestamp,
    /// When it is installed; null when it is only offered.
    pub deadline: Option<Timestamp>,
    /// Whether devices may restart themselves.
    pub restart: Restart,
    /// What users see.
    pub notification: Notification,
    /// What comes first of what is due at the same time.
    pub priority: Priority,
    /// Whether it is in force, unless cancelled.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// Devices that need none of its updates (any more).
    pub compliant: u64,
    /// Devices that still need some.
    pub in_progress: u64,
    /// Devices where one failed.
    pub failed: u64,
    /// Devices that never reported.
    pub unknown: u64,
    /// Share of compliant devices; null without devices.
    pub percent_compliant: Option<u8>,
    /// Its updates that no device installs, because their licence terms are not accepted.
    pub awaiting_licence: u64,
}

impl From<DeploymentSummary> for Deployment {
    fn from(summary: DeploymentSummary) -> Self {
        Self {
            id: summary.id.0,
            name: summary.name,
            collection: summary.collection.0,
            collection_name: summary.collection_name,
            group: summary.group.map(|id| id.0),
            updates: summary.updates,
            devices: summary.devices,
            intent: summary.intent.into(),
            phase: summary.phase.into(),
            available_at: summary.available_at,
            deadline: summary.deadline,
            restart: summary.restart.into(),
            notification: summary.notification.into(),
            priority: summary.priority.into(),
            enabled: summary.enabled,
            created_at: summary.created_at,
            created_by: summary.created_by,
            compliant: summary.compliant,
            in_progress: summary.in_progress,
            failed: summary.failed,
            unknown: summary.unknown,
            percent_compliant: summary.percent_compliant,
            awaiting_licence: summary.awaiting_licence,
        }
    }
}

/// Deployments.
#[utoipa::path(get, path = "/deployments", tag = "deployments", responses((status = 200, body = Listing<Deployment>)))]
pub(in crate::api) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<Deployment>>> {
    Ok(Json(Listing::whole(state.site.list_deployments(&caller).await?)))
}
