//! `/site-tokens`: tokens with which sites join below this one.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sluice_model::TokenId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::auth::Authenticated;
use crate::extract::{ApiId, ApiJson};
use crate::problem::WebResult;

/// A site token, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SiteToken {
    /// Identity.
    pub id: Uuid,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// A new site token.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewSiteToken {
    /// The token without its secret.
    pub token: SiteToken,
    /// What goes after `sluice site join` at the other site. Shown this once.
    pub secret: String,
}

/// A site token to make.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteTokenRequest {
    /// How long it works.
    #[schema(example = 3600)]
    pub valid_seconds: u32,
}

impl From<sluice_site::sites::tokens::SiteTokenInfo> for SiteToken {
    fn from(token: sluice_site::sites::tokens::SiteTokenInfo) -> Self {
        Self {
            id: token.id.0,
            created_by: token.created_by,
            created_at: token.created_at,
            expires_at: token.expires_at,
        }
    }
}

/// Site tokens that still work.
#[utoipa::path(get, path = "/site-tokens", tag = "sites", responses((status = 200, body = Listing<SiteToken>)))]
pub(in crate::api) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<SiteToken>>> {
    Ok(Json(Listing::whole(state.site.list_site_tokens(&caller).await?)))
}

/// Make a site token: one site may join below this one with it.
#[utoipa::path(post, path = "/site-tokens", tag = "sites", request_body = SiteTokenRequest, responses((status = 201, body = NewSiteToken)))]
pub(in crate::api) async fn create(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<SiteTokenRequest>,
) -> WebResult<(StatusCode, Json<NewSiteToken>)> {
    let valid = SignedDuration::from_secs(i64::from(request.valid_seconds));
    let (token, secret) = state.site.create_site_token(&caller, valid).await?;
    Ok((StatusCode::CREATED, Json(NewSiteToken { token: token.into(), secret })))
}

/// Revoke a site token; a site that joined with it stays.
#[utoipa::path(delete, path = "/site-tokens/{id}", tag = "sites", params(("id" = Uuid, Path, description = "The token")), responses((status = 204)))]
pub(in crate::api) async fn revoke(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<StatusCode> {
    state.site.revoke_site_token(&caller, TokenId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
