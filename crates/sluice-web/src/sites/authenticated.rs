//! The site that asks.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sluice_site::sites::below::SiteBelow;
use sluice_site::{Site, SiteError};
use sluice_wire::site::SiteCredential;

use crate::auth::bearer;
use crate::problem::Problem;

/// A site that has shown its credential. Handlers take it first.
pub(super) struct Below(pub(super) SiteBelow);

impl FromRequestParts<Arc<Site>> for Below {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Problem> {
        let bearer = bearer(&parts.headers).ok_or_else(nobody)??;
        let credential = SiteCredential::decode(bearer).ok_or_else(nobody)?;
        Ok(Self(site.authenticate_site(&credential)?))
    }
}

fn nobody() -> Problem {
    SiteError::unauthenticated("the request carries no site credential", "Join again: `sluice site join`.").into()
}
