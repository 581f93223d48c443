//! Files that nothing refers to any more.

use sluice_site::ErrorKind;
use sluice_site::content::collect::Collected;
use sluice_site::content::demand::Offer;
use sluice_store::content_file;
use std::io;

use bytes::Bytes;
use futures_util::stream;

use super::files::{TestFile, add, bytes, deploy, hours, is_here, place, read, until};
use super::origin::Origin;
use crate::world::World;

async fn collect(world: &World) -> Collected {
    world.site.collect_content(&world.admin, false).await.unwrap()
}

async fn upload(world: &World, file: &TestFile) {
    let body = stream::iter([Ok::<_, io::Error>(Bytes::from(file.bytes.clone()))]);
    world.site.add_content(&world.admin, &file.name, None, None, body).await.unwrap();
}

const MONTH: i64 = 24 * 31;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_stay_while_they_are_deployed_and_a_month_longer() {
    let world = World::new().await;
    let origin = Origin::start().await;
    let file = add(&world, 0x77, "kb.cab", bytes(1000, 1)).await;
    place(&world, &file, &origin.file("/kb.cab", &file.bytes)).await;
    let mut events = world.site.events();
    let deployment = deploy(&world, "d", &file).await;
    until(&world, &mut events, |status| status.wanted == 1 && status.missing == 0).await;
    world.pass(hours(2 * MONTH));
    assert_eq!(collect(&world).await, Collected::default());

    world.site.cancel_deployment(&world.admin, deployment).await.unwrap();
    let waits = Collected { waiting: 1, waiting_bytes: 1000, ..Collected::default() };
    assert_eq!(world.site.collect_content(&world.admin, true).await.unwrap(), waits);
    assert_eq!(collect(&world).await, waits);
    // Deployed again in time: the month begins anew when that ends.
    world.pass(hours(MONTH - 48));
    let again = deploy(&world, "e", &file).await;
    collect(&world).await;
    world.site.cancel_deployment(&world.admin, again).await.unwrap();
    assert_eq!(collect(&world).await, waits);
    world.pass(hours(MONTH - 48));
    assert_eq!(collect(&world).await, waits);
    world.pass(hours(48));

    let would = Collected { files: 1, bytes: 1000, names: vec![file.name.to_string()], ..Collected::default() };
    assert_eq!(world.site.collect_content(&world.admin, true).await.unwrap(), would);
    assert!(is_here(&world, &file.name), "only said");
    let Offer::Here(reading) = world.site.content_file(&file.name).await.unwrap() else { panic!("it is here") };
    assert_eq!(collect(&world).await.files, 0, "asked for a moment ago");
    world.pass(hours(MONTH));
    assert_eq!(collect(&world).await, waits, "being asked for is being wanted");
    world.pass(hours(MONTH));
    let used = collect(&world).await;
    assert_eq!((used.files, used.in_use), (0, 1));
    drop(reading);
    assert_eq!(collect(&world).await, would);
    assert!(!is_here(&world, &file.name));
    assert_eq!(collect(&world).await, Collected::default());
    // And comes back when somebody wants it.
    assert_eq!(read(&world, &file.name).await.unwrap(), file.bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_administrator_uploaded_stays_while_its_update_is_current() {
    let world = World::new().await;
    let (kept, declined) = (add(&world, 1, "a.cab", bytes(10, 1)).await, add(&world, 2, "b.cab", bytes(20, 2)).await);
    upload(&world, &kept).await;
    upload(&world, &declined).await;
    assert_eq!(collect(&world).await, Collected::default());
    world.site.decline_updates(&world.admin, vec![declined.update], "").await.unwrap();
    assert_eq!(collect(&world).await.waiting, 1);
    world.pass(hours(MONTH));
    assert_eq!(collect(&world).await.names, [declined.name.to_string()]);
    assert!(is_here(&world, &kept.name) && !is_here(&world, &declined.name));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_is_found_and_mended() {
    let world = World::new().await;
    let origin = Origin::start().await;
    let file = add(&world, 0x77, "kb.cab", bytes(1000, 1)).await;
    place(&world, &file, &origin.file("/kb.cab", &file.bytes)).await;
    let mut events = world.site.events();
    deploy(&world, "d", &file).await;
    until(&world, &mut events, |status| status.wanted == 1 && status.missing == 0).await;
    let path = world.site.content().directory().join(file.name.address());
    std::fs::write(&path, bytes(1000, 9)).unwrap();
    world.site.verify_content(&world.admin).await.unwrap();
    let status = until(&world, &mut events, |status| {
        status.missing == 0 && status.verification.as_ref().is_some_and(|v| v.ended.is_some())
    })
    .await;
    let verification = status.verification.unwrap();
    assert_eq!((verification.done, verification.total), (1, 1));
    assert_eq!(verification.damaged, [file.name.to_string()]);
    assert_eq!(std::fs::read(&path).unwrap(), file.bytes);
}

/// What is in a bucket that never answered is not known, so nothing of it counts as gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_cannot_be_read_loses_no_uploads() {
    let world = World::with_bucket("s3://updates?endpoint=http://127.0.0.1:1").await;
    let (store, at) = (world.store().await, world.now());
    let upload = store.write(move |tx| Box::pin(async move { content_file::uploaded(tx, "a.cab", at).await }));
    upload.await.unwrap();
    world.pass(hours(2 * MONTH));
    let error = world.site.collect_content(&world.admin, false).await.unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Unavailable, "the content cannot be read"));
    let known = content_file::list(&mut store.reader().await.unwrap()).await.unwrap();
    assert_eq!(known.len(), 1);
    store.close().await;
}
