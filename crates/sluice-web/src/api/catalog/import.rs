//! `POST /catalog/import`.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use sluice_site::windows::import::{ImportProblem, ImportSummary};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::upload;
use crate::auth::Authenticated;
use crate::extract::ApiQuery;
use crate::problem::WebResult;

/// What is imported.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    /// What people call it: the name of the file.
    #[param(example = "catalog.cab")]
    pub name: Option<String>,
}

/// What came of an import.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CatalogImport {
    /// The run in the history of synchronization.
    pub run: Option<Uuid>,
    /// The source that stands for imported files.
    pub source: Option<Uuid>,
    /// Documents that were there.
    pub documents: u64,
    /// Updates that are new, of any kind: also categories and parts of other updates.
    pub new_updates: u64,
    /// New revisions of known updates.
    pub new_revisions: u64,
    /// Documents that were known already.
    pub unchanged: u64,
    /// Items that could not be taken in. They are in the quarantine.
    pub quarantined: u64,
    /// The first of them.
    pub problems: Vec<CatalogProblem>,
    /// Bytes that arrived.
    pub bytes: u64,
    /// The version of the catalog that is served now.
    pub catalog_version: u64,
}

/// Something that could not be taken in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CatalogProblem {
    /// A revision of an update, or a place in a file.
    pub item: String,
    /// Why.
    pub reason: String,
}

impl From<ImportSummary> for CatalogImport {
    fn from(summary: ImportSummary) -> Self {
        let problem = |ImportProblem { item, reason }| CatalogProblem { item, reason };
        Self {
            run: summary.run.map(|run| run.0),
            source: summary.source.map(|source| source.0),
            documents: summary.documents,
            new_updates: summary.new_updates,
            new_revisions: summary.new_revisions,
            unchanged: summary.unchanged,
            quarantined: summary.quarantined,
            problems: summary.problems.into_iter().map(problem).collect(),
            bytes: summary.bytes,
            catalog_version: summary.catalog_version,
        }
    }
}

/// Import update metadata of Windows.
///
/// The body is update documents (XML), one or many after the other, or an export of a WSUS (`.cab`);
/// packed by gzip and collected in tar archives as you like. Progress shows in `GET /sync`.
#[utoipa::path(post, path = "/catalog/import", tag = "catalog", params(ImportQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = CatalogImport)))]
pub(in crate::api) async fn import(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiQuery(query): ApiQuery<ImportQuery>,
    headers: HeaderMap,
    body: Body,
) -> WebResult<Json<CatalogImport>> {
    let name = query.name.as_deref().unwrap_or("upload");
    let summary = state.site.import_catalog(&caller, name, upload::size(&headers), upload::stream(body)).await?;
    Ok(Json(summary.into()))
}
