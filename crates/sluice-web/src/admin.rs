//! The administrators' listener: REST API and console.

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn;
use sluice_site::Site;
use tokio_util::sync::CancellationToken;

use crate::{api, console, layers, metrics};

/// How the administrators' listener behaves.
#[derive(Clone, Debug, Default)]
pub struct AdminOptions {
    /// Session cookies get the `Secure` attribute: the listener speaks TLS, or a proxy in front of
    /// it does.
    pub secure_cookies: bool,
    /// Where devices reach the site, as `https://updates.example.org:8531`; `None`: not known, the
    /// console then names this machine as its visitor does.
    pub clients_url: Option<String>,
    /// Cancelled when the process ends, so that event streams end with it; the token that
    /// [`crate::serve`] is given.
    pub shutdown: CancellationToken,
}

/// What the handlers of the administrators' listener share.
#[derive(Clone)]
pub struct AdminState {
    /// The site.
    pub site: Arc<Site>,
    /// Options of the listener.
    pub options: AdminOptions,
}

impl FromRef<AdminState> for Arc<Site> {
    fn from_ref(state: &AdminState) -> Self {
        Arc::clone(&state.site)
    }
}

/// Everything an administrator's listener serves.
pub fn admin_router(site: Arc<Site>, options: AdminOptions) -> Router {
    Router::new()
        .merge(api::router())
        .merge(console::router())
        .merge(metrics::router())
        .with_state(AdminState { site, options })
        .layer(from_fn(layers::console_headers))
        .layer(layers::catch_panic())
}
