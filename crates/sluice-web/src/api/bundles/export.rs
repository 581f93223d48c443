//! `POST /bundles/exports`.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sluice_site::bundles::{ContentChoice, ExportRequest, Part};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::ApiJson;
use crate::problem::{Problem, WebResult, echo};

/// The bundle's number, in the answer to an export.
pub const SEQUENCE_HEADER: HeaderName = HeaderName::from_static("x-bundle-sequence");
/// The bundle's identity, in the answer to an export.
pub const ID_HEADER: HeaderName = HeaderName::from_static("x-bundle-id");
/// How many files belong into the bundle and are not at the site.
pub const MISSING_HEADER: HeaderName = HeaderName::from_static("x-bundle-missing-files");

/// How long a bundle may be imported unless something else is said: time to carry it around the
/// world, and no longer than updates are news.
pub const DEFAULT_EXPIRES: u64 = 30 * 24 * 3600;

/// What is to be exported.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleRequest {
    /// Only what changed since this export: its identity, its number, or `last`. Everything when
    /// absent.
    #[serde(default)]
    #[schema(example = "last")]
    pub since: Option<String>,
    /// Which files: `none`, `deployed` (when absent), `all`.
    #[serde(default)]
    #[schema(example = "deployed")]
    pub content: Option<String>,
    /// What: some of `documents`, `content`, `collections`, `groups`, `deployments`, `declined`,
    /// `licences`, `selection`, `settings`. All when absent.
    #[serde(default)]
    pub parts: Option<Vec<String>>,
    /// Seconds after which it is not imported any more; 30 days when absent.
    #[serde(default)]
    pub expires_seconds: Option<u64>,
    /// The only site that may import it; any that trusts this one when absent.
    #[serde(default)]
    pub site: Option<Uuid>,
}

impl BundleRequest {
    fn request(self) -> WebResult<ExportRequest> {
        let choice = |slug: &String| {
            ContentChoice::from_slug(slug).ok_or_else(|| {
                let message = format!("`{}` is no choice of files", echo(slug));
                Problem::invalid("content", message, "Say `none`, `deployed` or `all`.")
            })
        };
        let parts = self.parts.as_ref().map(|parts| super::parts(parts.iter().map(String::as_str))).transpose()?;
        let seconds = self.expires_seconds.unwrap_or(DEFAULT_EXPIRES);
        Ok(ExportRequest {
            content: self.content.as_ref().map(choice).transpose()?.unwrap_or_default(),
            since: self.since,
            parts: parts.unwrap_or_else(|| Part::ALL.to_vec()),
            expires_in: SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)),
            intended: self.site,
        })
    }
}

/// Export a bundle.
///
/// The answer is the bundle itself, as it is written. One that is broken off is not whole, and every
/// site refuses it.
#[utoipa::path(post, path = "/bundles/exports", tag = "bundles", request_body = BundleRequest,
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")))]
pub(in crate::api) async fn export(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<BundleRequest>,
) -> WebResult<Response> {
    let exported = state.site.export_bundle(&caller, request.request()?).await?;
    let (id, sequence) = (exported.export.id, exported.export.sequence);
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"bundle-{sequence}.sluice\"")),
        (ID_HEADER, id.to_string()),
        (SEQUENCE_HEADER, sequence.to_string()),
        (MISSING_HEADER, exported.missing.to_string()),
    ];
    let pieces = stream::unfold(exported.body, |mut body| async move { Some((body.recv().await?, body)) });
    Ok((headers, Body::from_stream(pieces)).into_response())
}
