//! Being a replica: the upstream's decisions hold here, follow it, and are not changed here.

use std::sync::Arc;

use jiff::Timestamp;
use sluice_model::{CollectionId, DeploymentId, Intent, UpdateId};
use sluice_store::source;
use sluice_wsus::messages::server_sync::{
    GetDeploymentsResponse, ServerSyncAction, ServerSyncDeployment, ServerSyncDeploymentResult, ServerSyncTargetGroup,
};
use sluice_wsus::messages::shared::UpdateIdentity;
use uuid::Uuid;

use super::server::ok;
use super::world::World;
use crate::collections::ALL_DEVICES;
use crate::sources::{SourceConfig, SourceSpec, UpstreamSource};
use crate::sync::SyncOutcome;
use crate::windows::import::tests::world::update_id;

fn group(number: u128, parent: Option<u128>, name: &str) -> ServerSyncTargetGroup {
    ServerSyncTargetGroup {
        target_group_id: Uuid::from_u128(number),
        parent_group_id: parent.map_or(ServerSyncTargetGroup::ALL_COMPUTERS, Uuid::from_u128),
        name: name.into(),
        is_builtin: false,
    }
}

fn approval(number: u128, update: u128, group: Uuid, action: ServerSyncAction) -> ServerSyncDeployment {
    ServerSyncDeployment {
        update: UpdateIdentity { update_id: update_id(update).0, revision_number: 1 },
        action,
        admin_name: "LAB\\ada".into(),
        is_assigned: true,
        go_live_time: Some(Timestamp::from_second(1_780_000_000).unwrap()),
        deployment_guid: Uuid::from_u128(number),
        target_group_id: group,
        download_priority: 1,
        ..ServerSyncDeployment::default()
    }
}

fn told(world: &World, result: ServerSyncDeploymentResult) {
    world.upstream.hook(move |asked, _| {
        (asked.operation == "GetDeployments").then(|| ok(&GetDeploymentsResponse { result: result.clone() }))
    });
}

async fn replica() -> World {
    let world = World::with(UpstreamSource { replica: true, ..UpstreamSource::default() }).await;
    world.add_updates(100..110);
    let deadline = Timestamp::from_second(1_800_000_000).ok();
    told(
        &world,
        ServerSyncDeploymentResult {
            anchor: "d1".into(),
            // Parts before what they are a part of, and a circle.
            groups: vec![
                group(71, Some(70), "Pilot"),
                group(70, None, "Servers"),
                group(72, Some(73), "Left"),
                group(73, Some(72), "Right"),
            ],
            deployments: vec![
                ServerSyncDeployment { deadline, ..approval(1, 100, Uuid::from_u128(71), ServerSyncAction::Install) },
                approval(2, 101, ServerSyncTargetGroup::ALL_COMPUTERS, ServerSyncAction::Install),
                approval(3, 102, Uuid::from_u128(70), ServerSyncAction::Block),
                approval(4, 103, Uuid::from_u128(70), ServerSyncAction::Scan),
                approval(5, 104, Uuid::from_u128(99), ServerSyncAction::Install),
            ],
            hidden_updates: vec![update_id(105).0],
            accepted_eulas: vec![Uuid::from_u128(9)],
            ..ServerSyncDeploymentResult::default()
        },
    );
    let run = world.delta().await;
    assert_eq!((run.outcome, run.error), (SyncOutcome::Changed, None));
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn the_decisions_of_the_upstream_hold() {
    let world = replica().await;
    let (site, admin) = (&world.base.site, &world.base.admin);
    let directory = site.directory.load_full();
    let parent = |number| directory.collection(CollectionId(Uuid::from_u128(number))).unwrap().record.parent;
    assert_eq!(parent(71), Some(CollectionId(Uuid::from_u128(70))));
    assert_eq!([70, 72, 73].map(parent), [None, None, None]);
    let deployments = site.list_deployments(admin).await.unwrap();
    let mut found: Vec<_> = deployments.iter().map(|d| (d.id.0.as_u128(), d.name.as_str(), d.intent)).collect();
    found.sort_unstable_by_key(|(id, _, _)| *id);
    assert_eq!(
        found,
        [(1, "update 100", Intent::Required), (2, "update 101", Intent::Available), (3, "update 102", Intent::Block)]
    );
    let of_all = deployments.iter().find(|d| d.id == DeploymentId(Uuid::from_u128(2))).unwrap();
    assert_eq!((of_all.collection, of_all.created_by.as_str()), (ALL_DEVICES, "LAB\\ada"));
    assert!(site.catalog().is_declined(update_id(105)));

    let refused = "comes from the upstream upstream, of which this site is a replica";
    let collection = CollectionId(Uuid::from_u128(70));
    let error = site.rename_collection(admin, collection, "Mine").await.unwrap_err();
    assert_eq!(error.message, format!("the collection {refused}"));
    assert!(site.delete_collection(admin, collection).await.unwrap_err().message.contains(refused));
    let error = site.cancel_deployment(admin, DeploymentId(Uuid::from_u128(1))).await.unwrap_err();
    assert_eq!(error.message, format!("the deployment {refused}"));
    let error = site.undecline_updates(admin, vec![UpdateId(update_id(105).0)]).await.unwrap_err();
    assert_eq!(error.message, format!("the decision to decline the update {refused}"));
    // Who is in a group is decided by each server for its own computers.
    site.change_collection(admin, collection, Vec::new(), Vec::new()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn they_follow_the_upstream() {
    let mut world = replica().await;
    world.restart().await;
    told(
        &world,
        ServerSyncDeploymentResult {
            anchor: "d2".into(),
            groups: vec![group(70, None, "All servers"), group(72, None, "Left")],
            deployments: vec![approval(6, 106, Uuid::from_u128(72), ServerSyncAction::Install)],
            dead_deployments: vec![Uuid::from_u128(2), Uuid::from_u128(12345)],
            ..ServerSyncDeploymentResult::default()
        },
    );
    world.upstream.taken();
    world.delta().await;
    let (site, admin) = (&world.base.site, &world.base.admin);
    let directory = site.directory.load_full();
    let mut names: Vec<_> = directory.collections.iter().map(|c| c.record.name.to_string()).collect();
    names.sort();
    assert_eq!(names, ["All devices", "All servers", "Left"]);
    let mut left: Vec<_> = directory.deployments.iter().map(|d| d.id.0.as_u128()).collect();
    left.sort_unstable();
    // The first went with its group.
    assert_eq!(left, [3, 6]);
    assert!(!site.catalog().is_declined(update_id(105)));
    // Twice the same changes nothing.
    world.delta().await;
    assert_eq!(site.directory.load_full().deployments.len(), 2);

    // Autonomous: what came is the site's own.
    let config = UpstreamSource { url: world.upstream.url.clone(), ..UpstreamSource::default() };
    let spec = SourceSpec {
        name: "upstream".into(),
        config: SourceConfig::Upstream(Box::new(config)),
        schedule: sluice_model::Schedule::Manual,
        enabled: true,
    };
    site.update_source(admin, world.source, spec).await.unwrap();
    site.rename_collection(admin, CollectionId(Uuid::from_u128(70)), "Mine").await.unwrap();
    world.upstream.taken();
    world.delta().await;
    assert!(!world.upstream.operations().contains(&"GetDeployments".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn licence_terms_that_were_accepted_here_stay_accepted() {
    let world = replica().await;
    let (site, admin) = (&world.base.site, &world.base.admin);
    let [theirs, ours, both] = [9, 10, 11].map(Uuid::from_u128);
    site.mirror_licences(admin, vec![ours, both], Vec::new()).await.unwrap();
    let accepted = |licences: Vec<Uuid>| ServerSyncDeploymentResult {
        anchor: "d2".into(),
        accepted_eulas: licences,
        ..ServerSyncDeploymentResult::default()
    };
    for (list, expected) in [(vec![theirs, both], vec![theirs, ours, both]), (Vec::new(), vec![ours, both])] {
        told(&world, accepted(list));
        world.delta().await;
        assert_eq!(site.accepted_licences(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_the_source_changed_is_not_taken_over() {
    let world = replica().await;
    let site = Arc::clone(&world.base.site);
    let before = site.directory.load_full().deployments.len();
    let (source, of_hook, runtime) = (world.source, Arc::clone(&site), tokio::runtime::Handle::current());
    world.upstream.hook(move |asked, _| {
        (asked.operation == "GetDeployments").then(|| {
            let site = Arc::clone(&of_hook);
            // The site leaves while the answer is on its way.
            let left = async move {
                let record = site.detached_source(&site.sources.get(source).unwrap()).unwrap();
                let write = site.store.write(move |tx| Box::pin(async move { source::update(tx, &record).await }));
                write.await.unwrap();
                site.reload_sources().await.unwrap();
            };
            tokio::task::block_in_place(|| runtime.block_on(left));
            let result = ServerSyncDeploymentResult {
                anchor: "d2".into(),
                groups: vec![group(70, None, "Theirs")],
                deployments: vec![approval(6, 106, Uuid::from_u128(70), ServerSyncAction::Install)],
                accepted_eulas: vec![Uuid::from_u128(10)],
                ..ServerSyncDeploymentResult::default()
            };
            ok(&GetDeploymentsResponse { result })
        })
    });
    let run = world.delta().await;
    assert!(run.error.is_some_and(|error| error.contains("the source was changed or deleted meanwhile")));
    assert_eq!(site.directory.load_full().deployments.len(), before);
    assert_eq!(site.accepted_licences(), [Uuid::from_u128(9)]);
}
