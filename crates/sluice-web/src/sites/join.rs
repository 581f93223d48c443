//! `POST join`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use sluice_model::{ServerId, SiteId};
use sluice_site::sites::accept::Applicant;
use sluice_site::{Site, SiteError};
use sluice_wire::site::{JoinRequest, JoinResponse, SiteIdentity, SiteToken};

use super::bounds;
use crate::extract::ApiJson;
use crate::problem::WebResult;

/// Makes the holder of a site token a site below this one, or says what stands against it.
pub(super) async fn join(
    State(site): State<Arc<Site>>,
    ApiJson(request): ApiJson<JoinRequest>,
) -> WebResult<Json<JoinResponse>> {
    let token = SiteToken::decode(&request.token)
        .map_err(|error| SiteError::unauthenticated(error.to_string(), "`sluice site token` makes a site token."))?;
    let applicant = Applicant {
        id: SiteId(request.site.id),
        server: ServerId(request.server),
        name: bounds::name(&request.site.name)?,
        version: bounds::version(request.site.version)?,
        site_type: request.site_type.as_deref().map(bounds::site_type).transpose()?,
        mode: bounds::mode(&request.mode)?,
        has_sites_below: request.has_sites_below,
        time: bounds::moment("time", request.time)?,
        only_check: request.only_check,
    };
    let answer = site.accept_site(&token, applicant).await?;
    Ok(Json(JoinResponse {
        site: SiteIdentity { id: answer.id.0, name: answer.name, version: env!("CARGO_PKG_VERSION").to_owned() },
        parent_type: answer.parent_type.slug().to_owned(),
        site_type: answer.site_type.map(|site_type| site_type.slug().to_owned()),
        problems: answer.problems.iter().map(|problem| problem.slug().to_owned()).collect(),
        credential: answer.credential.map(|credential| credential.encode()),
        time: site.now().as_second(),
    }))
}
