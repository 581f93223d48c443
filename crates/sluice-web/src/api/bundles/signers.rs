//! `/bundles/signers`: whose bundles may be imported.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::api::page::Listing;
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// A key whose bundles may be imported.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BundleSigner {
    /// The key (Ed25519), hexadecimal.
    pub public_key: String,
    /// What people compare: SHA-256 of the key.
    pub fingerprint: String,
    /// What people call it.
    pub name: String,
    /// Since when it is trusted.
    pub added_at: Timestamp,
    /// Who trusts it.
    pub added_by: String,
}

/// A key to trust.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignerRequest {
    /// Unique name: that of the site it belongs to.
    pub name: String,
    /// The key, 64 hexadecimal digits.
    pub public_key: String,
}

impl From<sluice_site::bundles::TrustedSigner> for BundleSigner {
    fn from(signer: sluice_site::bundles::TrustedSigner) -> Self {
        Self {
            public_key: signer.public_key.to_string(),
            fingerprint: signer.fingerprint,
            name: signer.name,
            added_at: signer.added_at,
            added_by: signer.added_by,
        }
    }
}

/// The keys whose bundles may be imported.
#[utoipa::path(get, path = "/bundles/signers", tag = "bundles", responses((status = 200, body = Listing<BundleSigner>)))]
pub(in crate::api) async fn list(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<Listing<BundleSigner>>> {
    Ok(Json(Listing::whole(state.site.trusted_signers(&caller).await?)))
}

/// Trust a key: bundles that are signed with it may be imported.
#[utoipa::path(post, path = "/bundles/signers", tag = "bundles", request_body = SignerRequest,
    responses((status = 201, body = BundleSigner)))]
pub(in crate::api) async fn add(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<SignerRequest>,
) -> WebResult<(StatusCode, Json<BundleSigner>)> {
    let signer = state.site.trust_signer(&caller, &request.name, &request.public_key).await?;
    Ok((StatusCode::CREATED, Json(signer.into())))
}

/// Trust a key no more. What its bundles brought stays.
#[utoipa::path(delete, path = "/bundles/signers/{key}", tag = "bundles",
    params(("key" = String, Path, description = "The key, 64 hexadecimal digits")), responses((status = 204)))]
pub(in crate::api) async fn remove(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    Path(key): Path<String>,
) -> WebResult<StatusCode> {
    state.site.distrust_signer(&caller, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
