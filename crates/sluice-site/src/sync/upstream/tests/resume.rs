//! A run that ends anywhere, by failure or by the end of the program, is continued to the same catalog.

use std::sync::Arc;

use sluice_model::SyncExtent;
use tokio::sync::Notify;

use super::http::Reply;
use super::world::{PRODUCT, World, bundle, part, update};
use crate::sync::SyncOutcome;
use crate::windows::import::tests::world::{revision, software};
use crate::windows::import::{Ingest, read_document};

/// More than one batch, and a bundle whose parts no list names.
async fn world() -> World {
    let world = World::new().await;
    world.add_updates(100..340);
    world.upstream.add(update(500, &bundle(500, &[revision(501, 1), revision(502, 1)])));
    world.upstream.add(part(501, &bundle(501, &[revision(503, 1)])));
    world.upstream.add(part(502, &software(502, 1, "part", &[PRODUCT])));
    world.upstream.add(part(503, &software(503, 1, "inner part", &[PRODUCT])));
    world
}

async fn whole() -> (Vec<String>, usize) {
    let world = world().await;
    assert_eq!(world.delta().await.outcome, SyncOutcome::Changed);
    (world.base.titles(), world.upstream.operations().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_at_every_request() {
    let (titles, requests) = whole().await;
    assert!(requests >= 11, "{requests}");
    for nth in 0..requests {
        let world = world().await;
        let mut seen = 0;
        world.upstream.hook(move |_, _| {
            seen += 1;
            (seen > nth).then(|| Reply { cut: Some(5), ..Reply::status(200) })
        });
        let run = world.delta().await;
        assert_eq!(run.outcome, SyncOutcome::Failed, "at request {nth}");
        assert!(run.error.as_ref().unwrap().ends_with("the connection broke off"), "{:?}", run.error);
        world.upstream.mend();
        let run = world.delta().await;
        assert_eq!((run.outcome, run.error), (SyncOutcome::Changed, None), "after request {nth}");
        assert_eq!(world.base.titles(), titles, "cut off at request {nth}");
        assert_eq!(world.base.quarantine().await, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_at_every_request() {
    let (titles, requests) = whole().await;
    for nth in 0..requests {
        let mut world = world().await;
        let (mut seen, reached) = (0, Arc::new(Notify::new()));
        let there = Arc::clone(&reached);
        world.upstream.hook(move |_, _| {
            seen += 1;
            if seen <= nth {
                return None;
            }
            there.notify_one();
            // Never answered in time: the site is stopped before.
            Some(Reply::status(503))
        });
        *world.base.site.upstreams.pace.lock().unwrap() =
            crate::sync::upstream::connection::Pace(std::time::Duration::from_secs(3600));
        world.start(SyncExtent::Delta);
        reached.notified().await;
        world.restart().await;
        world.upstream.mend();
        let run = world.delta().await;
        assert_eq!((run.outcome, run.error), (SyncOutcome::Changed, None), "after request {nth}");
        assert_eq!(world.base.titles(), titles, "stopped at request {nth}");
    }
}

/// As after a commit that failed, or whose answer was lost: everything is in the store, and nothing is served.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_and_not_served_is_served_and_not_fetched_again() {
    let world = World::new().await;
    world.add_updates(100..1100);
    let site = &world.base.site;
    let mut ingest = Ingest::new(site, world.source).await.unwrap();
    let mut stored = false;
    for number in 100..1100 {
        let text = software(number, 1, &format!("update {number}"), &[PRODUCT]);
        stored = ingest.take(read_document(&site.catalog(), "x".into(), text.as_bytes())).await.unwrap();
    }
    drop(ingest);
    assert!(stored && world.base.titles().is_empty());

    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new), (SyncOutcome::Changed, 2));
    assert_eq!(world.base.titles().len(), 1002);
    assert_eq!(world.upstream.taken().iter().map(|asked| asked.revisions.len()).sum::<usize>(), 2);
    assert_eq!(site.sync.unpublished.beside(|| ()).1, None);
}
