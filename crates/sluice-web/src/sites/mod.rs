//! The protocol between sites (`sluice_wire::site`), on the client listener.
//!
//! What a site says are claims: bounded and cleaned here.

mod authenticated;
mod bounds;
mod hello;
mod join;
mod leave;
mod news;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::post;
use sluice_site::Site;

use crate::{layers, problem};

/// Largest body but of a report, bytes: a few lines of text.
const SMALL_BODY: usize = 16 << 10;

pub(crate) fn router() -> Router<Arc<Site>> {
    let small = Router::new()
        .route("/join", post(join::join))
        .route("/news", post(news::news))
        .route("/leave", post(leave::leave))
        .layer(DefaultBodyLimit::max(SMALL_BODY));
    let large =
        Router::new().route("/hello", post(hello::hello)).layer(DefaultBodyLimit::max(sluice_wire::site::MAX_BODY));
    small
        .merge(large)
        .fallback(problem::no_such_path)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(from_fn(layers::request_time))
}
