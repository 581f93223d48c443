//! Files that no deployment names: somebody unknown gets them up to a limit.

use sluice_content::ContentName;
use sluice_site::content::Asker;
use sluice_site::content::demand::Offer;
use sluice_site::content::settings::{ContentSettingsChange, FetchPolicy};

use super::files::{TestFile, add, bytes, deploy, hours, is_here, place, read, read_as, until};
use super::origin::Origin;
use crate::world::World;

const LEN: usize = 1000;

/// A site with files at an origin and room for two that are not deployed.
async fn with_files(count: u8) -> (World, Origin, Vec<TestFile>) {
    let world = World::new().await;
    let origin = Origin::start().await;
    let mut files = Vec::new();
    for number in 1..=count {
        let file = add(&world, number.into(), &format!("{number}.cab"), bytes(LEN, number)).await;
        place(&world, &file, &origin.file(&format!("/{number}.cab"), &file.bytes)).await;
        files.push(file);
    }
    let change = ContentSettingsChange {
        policy: Some(FetchPolicy::OnRequest),
        undeployed_bytes: Some(2500),
        ..ContentSettingsChange::default()
    };
    world.site.change_content_settings(&world.admin, change).await.unwrap();
    (world, origin, files)
}

async fn stranger(world: &World, name: &ContentName) -> Result<Vec<u8>, String> {
    let got = read_as(world, Asker::Anybody, name).await;
    // The last byte comes before it is noted that the file is here.
    let mut events = world.site.events();
    until(world, &mut events, |status| status.running.is_empty()).await;
    got
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_get_so_much_and_no_more() {
    let (world, _origin, files) = with_files(5).await;
    for file in &files[..2] {
        assert_eq!(stranger(&world, &file.name).await.unwrap(), file.bytes);
    }
    assert_eq!(stranger(&world, &files[2].name).await.unwrap_err(), "absent");
    let looked = world.site.content_for(Asker::Looker, &files[2].name).await.unwrap();
    assert!(matches!(looked, Offer::Absent), "{looked:?}");
    // A server that was approved says that it needs it; a deployment names the other one.
    assert_eq!(read(&world, &files[2].name).await.unwrap(), files[2].bytes);
    deploy(&world, "d", &files[3]).await;
    let planned = async {
        while stranger(&world, &files[3].name).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), planned).await.unwrap();

    // Room is made of what nobody asked for since yesterday.
    world.site.collect_content(&world.admin, false).await.unwrap();
    assert!(files[..4].iter().all(|file| is_here(&world, &file.name)));
    assert_eq!(stranger(&world, &files[4].name).await.unwrap_err(), "absent");
    world.pass(hours(25));
    stranger(&world, &files[0].name).await.unwrap();
    assert_eq!(stranger(&world, &files[4].name).await.unwrap_err(), "absent");
    let gone = world.site.collect_content(&world.admin, false).await.unwrap();
    assert_eq!(gone.names, [files[1].name.to_string()]);
    assert_eq!(stranger(&world, &files[4].name).await.unwrap(), files[4].bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_wants_to_know_the_size_starts_nothing() {
    let (world, origin, files) = with_files(1).await;
    let looked = world.site.content_for(Asker::Looker, &files[0].name).await.unwrap();
    assert!(matches!(looked, Offer::Known { len: 1000, .. }), "{looked:?}");
    let status = world.site.fetch_status(&world.admin).await.unwrap();
    assert_eq!((status.running.len(), status.waiting), (0, 0));
    stranger(&world, &files[0].name).await.unwrap();
    assert_eq!(origin.asked(), ["/1.cab -"]);
}
