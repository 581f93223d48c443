//! The REST API, version 1: a route table, and its description made from the same code.
//!
//! One file per operation or small noun. JSON in `snake_case`, times in RFC 3339 UTC, words for
//! enumerations ([`words`]), cursor pages ([`page`]). The types here are the API's own; they are
//! also what the command line reads.

pub mod alerts;
pub mod arrivals;
pub mod audit;
pub mod bundles;
pub mod catalog;
pub mod client_policy;
pub mod collections;
pub mod compliance;
pub mod content;
pub mod content_settings;
pub mod deployments;
pub mod devices;
pub mod doctor;
pub mod downstream;
pub mod enrollment_tokens;
pub mod events;
pub mod groups;
pub mod migration;
mod openapi;
pub mod page;
pub mod settings;
pub mod site;
pub mod sites;
pub mod sources;
pub mod store;
pub mod sync;
pub mod tokens;
pub mod updates;
mod upload;
pub mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{any, get};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::{layers, problem};

pub use openapi::openapi;

/// Where the API lives on the administrators' listener.
pub const BASE_PATH: &str = "/api/v1";

/// Largest request body, bytes: a thousand updates for a deployment are 40 kB; a machine's source
/// lists with inline keys fit as well.
pub const MAX_BODY: usize = 1 << 20;

/// The API and its description.
pub fn router() -> Router<AdminState> {
    documented()
        .0
        .route(&format!("{BASE_PATH}/openapi.json"), get(openapi::serve))
        .route("/api/{*rest}", any(problem::no_such_path))
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(layers::api_headers))
}

fn documented() -> (Router<AdminState>, utoipa::openapi::OpenApi) {
    let quick = quick().layer(from_fn(layers::request_time));
    let slow = OpenApiRouter::new()
        .routes(routes!(store::backup))
        .routes(routes!(store::check))
        .layer(from_fn(layers::store_time));
    let uploads = OpenApiRouter::new()
        .routes(routes!(catalog::import::import))
        .routes(routes!(content::upload::upload))
        .routes(routes!(bundles::export::export))
        .routes(routes!(bundles::verify::verify))
        .routes(routes!(bundles::import::import))
        .layer(from_fn(layers::upload_time));
    let all = quick.merge(slow).merge(uploads).fallback(problem::no_such_path);
    OpenApiRouter::with_openapi(openapi::base()).nest(BASE_PATH, all).split_for_parts()
}

/// Everything that is answered within a moment.
fn quick() -> OpenApiRouter<AdminState> {
    OpenApiRouter::new()
        .routes(routes!(site::info))
        .routes(routes!(sites::place::get, sites::place::change))
        .routes(routes!(sites::place::leave))
        .routes(routes!(sites::join::join))
        .routes(routes!(sites::join::check))
        .routes(routes!(sites::list::list))
        .routes(routes!(sites::list::remove))
        .routes(routes!(sites::tokens::list, sites::tokens::create))
        .routes(routes!(sites::tokens::revoke))
        .routes(routes!(settings::windows, settings::change_windows))
        .routes(routes!(downstream::settings::get, downstream::settings::change))
        .routes(routes!(downstream::list::list))
        .routes(routes!(downstream::list::detail, downstream::change::remove))
        .routes(routes!(downstream::change::approve))
        .routes(routes!(content_settings::content, content_settings::change_content))
        .routes(routes!(sources::list::list, sources::write::create))
        .routes(routes!(sources::list::get, sources::write::replace, sources::write::delete))
        .routes(routes!(sources::import::import))
        .routes(routes!(sources::upstream::check))
        .routes(routes!(sync::status::status))
        .routes(routes!(sync::rollup::rollup))
        .routes(routes!(migration::plan::plan))
        .routes(routes!(migration::status::status))
        .routes(routes!(migration::status::start))
        .routes(routes!(migration::report::report))
        .routes(routes!(migration::finish::finish))
        .routes(routes!(sync::runs::history, sync::runs::start))
        .routes(routes!(sync::quarantine::list))
        .routes(routes!(sync::quarantine::retry))
        .routes(routes!(updates::list::list))
        .routes(routes!(updates::detail::detail))
        .routes(routes!(updates::devices::devices))
        .routes(routes!(updates::decline::decline))
        .routes(routes!(updates::decline::undecline))
        .routes(routes!(updates::licences::list))
        .routes(routes!(updates::licences::accept))
        .routes(routes!(updates::selection::categories))
        .routes(routes!(updates::selection::change))
        .routes(routes!(devices::list::list))
        .routes(routes!(devices::detail::detail, devices::detail::remove))
        .routes(routes!(devices::packages::packages))
        .routes(routes!(devices::updates::updates))
        .routes(routes!(devices::explain::explain))
        .routes(routes!(devices::events::events))
        .routes(routes!(client_policy::windows))
        .routes(routes!(arrivals::arrivals))
        .routes(routes!(enrollment_tokens::list, enrollment_tokens::create))
        .routes(routes!(enrollment_tokens::revoke))
        .routes(routes!(collections::list, collections::create))
        .routes(routes!(collections::get, collections::rename, collections::delete))
        .routes(routes!(collections::move_to))
        .routes(routes!(collections::devices, collections::change))
        .routes(routes!(groups::list, groups::create))
        .routes(routes!(groups::get, groups::rename, groups::delete))
        .routes(routes!(groups::updates, groups::change))
        .routes(routes!(deployments::list::list, deployments::create::create))
        .routes(routes!(deployments::detail::get, deployments::change::enable, deployments::change::delete))
        .routes(routes!(deployments::change::cancel))
        .routes(routes!(deployments::detail::updates))
        .routes(routes!(deployments::detail::devices))
        .routes(routes!(compliance::overview))
        .routes(routes!(catalog::status::status))
        .routes(routes!(content::status::status))
        .routes(routes!(content::wanted::wanted))
        .routes(routes!(bundles::history::history))
        .routes(routes!(bundles::key::key))
        .routes(routes!(bundles::signers::list, bundles::signers::add))
        .routes(routes!(bundles::signers::remove))
        .routes(routes!(content::fetch::fetch))
        .routes(routes!(content::verify::verify))
        .routes(routes!(content::collect::collect))
        .routes(routes!(alerts::list))
        .routes(routes!(audit::log))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(doctor::doctor))
        .routes(routes!(events::events))
}
