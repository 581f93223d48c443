//! The devices' listeners: with TLS for all they ask, and without it for content.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use sluice_site::Site;

use crate::server::{Cutoff, Direct, Served};
use crate::soap::{self, Exposure};
use crate::{agent, content, layers, problem, sites};

/// Everything the devices' TLS listener serves.
pub fn client_router(site: Arc<Site>) -> Router {
    Router::new()
        .nest(sluice_wire::BASE_PATH, agent::router())
        .nest(sluice_wire::site::BASE_PATH, sites::router())
        .fallback(|site, request| windows(site, Exposure::Tls, request))
        .with_state(site)
        .layer(from_fn(layers::plain_headers))
        .layer(layers::catch_panic())
}

/// The same for a listener, with the shorter way for agents of Windows.
pub fn client_service(site: Arc<Site>) -> Served {
    let direct = Direct { site: Arc::clone(&site), exposure: Exposure::Tls };
    Served::directly(client_router(site), direct)
}

/// Everything the plain HTTP listener serves: content, and metadata when the settings allow it.
pub fn plain_router(site: Arc<Site>) -> Router {
    Router::new()
        .fallback(|site, request| windows(site, Exposure::Plain, request))
        .with_state(site)
        .layer(from_fn(layers::plain_headers))
        .layer(layers::catch_panic())
}

/// The same for a listener, with the shorter way for agents of Windows.
pub fn plain_service(site: Arc<Site>) -> Served {
    let direct = Direct { site: Arc::clone(&site), exposure: Exposure::Plain };
    Served::directly(plain_router(site), direct)
}

/// What Windows devices ask for. They write paths in any case, so no route can name them.
async fn windows(State(site): State<Arc<Site>>, exposure: Exposure, request: Request) -> Response {
    let path = request.uri().path();
    if let Some(service) = soap::Service::at(path) {
        return soap::serve(site, exposure, service, request).await;
    }
    if let Some(rest) = content::is_content(path) {
        let (rest, method) = (rest.to_owned(), request.method().clone());
        let cutoff = request.extensions().get::<Cutoff>();
        return content::serve(site, &method, request.headers(), &rest, cutoff).await;
    }
    if content::is_self_update(path) {
        return content::no_self_update();
    }
    problem::no_such_path(request.uri().clone()).await.into_response()
}
