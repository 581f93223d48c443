//! `GET /bundles`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// The last bundles, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BundleHistory {
    /// Those that this site exported.
    pub exports: Vec<BundleExport>,
    /// Those that were imported here.
    pub imports: Vec<BundleImport>,
}

/// A bundle that was exported, or was to be.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BundleExport {
    /// Identity.
    pub id: Uuid,
    /// Rises with every export.
    pub sequence: u64,
    /// Of a delta: the bundle it goes on from.
    pub previous: Option<Uuid>,
    /// When it was begun.
    pub started_at: Timestamp,
    /// By whom.
    pub started_by: String,
    /// After this it is not imported.
    pub expires_at: Timestamp,
    /// The only site that may import it; null: any that trusts this one.
    pub intended: Option<Uuid>,
    /// What is in it.
    pub parts: Vec<String>,
    /// Which files are in it: `none`, `deployed`, `all`.
    pub content: String,
    /// When it was written whole; null: it is under way, or broke off.
    pub ended_at: Option<Timestamp>,
    /// Bytes.
    pub bytes: u64,
    /// Update documents in it.
    pub documents: u64,
    /// Files in it.
    pub files: u64,
}

/// A bundle that was imported, or is being imported.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BundleImport {
    /// The bundle's identity.
    pub id: Uuid,
    /// The key it is signed with.
    pub public_key: String,
    /// The site it comes from.
    pub site: Uuid,
    /// That site's name.
    pub site_name: String,
    /// Its number at that site.
    pub sequence: u64,
    /// Of a delta: the bundle it goes on from.
    pub previous: Option<Uuid>,
    /// When it was exported.
    pub created_at: Timestamp,
    /// When the import was begun, the last time.
    pub started_at: Timestamp,
    /// By whom.
    pub started_by: String,
    /// How far it is: `documents`, `content`, `decisions`, `done`.
    pub step: String,
    /// When everything was applied; null: it is under way, or broke off.
    pub ended_at: Option<Timestamp>,
    /// Update documents in it.
    pub documents: u64,
    /// Files in it.
    pub files: u64,
    /// Its bytes.
    pub bytes: u64,
}

impl From<sluice_site::bundles::BundleExport> for BundleExport {
    fn from(export: sluice_site::bundles::BundleExport) -> Self {
        Self {
            id: export.id,
            sequence: export.sequence,
            previous: export.previous,
            started_at: export.started_at,
            started_by: export.started_by,
            expires_at: export.expires_at,
            intended: export.intended,
            parts: export.parts.split(' ').map(str::to_owned).collect(),
            content: export.content,
            ended_at: export.ended_at,
            bytes: export.bytes,
            documents: export.documents,
            files: export.files,
        }
    }
}

impl From<sluice_site::bundles::BundleImport> for BundleImport {
    fn from(import: sluice_site::bundles::BundleImport) -> Self {
        Self {
            id: import.id,
            public_key: import.signer.to_string(),
            site: import.site,
            site_name: import.site_name,
            sequence: import.sequence,
            previous: import.previous,
            created_at: import.created_at,
            started_at: import.started_at,
            started_by: import.started_by,
            step: import.step,
            ended_at: import.ended_at,
            documents: import.documents,
            files: import.files,
            bytes: import.bytes,
        }
    }
}

/// The last bundles that were exported and imported here.
#[utoipa::path(get, path = "/bundles", tag = "bundles", responses((status = 200, body = BundleHistory)))]
pub(in crate::api) async fn history(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Json<BundleHistory>> {
    let exports = state.site.bundle_exports(&caller).await?.into_iter().map(Into::into).collect();
    let imports = state.site.bundle_imports(&caller).await?.into_iter().map(Into::into).collect();
    Ok(Json(BundleHistory { exports, imports }))
}
