//! The device that asks.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sluice_site::agents::AuthenticatedDevice;
use sluice_site::{Site, SiteError};
use sluice_wire::DeviceCredential;

use crate::auth::bearer;
use crate::problem::Problem;

/// A device that has shown its credential. Handlers take it first.
pub(super) struct Device(pub(super) AuthenticatedDevice);

impl FromRequestParts<Arc<Site>> for Device {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Problem> {
        let bearer = bearer(&parts.headers).ok_or_else(nobody)??;
        let credential = DeviceCredential::decode(bearer).ok_or_else(nobody)?;
        Ok(Self(site.authenticate_device(&credential)?))
    }
}

fn nobody() -> Problem {
    SiteError::unauthenticated(
        "the request carries no device credential",
        "Enrol the device again: `sluice agent enroll`.",
    )
    .into()
}
