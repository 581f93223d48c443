//! A first synchronization, the ones after it, and what costs nothing.

use sluice_wsus::soap::ErrorCode;

use super::server::{Entry, fault};
use super::world::{World, bundle, list, part, update_at};
use crate::sync::SyncOutcome;
use crate::windows::import::tests::world::{category, revision, software, update_id};

const FIRST: [&str; 4] = ["GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "GetConfigData"];

#[tokio::test(flavor = "multi_thread")]
async fn a_first_run_and_one_without_news() {
    let world = World::new().await;
    world.add_updates(100..350);
    let run = world.delta().await;
    assert_eq!((run.outcome, run.error.clone()), (SyncOutcome::Changed, None));
    assert_eq!((run.updates_new, run.quarantined), (252, 0));
    assert_eq!(world.base.titles().len(), 252);
    assert!(run.bytes > 100_000, "{}", run.bytes);
    let operations = world.upstream.operations();
    assert_eq!(operations[..4], FIRST);
    assert_eq!(operations[4..7], ["GetRevisionIdList", "GetUpdateData", "GetRevisionIdList"]);
    assert_eq!(operations[7..], ["GetUpdateData"; 3]);

    let version = world.base.site.catalog().version();
    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new), (SyncOutcome::Unchanged, 0));
    assert_eq!(world.upstream.operations(), ["GetRevisionIdList"; 2]);
    assert_eq!(world.base.site.catalog().version(), version);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_new_is_fetched() {
    let mut world = World::new().await;
    world.add_updates(100..110);
    world.delta().await;
    world.restart().await;
    world.upstream.taken();
    world.add_updates(110..112);
    world.upstream.add(update_at(revision(100, 2), &software(100, 2, "changed", &[])));
    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new, run.updates_changed), (SyncOutcome::Changed, 2, 1));
    let fetched: Vec<_> = world.upstream.taken().into_iter().flat_map(|asked| asked.revisions).collect();
    assert_eq!(fetched, [revision(110, 1), revision(111, 1), revision(100, 2)]);
}

/// Without a selection only the lists come (SYN-11), and a run says what to do.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_selected_brings_the_lists() {
    let world = World::new().await;
    world.add_updates(100..110);
    world.select(&[], &[super::world::CLASSIFICATION]);
    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new), (SyncOutcome::Changed, 2));
    assert_eq!(run.warnings.len(), 1);
    assert!(run.warnings[0].contains("sluice category select"), "{:?}", run.warnings);
    assert_eq!(world.upstream.operations()[4..], ["GetRevisionIdList", "GetUpdateData"]);
}

/// What is selected later is asked for whole, what was selected before by its news (Q68).
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_selection_is_told_by_flags() {
    let world = World::new().await;
    world.add_updates(100..110);
    let other = |number| Entry {
        of: (update_id(3).0, update_id(super::world::CLASSIFICATION).0),
        ..update_at(revision(number, 1), &software(number, 1, "other", &[3]))
    };
    world.upstream.add(list(3, &category(3, "Other", "Product", &[])));
    world.upstream.add(other(200));
    world.delta().await;
    assert!(world.base.site.catalog().current(update_id(200)).is_none());
    world.upstream.taken();

    world.select(&[1, 3], &[2]);
    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new), (SyncOutcome::Changed, 1));
    let asked = world.upstream.taken();
    let filter = asked[1].filter.clone().unwrap();
    assert!(!filter.anchor.is_empty());
    let flags: Vec<_> = filter.categories.iter().map(|entry| (entry.id, entry.delta)).collect();
    assert_eq!(flags, [(update_id(1).0, true), (update_id(3).0, false)]);
    assert!(filter.classifications[0].delta);
    // From now on both are known.
    world.delta().await;
    let filter = world.upstream.taken()[1].filter.clone().unwrap();
    assert!(filter.categories.iter().all(|entry| entry.delta));
    assert_eq!(filter.languages.iter().map(|l| (l.id, l.delta)).collect::<Vec<_>>(), [(1033, true)]);
}

/// Parts of bundles are in no list (Q73).
#[tokio::test(flavor = "multi_thread")]
async fn bundles_bring_their_parts() {
    let world = World::new().await;
    world.upstream.add(update_at(revision(300, 1), &bundle(300, &[revision(301, 1), revision(302, 7)])));
    world.upstream.add(part(301, &bundle(301, &[revision(303, 1), revision(300, 1)])));
    world.upstream.add(Entry { is_list: None, ..update_at(revision(302, 7), &software(302, 7, "part", &[])) });
    world.upstream.add(part(303, &software(303, 1, "inner part", &[])));
    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new, run.quarantined), (SyncOutcome::Changed, 6, 0));
    for wanted in [revision(300, 1), revision(301, 1), revision(302, 7), revision(303, 1)] {
        assert!(world.base.site.catalog().exact(wanted).is_some(), "{wanted:?}");
    }
}

/// A server that answers fewer than it was asked for is asked for the rest (Q69).
#[tokio::test(flavor = "multi_thread")]
async fn short_answers_are_completed() {
    let world = World::new().await;
    world.add_updates(100..250);
    world.upstream.script().short = 30;
    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new, run.quarantined), (SyncOutcome::Changed, 152, 0));
    assert_eq!(world.upstream.operations().iter().filter(|o| *o == "GetUpdateData").count(), 1 + 4 + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_that_ends_in_the_middle_is_renewed() {
    let world = World::new().await;
    world.add_updates(100..500);
    let mut asked = 0;
    world.upstream.hook(move |request, script| {
        asked += usize::from(request.operation == "GetUpdateData");
        if asked == 3 {
            asked += 1;
            script.cookie += 1;
            return Some(fault(ErrorCode::CookieExpired, ""));
        }
        None
    });
    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new, run.error), (SyncOutcome::Changed, 402, None));
    let operations = world.upstream.operations();
    assert_eq!(operations.iter().filter(|o| *o == "GetAuthConfig").count(), 2);
}

/// A server that never takes its own cookie does not keep a run for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_that_never_holds_is_an_error() {
    let world = World::new().await;
    world
        .upstream
        .hook(|request, _| (request.operation == "GetRevisionIdList").then(|| fault(ErrorCode::InvalidCookie, "")));
    let run = world.delta().await;
    assert_eq!(run.outcome, SyncOutcome::Failed);
    assert!(run.error.unwrap().ends_with("answered GetRevisionIdList with the fault InvalidCookie"));
    assert!(run.fix.unwrap().contains("sluice downstream approve"));
}

/// A server that was restored from a backup is asked from the beginning, and nothing known is fetched again.
#[tokio::test(flavor = "multi_thread")]
async fn another_state_of_the_server_is_compared_anew() {
    let world = World::new().await;
    world.add_updates(100..110);
    world.delta().await;
    world.add_updates(110..111);
    world.upstream.taken();
    let mut told = false;
    world.upstream.hook(move |request, script| {
        if request.operation != "GetRevisionIdList" || told {
            return None;
        }
        told = true;
        script.anchors = "b".into();
        Some(fault(ErrorCode::ServerChanged, ""))
    });
    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new, run.error), (SyncOutcome::Changed, 1, None));
    assert_eq!(run.warnings.len(), 1);
    let asked = world.upstream.taken();
    let filters: Vec<_> = asked.iter().filter_map(|asked| asked.filter.clone()).collect();
    assert!(filters[1..].iter().all(|filter| filter.anchor.is_empty()));
    assert_eq!(asked.iter().map(|asked| asked.revisions.len()).sum::<usize>(), 1);
    // The new anchors hold.
    world.delta().await;
    assert_eq!(world.upstream.operations(), ["GetRevisionIdList"; 2]);
}

/// A server that does not take its anchor back is asked without.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_anchor_is_left_out() {
    let world = World::new().await;
    world.add_updates(100..110);
    world.delta().await;
    world.add_updates(110..112);
    world.upstream.script().anchors = "c".into();
    world.upstream.taken();
    let run = world.delta().await;
    assert_eq!((run.outcome, run.updates_new, run.error), (SyncOutcome::Changed, 2, None));
    let anchors: Vec<_> =
        world.upstream.taken().iter().filter_map(|a| Some(a.filter.as_ref()?.anchor.clone())).collect();
    assert_eq!(anchors, ["a,13", "", "a,13", ""]);
}
