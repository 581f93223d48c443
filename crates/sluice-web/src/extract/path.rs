//! Identifiers in paths.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use uuid::Uuid;

use crate::problem::{Problem, echo};

/// The identifier in a path with one.
#[derive(Clone, Copy, Debug)]
pub struct ApiId(pub Uuid);

/// The identifiers in a path with two.
#[derive(Clone, Copy, Debug)]
pub struct ApiIds(pub Uuid, pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for ApiId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match identifiers(parts, state).await?.as_slice() {
            [id] => Ok(Self(*id)),
            _ => Err(Problem::internal()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ApiIds {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match identifiers(parts, state).await?.as_slice() {
            [first, second] => Ok(Self(*first, *second)),
            _ => Err(Problem::internal()),
        }
    }
}

async fn identifiers<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Vec<Uuid>, Problem> {
    let params = RawPathParams::from_request_parts(parts, state)
        .await
        .map_err(|_| Problem::malformed("the path is not UTF-8 text", "Use the identifiers that lists give."))?;
    params.iter().map(|(name, text)| Uuid::try_parse(text).map_err(|_| refuse(name, text))).collect()
}

fn refuse(name: &str, text: &str) -> Problem {
    Problem::invalid(name, format!("`{}` is not an identifier", echo(text)), "Use an `id` that a list gives.")
}
