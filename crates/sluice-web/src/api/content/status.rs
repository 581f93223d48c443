//! `GET /content/status`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fetching::Fetching;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// Files that the catalog names, and how many of them are here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ContentStatus {
    /// Files that current updates name.
    pub files: u64,
    /// Their bytes. Clients fetch only a part of what an update names.
    pub bytes: u64,
    /// Files of them that are here.
    pub present: u64,
    /// Their bytes.
    pub present_bytes: u64,
    /// The first hundred of those that are not here.
    pub missing: Vec<ContentFile>,
    /// Where the fetching of them stands.
    pub fetching: Fetching,
}

/// A file that an update names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContentFile {
    /// Its name in addresses: SHA-1 and extension.
    #[schema(example = "A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe")]
    pub name: String,
    /// What the update calls it.
    #[schema(example = "AM_Delta.exe")]
    pub file_name: String,
    /// Bytes.
    pub size: u64,
}

impl From<sluice_site::windows::content::NamedFile> for ContentFile {
    fn from(file: sluice_site::windows::content::NamedFile) -> Self {
        Self { name: file.name.to_string(), file_name: file.file_name, size: file.size }
    }
}

/// How much of the content is here.
#[utoipa::path(get, path = "/content/status", tag = "content", responses((status = 200, body = ContentStatus)))]
pub(in crate::api) async fn status(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<ContentStatus>> {
    let status = state.site.content_status(&caller).await?;
    let fetching = state.site.fetch_status(&caller).await?;
    Ok(Json(ContentStatus {
        files: status.files,
        bytes: status.bytes,
        present: status.present,
        present_bytes: status.present_bytes,
        missing: status.missing.into_iter().map(Into::into).collect(),
        fetching: Fetching::at(fetching, state.site.now()),
    }))
}
