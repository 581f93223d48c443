//! `POST enroll`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sluice_model::Name;
use sluice_site::{Site, SiteError};
use sluice_wire::{EnrollRequest, EnrollResponse, EnrollmentToken};

use super::bounds::word;
use crate::extract::ApiJson;
use crate::problem::{Problem, WebResult};

/// Makes the holder of an enrolment token a device of the site.
pub(super) async fn enroll(
    State(site): State<Arc<Site>>,
    ApiJson(request): ApiJson<EnrollRequest>,
) -> WebResult<Json<EnrollResponse>> {
    let token = EnrollmentToken::decode(&request.token).map_err(|error| {
        SiteError::unauthenticated(error.to_string(), "`sluice token enroll` makes an enrolment token.")
    })?;
    let name = Name::new(&request.hostname)
        .map_err(|error| Problem::invalid("hostname", error.to_string(), "Give the device a host name."))?;
    let enrolled = site.enroll(&token, name.as_str(), &word("agent_version", request.agent_version)?).await?;
    Ok(Json(EnrollResponse {
        device_id: enrolled.device.0,
        credential: enrolled.credential.encode(),
        policy_key: BASE64_STANDARD.encode(enrolled.policy_key),
        site: enrolled.site,
    }))
}
