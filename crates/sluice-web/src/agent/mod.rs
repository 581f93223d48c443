//! The agent protocol (`sluice-wire`): four requests of a device.
//!
//! What a device says are claims: bounded and cleaned here, believed nowhere.

mod authenticated;
mod bounds;
mod check_in;
mod convert;
mod enroll;
mod inventory;
mod report;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::post;
use sluice_site::Site;

use crate::{layers, problem};

/// Largest body of an enrolment or check-in, bytes: a few lines of text.
const SMALL_BODY: usize = 64 << 10;

pub(crate) fn router() -> Router<Arc<Site>> {
    let small = Router::new()
        .route("/enroll", post(enroll::enroll))
        .route("/check-in", post(check_in::check_in))
        .layer(DefaultBodyLimit::max(SMALL_BODY));
    let large = Router::new()
        .route("/inventory", post(inventory::inventory))
        .route("/report", post(report::report))
        .layer(DefaultBodyLimit::max(sluice_wire::MAX_BODY));
    small
        .merge(large)
        .fallback(problem::no_such_path)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(from_fn(layers::request_time))
}
