//! `POST /migration/finish`: the cut-over.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_site::migration;
use utoipa::ToSchema;

use super::status::MigrationStatus;
use crate::admin::AdminState;
use crate::api::words::AfterMigration;
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// How the cut-over is done.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MigrationEnd {
    /// What becomes of the source; `autonomous` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<AfterMigration>,
    /// Accept differences that remain.
    #[serde(default)]
    pub accept_differences: bool,
    /// For `microsoft-update`: certificate authorities beside those of the machine, PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorities: Option<String>,
}

/// Detach the site from the WSUS that was taken over: what it inherited becomes its own.
#[utoipa::path(post, path = "/migration/finish", tag = "migration", request_body = MigrationEnd, responses((status = 200, body = MigrationStatus)))]
pub(in crate::api) async fn finish(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(end): ApiJson<MigrationEnd>,
) -> WebResult<Json<MigrationStatus>> {
    let end = migration::MigrationEnd {
        after: end.after.map(Into::into).unwrap_or_default(),
        accept_differences: end.accept_differences,
        authorities: end.authorities,
    };
    Ok(Json(state.site.finish_migration(&caller, end).await?.into()))
}
