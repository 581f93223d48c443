//! `/tokens`: tokens for programs.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::TokenId;
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::Listing;
use super::words::Role;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::{ApiId, ApiJson};
use crate::problem::WebResult;

/// An API token, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ApiToken {
    /// Identity.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When it stops working; null: never.
    pub expires_at: Option<Timestamp>,
    /// When it was last used; null: never.
    pub last_used_at: Option<Timestamp>,
}

/// A new API token.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewApiToken {
    /// The token without its secret.
    pub token: ApiToken,
    /// What goes after `Authorization: Bearer `. Shown this once.
    pub secret: String,
}

/// A token to make.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it stops working; never when absent.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

impl From<sluice_site::accounts::ApiToken> for ApiToken {
    fn from(token: sluice_site::accounts::ApiToken) -> Self {
        Self {
            id: token.id.0,
            name: token.name,
            role: token.role.into(),
            created_at: token.created_at,
            created_by: token.created_by,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        }
    }
}

/// API tokens.
#[utoipa::path(get, path = "/tokens", tag = "tokens", responses((status = 200, body = Listing<ApiToken>)))]
pub(super) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<ApiToken>>> {
    Ok(Json(Listing::whole(state.site.list_tokens(&caller).await?)))
}

/// Make an API token.
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = TokenRequest, responses((status = 201, body = NewApiToken)))]
pub(super) async fn create(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<TokenRequest>,
) -> WebResult<(StatusCode, Json<NewApiToken>)> {
    let (token, secret) =
        state.site.create_token(&caller, &request.name, request.role.into(), request.expires_at).await?;
    Ok((StatusCode::CREATED, Json(NewApiToken { token: token.into(), secret })))
}

/// Revoke an API token; it stops working at once.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "tokens", params(("id" = Uuid, Path, description = "The token")), responses((status = 204)))]
pub(super) async fn revoke(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<StatusCode> {
    state.site.revoke_token(&caller, TokenId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
