//! Defining, changing and deleting sources.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sluice_model::SourceId;
use sluice_site::sources::{SourceConfig, SourceSpec};
use utoipa::ToSchema;

use super::list::{AptSource, Source};
use super::schedule::Schedule;
use super::upstream::UpstreamSource;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::extract::{ApiId, ApiJson};
use crate::problem::{Problem, WebResult};

/// A source as an administrator defines it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceRequest {
    /// Unique name.
    pub name: String,
    /// The upstream: a Debian archive. Either this or `upstream` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apt: Option<AptSource>,
    /// The upstream: Microsoft Update, a WSUS or another Sluice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<UpstreamSource>,
    /// When it is synchronized.
    pub schedule: Schedule,
    /// Whether the schedule is in force.
    pub enabled: bool,
}

impl SourceRequest {
    fn spec(self) -> Result<SourceSpec, Problem> {
        let config = match (self.apt, self.upstream) {
            (Some(apt), None) => SourceConfig::Apt(apt.into()),
            (None, Some(upstream)) => SourceConfig::Upstream(Box::new(upstream.into())),
            (None, None) | (Some(_), Some(_)) => {
                let fix =
                    "Give `apt` for a Debian archive or `upstream` for a WSUS, Microsoft Update or another Sluice.";
                return Err(Problem::invalid("apt", "a source has exactly one upstream", fix));
            }
        };
        Ok(SourceSpec { name: self.name, config, schedule: self.schedule.model()?, enabled: self.enabled })
    }
}

/// Define a source.
#[utoipa::path(post, path = "/sources", tag = "sources", request_body = SourceRequest, responses((status = 201, body = Source)))]
pub(in crate::api) async fn create(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiJson(request): ApiJson<SourceRequest>,
) -> WebResult<(StatusCode, Json<Source>)> {
    let source = state.site.create_source(&caller, request.spec()?).await?;
    Ok((StatusCode::CREATED, Json(source.into())))
}

/// Change a source; the whole of it is given.
#[utoipa::path(put, path = "/sources/{id}", tag = "sources", params(("id" = Uuid, Path, description = "The source")), request_body = SourceRequest, responses((status = 200, body = Source)))]
pub(in crate::api) async fn replace(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
    ApiJson(request): ApiJson<SourceRequest>,
) -> WebResult<Json<Source>> {
    Ok(Json(state.site.update_source(&caller, SourceId(id), request.spec()?).await?.into()))
}

/// Delete a source; updates that no other source offers expire.
#[utoipa::path(delete, path = "/sources/{id}", tag = "sources", params(("id" = Uuid, Path, description = "The source")), responses((status = 204)))]
pub(in crate::api) async fn delete(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<StatusCode> {
    state.site.delete_source(&caller, SourceId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
