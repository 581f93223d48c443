//! The console: HTML for people, made at the server.
//!
//! [`page`] has one file per page: it asks the site's use cases and fills a [`view`], which a
//! template prints with the texts of [`text`] and the pieces of [`component`]. Pages work without
//! a script; `static/sluice.js` adds live refresh, selection of many, asking first and copying.
//!
//! Security: every page but the ones before a session takes a [`visit::Visit`], which only a
//! session gives; everything that changes something takes a [`form::Posted`], which checks the
//! session's anti-forgery token. Templates escape everything; no code or style stands inline, as
//! the content security policy demands.

mod address;
mod assets;
mod component;
mod cookie;
mod export;
mod form;
mod id;
mod live;
mod origin;
mod page;
mod query;
mod refusal;
mod reply;
mod rows;
mod say;
mod text;
mod view;
mod visit;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get, post};

use crate::admin::AdminState;
use crate::layers;

/// Largest form, bytes: a thousand selected updates are 50 kB; pasted source lists fit as well.
const MAX_FORM: usize = 256 * 1024;

/// The console, at the root of the administrators' listener; it answers every path that nothing
/// else does.
pub fn router() -> Router<AdminState> {
    let open = open_routes().into_iter().fold(Router::new(), |router, (path, to)| router.route(path, to));
    let all = routes().into_iter().fold(open, |router, (path, to)| router.route(path, to));
    all.layer(from_fn(layers::request_time))
        .route("/events", get(live::events))
        .method_not_allowed_fallback(refusal::no_such_method)
        .fallback(refusal::no_such_page)
        .layer(DefaultBodyLimit::max(MAX_FORM))
}

/// What answers before anybody is signed in.
fn open_routes() -> Vec<(&'static str, MethodRouter<AdminState>)> {
    vec![
        ("/sign-in", get(page::sign_in::show).post(page::sign_in::sign_in)),
        ("/setup", get(page::setup::show).post(page::setup::create)),
        ("/static/{file}", get(assets::serve)),
    ]
}

/// What takes a session.
fn routes() -> Vec<(&'static str, MethodRouter<AdminState>)> {
    use page::*;
    vec![
        ("/", get(overview::show)),
        ("/sign-out", post(sign_in::sign_out)),
        ("/updates", get(updates::show)),
        ("/updates/{id}", get(update::show)),
        ("/updates/{id}/licences", post(update::accept_licences)),
        ("/updates/{id}/decline", post(update::decline)),
        ("/updates/{id}/undecline", post(update::undecline)),
        ("/devices", get(devices::show)),
        ("/devices/enroll", get(enroll::show).post(enroll::create)),
        ("/devices/enroll/windows", get(windows_enroll::show)),
        ("/devices/enroll/{id}/revoke", post(enroll::revoke)),
        ("/devices/{id}", get(device::show)),
        ("/devices/{id}/remove", post(device::remove)),
        ("/deployments", get(deployments::show).post(deployment_new::create)),
        ("/deployments/new", get(deployment_new::show).post(deployment_new::show_posted)),
        ("/deployments/{id}", get(deployment::show)),
        ("/deployments/{id}/enable", post(deployment::enable)),
        ("/deployments/{id}/disable", post(deployment::disable)),
        ("/deployments/{id}/cancel", post(deployment::cancel)),
        ("/deployments/{id}/delete", post(deployment::delete)),
        ("/sync", get(sync::show)),
        ("/sync/run", post(sync::run)),
        ("/sync/runs", get(sync_runs::show)),
        ("/sync/downstream", get(downstream::show).post(downstream::change)),
        ("/sync/downstream/{id}/approve", post(downstream::approve)),
        ("/sync/downstream/{id}/remove", post(downstream::remove)),
        ("/sync/sites", get(sites::show)),
        ("/sync/sites/token", post(sites::token)),
        ("/sync/sites/join", post(sites::join)),
        ("/sync/sites/leave", post(sites::leave)),
        ("/sync/sites/type", post(sites::change_type)),
        ("/sync/sites/{id}/remove", post(sites::remove)),
        ("/sync/quarantine", get(quarantine::show)),
        ("/sync/quarantine/{id}/retry", post(quarantine::retry)),
        ("/sync/bundles", get(bundles::show)),
        ("/sync/bundles/export", post(bundles::export)),
        ("/sync/bundles/trust", post(bundles::trust)),
        ("/sync/bundles/distrust", post(bundles::distrust)),
        ("/sync/content", get(content::show).post(content::change)),
        ("/sync/content/retry", post(content::retry)),
        ("/sync/content/verify", post(content::verify)),
        ("/sync/content/collect", post(content::collect)),
        ("/sync/take-over", get(take_over::show).post(take_over::define)),
        ("/sync/take-over/compare", post(take_over::compare)),
        ("/sync/take-over/finish", post(take_over::finish)),
        ("/sync/sources", post(source_add::add)),
        ("/sync/sources/new", get(source_add::show)),
        ("/selection", get(selection::show).post(selection::save)),
        ("/selection/preview", post(selection::preview)),
        ("/selection/acknowledge", post(selection::acknowledge)),
        ("/sync/servers", post(server_edit::save)),
        ("/sync/servers/new", get(server_edit::new)),
        ("/sync/servers/{id}", get(server_edit::show)),
        ("/groups", get(groups::show).post(groups::create)),
        ("/groups/add", post(groups::add_updates)),
        ("/groups/{id}", get(group::show)),
        ("/groups/{id}/remove", post(group::remove)),
        ("/groups/{id}/rename", post(group::rename)),
        ("/groups/{id}/delete", post(group::delete)),
        ("/collections", get(collections::show).post(collections::create)),
        ("/collections/{id}", get(collection::show)),
        ("/collections/{id}/add", post(collection::add)),
        ("/collections/{id}/remove", post(collection::remove)),
        ("/collections/{id}/rename", post(collection::rename)),
        ("/collections/{id}/parent", post(collection::move_to)),
        ("/collections/{id}/delete", post(collection::delete)),
    ]
}
