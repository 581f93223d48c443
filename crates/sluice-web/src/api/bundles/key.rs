//! `GET /bundles/key`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// What other sites must know to import this site's bundles.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BundleKey {
    /// The site's identity.
    pub site: Uuid,
    /// The site's name.
    pub name: String,
    /// The key (Ed25519), hexadecimal.
    pub public_key: String,
    /// What people compare: SHA-256 of the key.
    pub fingerprint: String,
}

/// The key that this site signs its bundles with.
#[utoipa::path(get, path = "/bundles/key", tag = "bundles", responses((status = 200, body = BundleKey)))]
pub(in crate::api) async fn key(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<BundleKey>> {
    let key = state.site.bundle_key(&caller)?;
    let public_key = key.public_key.to_string();
    Ok(Json(BundleKey { site: key.site, name: key.name, public_key, fingerprint: key.fingerprint }))
}
