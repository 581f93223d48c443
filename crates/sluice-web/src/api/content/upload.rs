//! `PUT /content/{name}`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName};
use serde::{Deserialize, Serialize};
use sluice_content::ContentName;
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::api::upload::{size, stream};
use crate::auth::Authenticated;
use crate::problem::{Problem, WebResult, echo};

/// Where the uploader may say what SHA-256 the file has.
pub const SHA256_HEADER: HeaderName = HeaderName::from_static("x-content-sha256");

/// A file that is here now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ContentAdded {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of what arrived, hexadecimal.
    pub sha256: String,
    /// It was not here before.
    pub new: bool,
}

/// Upload a file that updates are installed from.
///
/// It is refused when it is not what its name and the catalog say, and when `X-Content-SHA256` is
/// given and is not its digest.
#[utoipa::path(put, path = "/content/{name}", tag = "content",
    params(
        ("name" = String, Path, description = "SHA-1 and extension", example = "A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe"),
        ("x-content-sha256" = Option<String>, Header, description = "SHA-256, hexadecimal"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ContentAdded)))]
pub(in crate::api) async fn upload(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> WebResult<Json<ContentAdded>> {
    let name = ContentName::parse(&name).ok_or_else(|| {
        let fix = "Name it by its SHA-1 (40 hexadecimal digits) and its extension.";
        Problem::invalid("name", format!("`{}` is not the name of a file", echo(&name)), fix)
    })?;
    let sha256 = headers.get(SHA256_HEADER).map(|value| sha256(value.as_bytes())).transpose()?;
    let added = state.site.add_content(&caller, &name, sha256, size(&headers), stream(body)).await?;
    Ok(Json(ContentAdded {
        name: added.name.to_string(),
        size: added.size,
        sha256: hex::encode(added.sha256),
        new: added.new,
    }))
}

fn sha256(text: &[u8]) -> WebResult<[u8; 32]> {
    let mut digest = [0; 32];
    hex::decode_to_slice(text, &mut digest).map_err(|_| {
        Problem::invalid("x-content-sha256", "the header is not a SHA-256", "Give 64 hexadecimal digits.")
    })?;
    Ok(digest)
}
