//! Revisions that are wrong: each is refused by itself with its reason, everything else arrives, and it is taken in when
//! the upstream is mended.

use sluice_wsus::soap::ErrorCode;

use super::server::{Entry, fault};
use super::world::{PRODUCT, World, bundle, update, update_at};
use crate::sync::SyncOutcome;
use crate::windows::import::tests::world::{document, revision, software, update_id};

fn item(number: u128) -> String {
    format!("update {} revision 1", update_id(number))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_refused_by_itself() {
    let world = World::new().await;
    world.add_updates(100..150);
    let add = |number, text: &str| world.upstream.add(update(number, text));
    add(900, "<upd:Update");
    add(901, "");
    add(902, &software(903, 1, "of another one", &[]));
    add(904, &document(904, 1, "type", "UpdateType=\"Virus\"", ""));
    // The same twice, with other contents: the first counts.
    add(905, &software(905, 1, "twice", &[PRODUCT]));
    add(905, &software(905, 1, "twice, and another", &[PRODUCT]));
    // These are strange, and no poison.
    add(910, &document(910, 1, "unknown", "", "<upd:Unheard><a xmlns=\"b\"/></upd:Unheard>"));
    add(911, &software(911, 1, "a circle", &[912]));
    add(912, &software(912, 1, "the rest of it", &[911]));
    add(913, &bundle(913, &[revision(914, 1)]));
    let run = world.delta().await;
    assert_eq!((run.outcome, run.error), (SyncOutcome::Changed, None));
    let titles = world.base.titles();
    for good in ["update 100 r1", "update 149 r1", "twice r1", "unknown r1", "a circle r1", "bundle 913 r1"] {
        assert!(titles.iter().any(|title| title == good), "{good} is missing");
    }
    let quarantine = world.base.quarantine().await;
    let items: Vec<_> = quarantine.iter().map(|(item, _)| item.clone()).collect();
    assert_eq!(items, [900, 901, 902, 904, 905, 914].map(item));
    assert_eq!(run.quarantined, 6);
    let reason = |number| quarantine.iter().find(|(name, _)| *name == item(number)).unwrap().1.clone();
    assert_eq!(reason(901), "the upstream gave no document for it");
    assert!(reason(902).starts_with("the upstream gave the document of another one"), "{}", reason(902));
    assert!(reason(905).starts_with("the same revision is known with another content"), "{}", reason(905));
    assert!(reason(914).starts_with("a bundle needs it; "), "{}", reason(914));
}

/// One that the server cannot give fails every request it is in; the others are found by halving.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_to_blame_is_found() {
    let world = World::new().await;
    world.add_updates(100..250);
    world.upstream.hook(|asked, _| {
        let bad = [revision(123, 1), revision(200, 1)];
        let has = asked.revisions.iter().any(|revision| bad.contains(revision));
        has.then(|| fault(ErrorCode::InternalServerError, ""))
    });
    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new, run.quarantined), (SyncOutcome::Changed, 150, 2));
    let quarantine = world.base.quarantine().await;
    assert_eq!(quarantine[0].0, item(123));
    assert!(quarantine[0].1.ends_with("answered GetUpdateData with the fault InternalServerError"), "{quarantine:?}");

    // In vain before the pause is over; the clock of this world goes on by itself, seconds at a time.
    world.upstream.mend();
    world.upstream.taken();
    world.delta().await;
    assert_eq!(world.upstream.operations(), ["GetRevisionIdList"; 2]);

    let all = crate::page::PageRequest { cursor: None, limit: Some(10) };
    let items = world.base.site.quarantine(&world.base.admin, all).await.unwrap().items;
    let mut events = world.base.site.events();
    world.base.site.retry_quarantined(&world.base.admin, items[0].id).await.unwrap();
    while world.base.site.sync.running(world.source).is_some() {
        let _missed = events.recv().await;
    }
    assert_eq!(world.base.quarantine().await, []);
    assert!(world.base.site.catalog().exact(revision(123, 1)).is_some());
    assert!(world.base.site.catalog().exact(revision(200, 1)).is_some());
    assert_eq!(world.upstream.taken().iter().map(|asked| asked.revisions.len()).sum::<usize>(), 2);
}

/// A server that refuses everything is broken itself: the run fails instead of quarantining a whole catalog.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_everything_fails_the_run() {
    let world = World::new().await;
    world.delta().await;
    world.add_updates(100..250);
    world
        .upstream
        .hook(|asked, _| (asked.operation == "GetUpdateData").then(|| fault(ErrorCode::InternalServerError, "")));
    let run = world.delta().await;
    assert_eq!(run.outcome, SyncOutcome::Failed);
    assert!(run.error.unwrap().contains("refused 33 updates one after the other"));
    world.upstream.mend();
    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new), (SyncOutcome::Changed, 150));
    assert_eq!(world.base.quarantine().await, []);
}

/// As large as the largest real ones (46.9 MB).
#[tokio::test(flavor = "multi_thread")]
async fn a_huge_document_arrives() {
    let world = World::new().await;
    world.add_updates(100..110);
    let rule = "<a xmlns=\"x\">".to_owned() + &"<b c=\"d\"/>".repeat(5 << 20) + "</a>";
    let rest = format!("<upd:ApplicabilityRules><upd:Metadata>{rule}</upd:Metadata></upd:ApplicabilityRules>");
    let text = document(700, 1, "huge", "ExplicitlyDeployable=\"true\"", &rest);
    assert!(text.len() > 50 << 20);
    world.upstream.add(update(700, &text));
    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new, run.quarantined, run.error), (SyncOutcome::Changed, 13, 0, None));
}

/// An older revision than the one that is known is not fetched; a newer one is.
#[tokio::test(flavor = "multi_thread")]
async fn old_revisions_in_lists_are_passed_over() {
    let world = World::new().await;
    let at = |number: u32| Entry { ..update_at(revision(600, number), &software(600, number, "many", &[PRODUCT])) };
    for number in [3, 1, 2] {
        world.upstream.add(at(number));
    }
    let run = world.delta().await;
    assert_eq!(run.updates_new, 3);
    assert!(world.base.site.catalog().exact(revision(600, 3)).is_some());
    assert!(world.base.site.catalog().exact(revision(600, 1)).is_none());
}
