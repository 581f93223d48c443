//! `POST /migration/report`: the WSUS is asked, so it is no plain reading.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_site::migration;
use utoipa::ToSchema;

use super::plan::NotBrought;
use crate::admin::AdminState;
use crate::api::words::DifferenceKind;
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// What a WSUS has and this site has not.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MigrationReport {
    /// The WSUS.
    pub url: String,
    /// When it was asked.
    pub at: Timestamp,
    /// How much of what there is is here.
    pub counted: Vec<MigrationCount>,
    /// What differs, by kind and name; at most a thousand.
    pub differences: Vec<MigrationDifference>,
    /// How many there are.
    pub total: u64,
    /// Windows devices that scanned here so far: those of the WSUS come with their first scan.
    pub devices: u64,
    /// Of these, those that are in no collection but that of all devices.
    pub devices_in_no_group: u64,
    /// What the protocol does not bring.
    pub not_brought: Vec<NotBrought>,
}

/// How many of a kind are here.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct MigrationCount {
    /// Of what.
    pub kind: DifferenceKind,
    /// At the WSUS.
    pub there: u64,
    /// Of these, here.
    pub here: u64,
}

/// Something that is there and not here, or other than there.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MigrationDifference {
    /// What it is.
    pub kind: DifferenceKind,
    /// Its name, or its identity when it has none here.
    pub name: String,
    /// Why it differs.
    pub why: String,
}

impl From<migration::MigrationReport> for MigrationReport {
    fn from(report: migration::MigrationReport) -> Self {
        let count =
            |one: migration::Counted| MigrationCount { kind: one.kind.into(), there: one.there, here: one.here };
        let difference =
            |one: migration::Difference| MigrationDifference { kind: one.kind.into(), name: one.name, why: one.why };
        Self {
            url: report.url,
            at: report.at,
            counted: report.counted.into_iter().map(count).collect(),
            differences: report.differences.into_iter().map(difference).collect(),
            total: report.total,
            devices: report.devices,
            devices_in_no_group: report.devices_in_no_group,
            not_brought: report.not_brought.into_iter().map(Into::into).collect(),
        }
    }
}

/// Compare the WSUS that is being taken over with this site. The WSUS is asked for whole lists.
#[utoipa::path(post, path = "/migration/report", tag = "migration", responses((status = 200, body = MigrationReport)))]
pub(in crate::api) async fn report(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<MigrationReport>> {
    Ok(Json(state.site.migration_report(&caller).await?.into()))
}
