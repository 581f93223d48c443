use sluice_model::{Schedule, SourceId};
use sluice_site::sources::{AptKeyring, AptSource, SourceConfig, SourceSpec};
use sluice_store::source::{self, SourceRecord};
use uuid::Uuid;

use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_cannot_be_read_stops_no_other() {
    let mut world = World::new().await;
    let config = AptSource {
        uri: "http://deb.example/debian".into(),
        suite: "bookworm".into(),
        components: vec!["main".into()],
        architectures: vec!["amd64".into()],
        keyring: AptKeyring::Files(vec!["/usr/share/keyrings/x.gpg".into()]),
        fingerprints: Vec::new(),
        check_valid_until: true,
        check_date: true,
        by_hash: true,
        proxy: None,
    };
    let config = SourceConfig::Apt(config);
    let spec = SourceSpec { name: "good".into(), config, enabled: true, schedule: Schedule::Manual };
    world.site.create_source(&world.admin, spec).await.unwrap();
    let bad = SourceRecord {
        id: SourceId(Uuid::from_u128(1)),
        name: "bad".into(),
        kind: "apt".into(),
        config: "nonsense".into(),
        enabled: true,
        schedule: "nonsense".into(),
        created_at: world.now(),
        last_success_at: None,
        last_error: None,
    };
    let store = world.store().await;
    store.write(move |tx| Box::pin(async move { source::insert(tx, &bad).await })).await.unwrap();
    store.close().await;
    world.restart().await;
    let names: Vec<_> =
        world.site.list_sources(&world.admin).await.unwrap().into_iter().map(|source| source.name).collect();
    assert_eq!(names, ["good"]);
    assert_eq!(world.site.sync_status(&world.admin).await.unwrap().len(), 1);
    let schedule = world.site.info(&world.admin).unwrap().reconcilers;
    assert!(schedule.iter().all(|reconciler| reconciler.last_error.is_none()), "{schedule:?}");
}
