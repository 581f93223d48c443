//! `GET /compliance`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_model::CollectionId;
use sluice_site::compliance::Overview;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::alerts::Alert;
use super::sync::runs::SyncRun;
use super::updates::list::Update;
use super::words::Classification;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::ApiQuery;
use crate::problem::WebResult;

/// The compliance of the fleet at a glance.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Compliance {
    /// Devices.
    pub devices: u64,
    /// Devices that need nothing.
    pub compliant: u64,
    /// Devices that need something.
    pub non_compliant: u64,
    /// Devices of which it is unknown: those that never sent an inventory, and those of `outside_catalog`.
    pub unknown: u64,
    /// Devices that need only updates that the catalog does not have.
    #[serde(default)]
    pub outside_catalog: u64,
    /// Devices that need a restart.
    pub needs_restart: u64,
    /// Devices not heard of for long.
    pub silent: u64,
    /// Devices where an installation failed.
    pub failures: u64,
    /// Devices whose package database needs repair.
    pub broken: u64,
    /// Devices that need security updates.
    pub security_missing_devices: u64,
    /// What is needed, by classification.
    pub required_by_classification: Vec<RequiredOfClassification>,
    /// The updates most devices need.
    pub top_required: Vec<Update>,
    /// The last finished synchronization.
    pub last_sync: Option<SyncRun>,
    /// A synchronization is under way.
    pub sync_running: bool,
    /// Alerts that stand.
    pub alerts: Vec<Alert>,
    /// Number of sources.
    pub sources: u64,
    /// Deployments in force.
    pub deployments_active: u64,
    /// Products and classifications that a synchronization brought and nobody has looked at.
    pub new_categories: u64,
}

/// What is needed of one classification.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RequiredOfClassification {
    /// The classification.
    pub classification: Classification,
    /// Updates that some device needs.
    pub updates: u64,
    /// Pairs of a device and an update it needs.
    pub installations: u64,
}

impl From<Overview> for Compliance {
    fn from(overview: Overview) -> Self {
        Self {
            devices: overview.devices,
            compliant: overview.compliant,
            non_compliant: overview.non_compliant,
            unknown: overview.unknown,
            outside_catalog: overview.outside_catalog,
            needs_restart: overview.needs_restart,
            silent: overview.silent,
            failures: overview.failures,
            broken: overview.broken,
            security_missing_devices: overview.security_missing_devices,
            required_by_classification: overview
                .required_by_classification
                .into_iter()
                .map(|(classification, updates, installations)| RequiredOfClassification {
                    classification: classification.into(),
                    updates,
                    installations,
                })
                .collect(),
            top_required: overview.top_required.into_iter().map(Into::into).collect(),
            last_sync: overview.last_sync.map(Into::into),
            sync_running: overview.sync_running,
            alerts: overview.alerts.into_iter().map(Into::into).collect(),
            sources: overview.sources,
            deployments_active: overview.deployments_active,
            new_categories: overview.new_categories,
        }
    }
}

/// Whose compliance is wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ComplianceParams {
    /// Only the devices of this collection.
    collection: Option<Uuid>,
}

/// The compliance of the fleet, or of one collection.
#[utoipa::path(get, path = "/compliance", tag = "compliance", params(ComplianceParams), responses((status = 200, body = Compliance)))]
pub(super) async fn overview(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiQuery(params): ApiQuery<ComplianceParams>,
) -> WebResult<Json<Compliance>> {
    Ok(Json(state.site.overview(&caller, params.collection.map(CollectionId)).await?.into()))
}
