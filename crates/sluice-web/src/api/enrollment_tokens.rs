//! `/enrollment-tokens`: tokens with which devices are enrolled.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sluice_model::TokenId;
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::Listing;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::{ApiId, ApiJson};
use crate::problem::WebResult;

/// An enrolment token, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EnrollmentToken {
    /// Identity.
    pub id: Uuid,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// How many more devices may use it.
    pub uses_left: u32,
}

/// A new enrolment token.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewEnrollmentToken {
    /// The token without its secret.
    pub token: EnrollmentToken,
    /// What goes after `sluice agent enroll --token`. Shown this once.
    pub secret: String,
}

/// An enrolment token to make.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrollmentTokenRequest {
    /// How long it works.
    #[schema(example = 3600)]
    pub valid_seconds: u32,
    /// How many devices may use it.
    #[schema(example = 1)]
    pub uses: u32,
}

impl From<sluice_site::enrollment::EnrollmentTokenInfo> for EnrollmentToken {
    fn from(token: sluice_site::enrollment::EnrollmentTokenInfo) -> Self {
        Self {
            id: token.id.0,
            created_by: token.created_by,
            created_at: token.created_at,
            expires_at: token.expires_at,
            uses_left: token.uses_left,
        }
    }
}

/// Enrolment tokens that still work.
#[utoipa::path(get, path = "/enrollment-tokens", tag = "devices", responses((status = 200, body = Listing<EnrollmentToken>)))]
pub(super) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<EnrollmentToken>>> {
    Ok(Json(Listing::whole(state.site.list_enrollment_tokens(&caller).await?)))
}

/// Make an enrolment token.
#[utoipa::path(post, path = "/enrollment-tokens", tag = "devices", request_body = EnrollmentTokenRequest, responses((status = 201, body = NewEnrollmentToken)))]
pub(super) async fn create(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<EnrollmentTokenRequest>,
) -> WebResult<(StatusCode, Json<NewEnrollmentToken>)> {
    let valid = SignedDuration::from_secs(i64::from(request.valid_seconds));
    let (token, secret) = state.site.create_enrollment_token(&caller, valid, request.uses).await?;
    Ok((StatusCode::CREATED, Json(NewEnrollmentToken { token: token.into(), secret })))
}

/// Revoke an enrolment token; enrolled devices stay.
#[utoipa::path(delete, path = "/enrollment-tokens/{id}", tag = "devices", params(("id" = Uuid, Path, description = "The token")), responses((status = 204)))]
pub(super) async fn revoke(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<StatusCode> {
    state.site.revoke_enrollment_token(&caller, TokenId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
