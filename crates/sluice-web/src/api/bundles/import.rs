//! `POST /bundles/imports`.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_site::bundles::CHOSEN_BY_DEFAULT;
use utoipa::{IntoParams, ToSchema};

use super::verify::Bundle;
use crate::admin::AdminState;
use crate::api::catalog::import::CatalogProblem;
use crate::api::upload;
use crate::auth::Authenticated;
use crate::extract::ApiQuery;
use crate::problem::WebResult;

/// What of a bundle is imported.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct BundleImportQuery {
    /// Some of `documents`, `content`, `collections`, `groups`, `deployments`, `declined`,
    /// `licences`, `selection`, `settings`, with commas between. All but `settings` when absent.
    #[param(example = "documents,content")]
    pub parts: Option<String>,
}

/// What came of an import.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BundleImported {
    /// What was imported.
    pub bundle: Bundle,
    /// Updates that are new, of any kind.
    pub new_updates: u64,
    /// New revisions of known updates.
    pub new_revisions: u64,
    /// Documents that were known already.
    pub unchanged: u64,
    /// Documents that could not be taken in. They are in the quarantine.
    pub quarantined: u64,
    /// Files that were not here before.
    pub new_files: u64,
    /// Collections, groups, deployments, declined updates, accepted licence terms and categories that were made,
    /// changed or taken away.
    pub decisions: u64,
    /// What could not be taken in.
    pub problems: Vec<CatalogProblem>,
    /// The version of the catalog that is served now.
    pub catalog_version: u64,
}

impl From<sluice_site::bundles::BundleOutcome> for BundleImported {
    fn from(outcome: sluice_site::bundles::BundleOutcome) -> Self {
        let problems = outcome.problems.into_iter();
        Self {
            bundle: outcome.bundle.into(),
            new_updates: outcome.new_updates,
            new_revisions: outcome.new_revisions,
            unchanged: outcome.unchanged,
            quarantined: outcome.quarantined,
            new_files: outcome.new_files,
            decisions: outcome.decisions,
            problems: problems.map(|p| CatalogProblem { item: p.item, reason: p.reason }).collect(),
            catalog_version: outcome.catalog_version,
        }
    }
}

/// Import a bundle.
///
/// All of it is verified before anything is changed. An import that broke off later goes on when the
/// same bundle is sent again. Progress shows in `GET /sync`.
#[utoipa::path(post, path = "/bundles/imports", tag = "bundles", params(BundleImportQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = BundleImported)))]
pub(in crate::api) async fn import(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiQuery(query): ApiQuery<BundleImportQuery>,
    body: Body,
) -> WebResult<Json<BundleImported>> {
    let chosen = match &query.parts {
        Some(parts) => super::parts(parts.split(','))?,
        None => CHOSEN_BY_DEFAULT.to_vec(),
    };
    Ok(Json(state.site.import_bundle(&caller, chosen, upload::stream(body)).await?.into()))
}
