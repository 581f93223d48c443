//! Runs that somebody waits for.

use std::sync::Arc;
use std::time::Duration;

use sluice_model::{SourceId, SyncExtent, SyncTrigger};
use tokio::sync::broadcast::Receiver;

use super::{SyncRun, engine};
use crate::events::SiteEvent;
use crate::site::Site;

/// How often it is looked in any case: an event that was missed costs this much.
const LOOK: Duration = Duration::from_secs(1);

/// Synchronizes with the site above, after the run that is under way, if one is; the run. `None` when it could not be
/// recorded.
pub(crate) async fn run_with_parent(site: &Arc<Site>, source: SourceId) -> Option<SyncRun> {
    let mut events = site.events();
    while !engine::start(site, source, SyncExtent::Delta, SyncTrigger::Parent) {
        moved(&mut events).await;
    }
    end(site, source, &mut events).await;
    site.sync.last_run(source)
}

/// Waits for the end of the run that is under way, if one is.
pub(crate) async fn ended(site: &Site, source: SourceId) {
    end(site, source, &mut site.events()).await;
}

async fn end(site: &Site, source: SourceId, events: &mut Receiver<SiteEvent>) {
    while site.sync.running(source).is_some() {
        moved(events).await;
    }
}

/// Something happened, or it is time to look again.
async fn moved(events: &mut Receiver<SiteEvent>) {
    // Missed events and a quiet site both mean: look.
    let _something = tokio::time::timeout(LOOK, events.recv()).await;
}
