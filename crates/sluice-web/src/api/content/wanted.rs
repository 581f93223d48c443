//! `POST /content/wanted`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::status::ContentFile;
use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::{Problem, WebResult, echo};

/// Most files asked about at once; so many fit the size of a request.
pub const MAX_ASKED: usize = 10_000;

/// Files somebody has.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedRequest {
    /// Their SHA-1, hexadecimal; at most 10,000.
    pub sha1: Vec<String>,
}

/// Which of some files are worth uploading: the catalog names them, and they are not here.
#[utoipa::path(post, path = "/content/wanted", tag = "content", request_body = WantedRequest, responses((status = 200, body = Listing<ContentFile>)))]
pub(in crate::api) async fn wanted(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<WantedRequest>,
) -> WebResult<Json<Listing<ContentFile>>> {
    if request.sha1.len() > MAX_ASKED {
        return Err(Problem::invalid("sha1", "there are too many files", "Ask about at most 10,000 at a time."));
    }
    let sha1s = request.sha1.iter().map(|text| sha1(text)).collect::<WebResult<Vec<_>>>()?;
    Ok(Json(Listing::whole(state.site.wanted_content(&caller, sha1s).await?)))
}

pub(super) fn sha1(text: &str) -> WebResult<[u8; 20]> {
    let mut digest = [0; 20];
    hex::decode_to_slice(text, &mut digest).map_err(|_| {
        let fix = "Give 40 hexadecimal digits.";
        Problem::invalid("sha1", format!("`{}` is not a SHA-1", echo(text)), fix)
    })?;
    Ok(digest)
}
