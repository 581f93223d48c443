//! `POST /content/verify`.

use axum::Json;
use axum::extract::State;

use super::fetching::Verification;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// Begin to read every file and to compare it with its digest.
///
/// What is damaged is removed, and fetched again when it is wanted. How far it is:
/// `GET /content/status`.
#[utoipa::path(post, path = "/content/verify", tag = "content", responses((status = 200, body = Verification)))]
pub(in crate::api) async fn verify(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Verification>> {
    Ok(Json(state.site.verify_content(&caller).await?.into()))
}
