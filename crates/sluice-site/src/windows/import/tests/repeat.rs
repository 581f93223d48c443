//! The same again, the other way round, from the middle on.

use std::io;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use sluice_model::CategoryId;

use super::world::{World, category, pieces, revision, software, update_id};
use crate::page::PageRequest;
use crate::sync::SyncOutcome;

/// Company, family, product, two updates; children can come first.
fn tree() -> Vec<String> {
    vec![
        category(1, "Microsoft", "Company", &[]),
        category(2, "Windows", "ProductFamily", &[1]),
        category(3, "Windows 11", "Product", &[2]),
        software(10, 200, "A", &[3]),
        software(11, 200, "B", &[3, 10]),
    ]
}

fn parents(world: &World) -> Vec<(String, Option<CategoryId>)> {
    let catalog = world.site.catalog();
    let mut all: Vec<_> = catalog.categories().iter().map(|c| (c.title.clone(), c.parent)).collect();
    all.sort();
    all
}

#[tokio::test]
async fn a_second_import_changes_nothing() {
    let mut world = World::new().await;
    let first = world.import("all.xml", tree().concat()).await.unwrap();
    assert_eq!((first.documents, first.new_updates, first.unchanged, first.quarantined), (5, 5, 0, 0));
    assert_eq!(first.catalog_version, world.site.catalog().version());
    for _ in 0..2 {
        let again = world.import("all.xml", tree().concat()).await.unwrap();
        assert_eq!((again.documents, again.new_updates, again.new_revisions, again.unchanged), (5, 0, 0, 5));
        assert_eq!((again.quarantined, again.catalog_version), (0, first.catalog_version));
        world.restart().await;
    }
    let runs = world.site.sync_history(&world.admin, first.source, PageRequest::default()).await.unwrap().items;
    let outcomes: Vec<_> = runs.iter().map(|run| run.outcome).collect();
    assert_eq!(outcomes, [SyncOutcome::Unchanged, SyncOutcome::Unchanged, SyncOutcome::Changed]);
    assert_eq!((runs[2].updates_new, runs[2].quarantined), (5, 0));
    assert!(runs[2].bytes > 1000);
    let [source] = &world.site.list_sources(&world.admin).await.unwrap()[..] else { panic!("one source") };
    assert_eq!((source.name.as_str(), source.next_run), ("Imported Windows metadata", None));
    assert!(source.last_success.is_some());
}

#[tokio::test]
async fn the_order_does_not_matter() {
    let forward = World::new().await;
    forward.import("all.xml", tree().concat()).await.unwrap();
    let backward = World::new().await;
    backward.import("all.xml", tree().into_iter().rev().collect::<String>()).await.unwrap();
    // One at a time, children first: the parents come in later imports.
    let apart = World::new().await;
    for document in tree().into_iter().rev() {
        apart.import("one.xml", document).await.unwrap();
    }
    let expected = vec![
        ("Microsoft".to_owned(), None),
        ("Windows".to_owned(), Some(CategoryId(update_id(1).0))),
        ("Windows 11".to_owned(), Some(CategoryId(update_id(2).0))),
    ];
    for world in [&forward, &backward, &apart] {
        assert_eq!(parents(world), expected);
        assert_eq!(world.titles(), ["A r200", "B r200", "Microsoft r1", "Windows 11 r1", "Windows r1"]);
        let catalog = world.site.catalog();
        let products = |id| catalog.products_of(catalog.current(update_id(id)).unwrap());
        assert_eq!(products(10), [CategoryId(update_id(3).0)]);
        let leaf = |id| catalog.is_leaf(catalog.current(update_id(id)).unwrap());
        assert!(!leaf(10) && leaf(11));
    }
}

#[tokio::test]
async fn clients_are_told_of_an_update_that_is_no_leaf_any_more() {
    let world = World::new().await;
    world.import("a.xml", software(10, 200, "A", &[])).await.unwrap();
    assert_eq!(world.site.catalog().change_of(update_id(10)), 0);
    world.import("b.xml", software(11, 200, "B", &[10])).await.unwrap();
    let change = world.site.catalog().change_of(update_id(10));
    assert!(change > 0 && world.site.catalog().last_change() == change);
    // It was none already.
    world.import("c.xml", software(12, 200, "C", &[10])).await.unwrap();
    assert_eq!(world.site.catalog().change_of(update_id(10)), change);
}

#[tokio::test]
async fn a_new_revision_takes_the_place_of_the_old_one() {
    let world = World::new().await;
    world.import("a.xml", software(10, 201, "new", &[])).await.unwrap();
    let summary =
        world.import("b.xml", software(10, 200, "old", &[]) + &software(10, 202, "newest", &[])).await.unwrap();
    assert_eq!((summary.new_updates, summary.new_revisions), (0, 2));
    assert_eq!(world.titles(), ["newest r202"]);
    assert!(world.site.catalog().exact(revision(10, 200)).is_some());
}

#[tokio::test]
async fn the_same_number_with_another_content_is_quarantined() {
    let world = World::new().await;
    let other = software(10, 200, "other", &[]);
    // Twice in one import, before and after it is stored.
    let summary = world.import("a.xml", software(10, 200, "A", &[]) + &other).await.unwrap();
    assert_eq!((summary.new_updates, summary.quarantined), (1, 1));
    let summary = world.import("b.xml", other).await.unwrap();
    assert_eq!((summary.unchanged, summary.quarantined), (0, 1));
    assert_eq!(world.titles(), ["A r200"]);
    let item = format!("update {} revision 200", update_id(10));
    let reason = "the same revision is known with another content; one of the two is wrong".to_owned();
    assert_eq!(world.quarantine().await, [(item, reason)]);
    // The right one again: all is well.
    world.import("a.xml", software(10, 200, "A", &[])).await.unwrap();
    assert_eq!(world.quarantine().await, []);
}

/// An upload that breaks off after some batches: as a kill between batches, what is stored stays.
#[tokio::test]
async fn what_breaks_off_goes_on_from_there() {
    let mut world = World::new().await;
    let all: Vec<String> = (0..2800).map(|n| software(10_000 + n, 1, &format!("{n}"), &[])).collect();
    let whole = Bytes::from(all.concat());
    let part = whole.slice(..whole.len() * 6 / 7);
    let cut = pieces(part).chain(stream::iter([Err(io::Error::other("cut"))]));
    let error = world.import_stream("all.xml", cut).await.unwrap_err();
    assert_eq!(error.message, "the upload of all.xml broke off: cut");
    let stored = world.site.catalog().current_windows().len();
    assert!((2000..=2400).contains(&stored), "{stored}");
    world.restart().await;
    assert_eq!(world.site.catalog().current_windows().len(), stored);
    let summary = world.import("all.xml", whole).await.unwrap();
    assert_eq!((summary.unchanged, summary.unchanged + summary.new_updates), (stored, 2800));
    assert_eq!(world.site.catalog().current_windows().len(), 2800);
    assert_eq!(world.quarantine().await, []);
}

/// Whatever is in the store has its document, also after a stop in the middle.
#[tokio::test]
async fn a_site_that_stops_keeps_whole_batches() {
    let mut world = World::new().await;
    let (sender, receiver) = tokio::sync::mpsc::channel::<io::Result<Bytes>>(1);
    let body = stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
    let (site, admin) = (world.site.clone(), world.admin.clone());
    let import = tokio::spawn(async move { site.import_catalog(&admin, "all.xml", None, Box::pin(body)).await });
    let text: String = (0..2400).map(|n| software(20_000 + n, 1, &format!("{n}"), &[])).collect();
    for piece in text.as_bytes().chunks(20_000) {
        sender.send(Ok(Bytes::copy_from_slice(piece))).await.unwrap();
    }
    // The upload is not over; the site stops.
    world.restart().await;
    let error = import.await.unwrap().unwrap_err();
    assert_eq!(error.message, "the site is stopping");
    let catalog = world.site.catalog();
    for id in catalog.current_windows().iter().map(sluice_model::RevisionId) {
        assert!(world.site.windows.fragments.of(&[id]).await.unwrap().pop().unwrap().is_some());
    }
    let runs = world.site.sync_history(&world.admin, None, PageRequest::default()).await.unwrap().items;
    assert_eq!(runs[0].outcome, SyncOutcome::Interrupted);
    let summary = world.import("all.xml", text).await.unwrap();
    assert_eq!(summary.unchanged + summary.new_updates, 2400);
}

#[tokio::test]
async fn one_import_at_a_time() {
    let world = World::new().await;
    let (sender, receiver) = tokio::sync::mpsc::channel::<io::Result<Bytes>>(1);
    let body = stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
    let (site, admin) = (world.site.clone(), world.admin.clone());
    let import = tokio::spawn(async move { site.import_catalog(&admin, "a.xml", Some(1 << 20), Box::pin(body)).await });
    let text = software(10, 1, "A", &[]);
    // Taken from the channel: the import has begun.
    for piece in text.as_bytes().chunks(100) {
        sender.send(Ok(Bytes::copy_from_slice(piece))).await.unwrap();
    }
    let error = world.import("b.xml", text.clone()).await.unwrap_err();
    assert_eq!(error.message, "another import runs");
    let status = world.site.sync_status(&world.admin).await.unwrap();
    let running = status[0].running.as_ref().unwrap();
    assert_eq!((running.progress.item.as_str(), running.progress.total), ("a.xml", 1 << 20));
    drop(sender);
    assert_eq!(import.await.unwrap().unwrap().new_updates, 1);
}
