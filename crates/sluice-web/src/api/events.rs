//! `GET /events`: what happens, as it happens (server-sent events).

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde_json::{Value, json};
use sluice_model::SourceId;
use sluice_site::{Caller, Permission, SiteEvent};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::sync::status::SyncStatus;
use crate::admin::AdminState;
use crate::auth::Authenticated;
use crate::problem::WebResult;

struct Subscription {
    state: AdminState,
    caller: Caller,
    events: Receiver<SiteEvent>,
}

/// What happens at the site, as it happens.
///
/// Events: `sync` (data: the source's synchronization status), `catalog` (`version`), `device`
/// (`device`), `deployment` (`deployment`), `alerts`, and `lagged` (`missed`) when the reader was
/// too slow: then read everything again. Losing an event loses nothing that cannot be read again.
#[utoipa::path(get, path = "/events", tag = "events", responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(super) async fn events(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
) -> WebResult<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    caller.require(Permission::Read)?;
    let events = state.site.events();
    let stream = unfold(Subscription { state, caller, events }, next);
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// The next event; none when the process ends.
async fn next(mut subscription: Subscription) -> Option<(Result<Event, Infallible>, Subscription)> {
    let shutdown = subscription.state.options.shutdown.clone();
    let received = tokio::select! {
        () = shutdown.cancelled() => return None,
        received = subscription.events.recv() => received,
    };
    let (name, data) = match received {
        Ok(event) => (event.name(), subscription.data(event).await),
        Err(RecvError::Lagged(missed)) => ("lagged", json!({ "missed": missed })),
        Err(RecvError::Closed) => return None,
    };
    Some((Ok(Event::default().event(name).data(data.to_string())), subscription))
}

impl Subscription {
    async fn data(&self, event: SiteEvent) -> Value {
        match event {
            SiteEvent::Sync(source) => self.sync(source).await,
            SiteEvent::Catalog { version } => json!({ "version": version }),
            SiteEvent::Device(device) => json!({ "device": device.0 }),
            SiteEvent::Deployment(deployment) => json!({ "deployment": deployment.0 }),
            SiteEvent::Devices | SiteEvent::Alerts | SiteEvent::Content | SiteEvent::Sites => json!({}),
        }
    }

    /// The source's status; null when it is gone or cannot be read now.
    async fn sync(&self, source: SourceId) -> Value {
        let site = &self.state.site;
        let all = site.sync_status(&self.caller).await.unwrap_or_default();
        let status = all.into_iter().find(|status| status.source.id == source);
        serde_json::to_value(status.map(|status| SyncStatus::at(status, site.now()))).unwrap_or_default()
    }
}
