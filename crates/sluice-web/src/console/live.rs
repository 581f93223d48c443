//! `GET /events`: names of what happens, for the regions of a page that refresh themselves.

use std::convert::Infallible;
use std::sync::Arc;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use sluice_site::{Permission, SiteEvent};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_util::sync::CancellationToken;

use super::refusal::Refusal;
use super::visit::Visit;

/// Tells a page what happens, by name only: the page asks for itself again.
pub async fn events(visit: Visit) -> Result<Response, Refusal> {
    visit.caller.require(Permission::Read)?;
    let events = Arc::clone(&visit.site).events();
    let shutdown = visit.options.shutdown;
    Ok(Sse::new(unfold((events, shutdown), next)).keep_alive(KeepAlive::default()).into_response())
}

type Listening = (Receiver<SiteEvent>, CancellationToken);

/// The next event; none when the process ends.
async fn next((mut events, shutdown): Listening) -> Option<(Result<Event, Infallible>, Listening)> {
    let name = tokio::select! {
        () = shutdown.cancelled() => return None,
        received = events.recv() => match received {
            Ok(event) => event.name(),
            Err(RecvError::Lagged(_)) => "missed",
            Err(RecvError::Closed) => return None,
        },
    };
    // With data: browsers pass over an event that has none.
    Some((Ok(Event::default().event(name).data(name)), (events, shutdown)))
}
