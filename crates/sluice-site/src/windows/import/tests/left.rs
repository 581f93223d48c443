//! What was stored and could not be served is served later, without a restart.

use sluice_model::{CategoryId, SourceId};
use uuid::Uuid;

use super::world::{World, category, plain, revision, software, update_id};
use crate::windows::import::{Ingest, Item, read_document, serve_left};

/// A product and updates of it, as many as are stored at once. One needs the update 10.
fn batch() -> Vec<String> {
    let updates = (1000..1999).map(|n| software(n, 1, &format!("{n}"), if n == 1000 { &[3, 10] } else { &[3] }));
    std::iter::once(category(3, "Windows 11", "Product", &[])).chain(updates).collect()
}

async fn take(ingest: &mut Ingest<'_>, world: &World, texts: &[String]) {
    let mut stored = false;
    for text in texts {
        let item = read_document(&world.site.catalog(), "x".into(), text.as_bytes());
        stored = ingest.take(item).await.unwrap();
    }
    assert!(stored, "the last one fills a batch");
}

fn unserved_from(world: &World) -> Option<u32> {
    world.site.sync.unpublished.beside(|| ()).1.map(|revision| revision.0)
}

#[tokio::test]
async fn what_a_run_left_is_served() {
    let world = World::new().await;
    let tree = category(1, "Microsoft", "Company", &[]) + &category(2, "Windows", "ProductFamily", &[1]);
    world.import("a.xml", tree + &software(10, 1, "A", &[])).await.unwrap();
    let source = world.site.catalog_file_source(&world.admin).await.unwrap().id;
    let mut ingest = Ingest::new(&world.site, source).await.unwrap();
    take(&mut ingest, &world, &batch()).await;
    assert_eq!((world.titles().len(), unserved_from(&world)), (3, Some(4)));
    // At work: it will serve them itself.
    serve_left(&world.site).await.unwrap();
    assert_eq!((world.titles().len(), unserved_from(&world)), (3, Some(4)));

    // As when the commit before serving failed.
    drop(ingest);
    let version = world.site.catalog().version();
    serve_left(&world.site).await.unwrap();
    assert_eq!((world.titles().len(), unserved_from(&world)), (1003, None));
    let catalog = world.site.catalog();
    assert!(catalog.version() > version);
    let product = CategoryId(update_id(3).0);
    assert_eq!(catalog.categories().get(product).unwrap().title, "Windows 11");
    assert!(catalog.is_new_category(product));
    assert!(catalog.change_of(update_id(10)) > 0 && catalog.last_change() > 0);
    let last = catalog.exact(revision(1998, 1)).unwrap();
    let found = world.site.windows.fragments.of(&[last]).await.unwrap().pop().unwrap();
    let core = plain(found.map(|found| found.core())).await;
    assert!(String::from_utf8(core).unwrap().contains(&update_id(1998).to_string()));

    let served = catalog.version();
    serve_left(&world.site).await.unwrap();
    assert_eq!(world.site.catalog().version(), served);
    let again = world.import("b.xml", batch().concat()).await.unwrap();
    assert_eq!((again.new_updates, again.unchanged), (0, 1000));
}

/// The next import serves it too, and so does not count it as known.
#[tokio::test]
async fn an_import_serves_what_the_one_before_left() {
    let world = World::new().await;
    let source = world.site.catalog_file_source(&world.admin).await.unwrap().id;
    let mut ingest = Ingest::new(&world.site, source).await.unwrap();
    take(&mut ingest, &world, &batch()).await;
    drop(ingest);
    world.import("a.xml", software(10, 1, "A", &[])).await.unwrap();
    assert_eq!((world.titles().len(), unserved_from(&world)), (1001, None));
}

#[tokio::test]
async fn what_cannot_be_stored_holds_back_nothing_that_is() {
    let world = World::new().await;
    // Without such a source the quarantine cannot be written.
    let mut ingest = Ingest::new(&world.site, SourceId(Uuid::nil())).await.unwrap();
    take(&mut ingest, &world, &batch()).await;
    let more = software(10, 1, "A", &[]);
    ingest.take(read_document(&world.site.catalog(), "x".into(), more.as_bytes())).await.unwrap();
    ingest.take(Item::Refused { item: "x".into(), reason: "y".into() }).await.unwrap();
    ingest.finish().await.unwrap_err();
    assert_eq!(world.titles().len(), 1000);
    // Whether the last commit was lost, or only the answer to it, is not known before the store is asked.
    drop(ingest);
    assert_eq!(unserved_from(&world), Some(1001));
    serve_left(&world.site).await.unwrap();
    assert_eq!((world.titles().len(), unserved_from(&world)), (1000, None));
}
