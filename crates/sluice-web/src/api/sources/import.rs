//! `POST /sources/import`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_site::sources::ImportedSources;
use utoipa::ToSchema;

use super::list::Source;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// A machine's own package sources.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// `sources.list` and the files of `sources.list.d`.
    pub files: Vec<SourcesFile>,
    /// What `apt-config dump` prints, for proxy and `Valid-Until` settings; may be empty.
    #[serde(default)]
    pub apt_config_dump: String,
    /// What `dpkg --print-architecture` prints.
    #[schema(example = "amd64")]
    pub architecture: String,
}

/// One file of package sources.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcesFile {
    /// Its path; the ending (`.list`, `.sources`) says which of the two formats it has.
    #[schema(example = "/etc/apt/sources.list.d/debian.sources")]
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What came of an import.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    /// New sources.
    pub created: Vec<Source>,
    /// Sources that were there already.
    pub existing: Vec<Source>,
    /// Entries that could not be used, and why.
    pub problems: Vec<String>,
}

impl From<ImportedSources> for Imported {
    fn from(imported: ImportedSources) -> Self {
        Self {
            created: imported.created.into_iter().map(Into::into).collect(),
            existing: imported.existing.into_iter().map(Into::into).collect(),
            problems: imported.problems,
        }
    }
}

/// Take over a machine's own package sources.
#[utoipa::path(post, path = "/sources/import", tag = "sources", request_body = ImportRequest, responses((status = 200, body = Imported)))]
pub(in crate::api) async fn import(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<ImportRequest>,
) -> WebResult<Json<Imported>> {
    let files = request.files.into_iter().map(|file| (file.name, file.text)).collect();
    let imported =
        state.site.import_sources_list(&caller, files, &request.apt_config_dump, &request.architecture).await?;
    Ok(Json(imported.into()))
}
