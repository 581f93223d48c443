//! What goes wrong on the way, what is tried again, and what is said of it.

use sluice_wsus::soap::ErrorCode;

use super::http::Reply;
use super::server::fault;
use super::world::World;
use crate::sources::UpstreamSource;
use crate::sync::SyncOutcome;

#[tokio::test(flavor = "multi_thread")]
async fn passing_failures_are_tried_again() {
    // One request at a time, so that none meets the failures of others.
    let world = World::with(UpstreamSource { parallel: 1, ..UpstreamSource::default() }).await;
    world.add_updates(100..350);
    let mut seen = 0;
    world.upstream.hook(move |_, _| {
        seen += 1;
        match seen % 4 {
            1 => Some(Reply::status(503)),
            2 => Some(fault(ErrorCode::ServerBusy, "")),
            3 => Some(Reply { cut: Some(0), ..Reply::status(200) }),
            _ => None,
        }
    });
    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new, run.error), (SyncOutcome::Changed, 252, None));
}

/// A failure raises the alert of the source with what to do; the next success clears it.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told() {
    let world = World::new().await;
    world.upstream.hook(|_, _| Some(Reply::status(401)));
    let run = world.delta().await;
    assert_eq!(run.outcome, SyncOutcome::Failed);
    assert_eq!(run.error, Some(format!("{} answered with status 401", world.upstream.url)));
    let alerts = world.base.site.alerts(&world.base.admin, true).await.unwrap();
    assert!(alerts.iter().any(|alert| alert.message.contains("allow anonymous access")), "{alerts:?}");
    world.upstream.mend();
    world.delta().await;
    let alerts = world.base.site.alerts(&world.base.admin, true).await.unwrap();
    assert!(alerts.is_empty(), "{alerts:?}");
}
