//! `POST /content/fetch`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wanted::{MAX_ASKED, sha1};
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::{Problem, WebResult};

/// What to fetch.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FetchRequest {
    /// Files by their SHA-1, hexadecimal, at most 10,000; absent: all that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha1: Option<Vec<String>>,
}

/// What is fetched now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FetchStarted {
    /// Files that failed and are tried again.
    pub retried: u64,
    /// Files that were named and are not here.
    pub fetched: u64,
}

/// Fetch files now: those that failed, or named ones, whether anything wants them or not.
#[utoipa::path(post, path = "/content/fetch", tag = "content", request_body = FetchRequest, responses((status = 200, body = FetchStarted)))]
pub(in crate::api) async fn fetch(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<FetchRequest>,
) -> WebResult<Json<FetchStarted>> {
    if request.sha1.as_ref().is_some_and(|sha1s| sha1s.len() > MAX_ASKED) {
        return Err(Problem::invalid("sha1", "there are too many files", "Name at most 10,000 at a time."));
    }
    let sha1s = request.sha1.map(|texts| texts.iter().map(|text| sha1(text)).collect::<WebResult<_>>());
    let (retried, fetched) = state.site.fetch_content(&caller, sha1s.transpose()?).await?;
    Ok(Json(FetchStarted { retried, fetched }))
}
