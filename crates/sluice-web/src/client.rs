//! The devices' listener: the agent protocol.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use sluice_site::Site;

use crate::{agent, layers, problem};

/// Everything the devices' listener serves.
pub fn client_router(site: Arc<Site>) -> Router {
    Router::new()
        .nest(sluice_wire::BASE_PATH, agent::router())
        .fallback(problem::no_such_path)
        .with_state(site)
        .layer(from_fn(layers::plain_headers))
        .layer(layers::catch_panic())
}
