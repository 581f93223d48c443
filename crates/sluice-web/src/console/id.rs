//! The identifier in a page's path.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use uuid::Uuid;

use super::refusal::Refusal;

/// An identifier; anything else is a page that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct Id(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Refusal::no_such_page())?;
        let id = params.iter().find(|(name, _)| *name == "id").and_then(|(_, text)| Uuid::try_parse(text).ok());
        id.map(Self).ok_or_else(Refusal::no_such_page)
    }
}
