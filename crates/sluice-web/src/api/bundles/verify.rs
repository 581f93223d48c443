//! `POST /bundles/verify`.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_site::bundles::{BundleCounts, BundleHeader, Part};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::api::upload;
use crate::auth::Authenticated;
use crate::problem::WebResult;

/// A bundle that is whole and what its signer wrote.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Bundle {
    /// Its identity.
    pub id: Uuid,
    /// Its number at the site it comes from.
    pub sequence: u64,
    /// Of a delta: the bundle it goes on from.
    pub previous: Option<Uuid>,
    /// The site it comes from.
    pub site: Uuid,
    /// That site's name.
    pub site_name: String,
    /// The key it is signed with, hexadecimal.
    pub public_key: String,
    /// What that key is called.
    pub signer: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// After this it is not imported.
    pub expires_at: Timestamp,
    /// The only site that may import it; null: any that trusts the signer.
    pub intended: Option<Uuid>,
    /// What is in it.
    pub parts: Vec<String>,
    /// Which files are in it: `none`, `deployed`, `all`.
    pub content: String,
    /// Update documents in it.
    pub documents: u64,
    /// Files in it.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Collections in it.
    pub collections: u64,
    /// Update groups in it.
    pub groups: u64,
    /// Deployments in it.
    pub deployments: u64,
    /// Its bytes.
    pub bytes: u64,
    /// Why it may not be imported here and now; null: it may, or it was.
    pub refused: Option<String>,
    /// What to do about that.
    pub fix: Option<String>,
}

impl Bundle {
    /// From what was read of one.
    #[must_use]
    pub fn new(header: BundleHeader, counts: BundleCounts, public_key: String, signer: String, bytes: u64) -> Self {
        Self {
            id: header.bundle,
            sequence: header.sequence,
            previous: header.previous,
            site: header.site,
            site_name: header.site_name,
            public_key,
            signer,
            created_at: header.created,
            expires_at: header.expires,
            intended: header.intended,
            parts: header.parts.into_iter().map(Part::slug).map(str::to_owned).collect(),
            content: header.content.slug().to_owned(),
            documents: counts.documents,
            files: counts.files,
            file_bytes: counts.file_bytes,
            collections: counts.collections,
            groups: counts.groups,
            deployments: counts.deployments,
            bytes,
            refused: None,
            fix: None,
        }
    }
}

impl From<sluice_site::bundles::BundleReport> for Bundle {
    fn from(report: sluice_site::bundles::BundleReport) -> Self {
        let (refused, fix) = report.refused.unzip();
        let key = report.signer.to_string();
        Self { refused, fix, ..Self::new(report.header, report.counts, key, report.signer_name, report.size) }
    }
}

/// Read a bundle to its end and say what it is, without importing it.
#[utoipa::path(post, path = "/bundles/verify", tag = "bundles",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = Bundle)))]
pub(in crate::api) async fn verify(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    body: Body,
) -> WebResult<Json<Bundle>> {
    Ok(Json(state.site.verify_bundle(&caller, upload::stream(body)).await?.into()))
}
