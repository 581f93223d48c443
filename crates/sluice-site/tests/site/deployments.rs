use jiff::SignedDuration;
use sluice_model::{
    DeploymentPriority, DeploymentSpec, DeploymentTarget, Intent, Name, RestartBehaviour, UpdateId, UserNotification,
};
use sluice_site::ErrorKind;
use sluice_site::collections::ALL_DEVICES;
use uuid::Uuid;

use crate::world::World;

pub fn spec(world: &World, name: &str, target: DeploymentTarget) -> DeploymentSpec {
    DeploymentSpec {
        name: Name::new(name).unwrap(),
        target,
        collection: ALL_DEVICES,
        intent: Intent::Required,
        available_at: world.now(),
        deadline: Some(world.now()),
        restart: RestartBehaviour::Suppressed,
        notification: UserNotification::ShowAll,
        priority: DeploymentPriority::Normal,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_names_only_what_exists() {
    let world = World::new().await;
    let unknown = DeploymentTarget::Updates(vec![UpdateId(Uuid::from_u128(5))]);
    let refused = world.site.create_deployment(&world.admin, spec(&world, "x", unknown)).await.unwrap_err();
    assert_eq!((refused.kind, refused.message.starts_with("there is no update")), (ErrorKind::NotFound, true));
    let empty = DeploymentTarget::Updates(Vec::new());
    let refused = world.site.create_deployment(&world.admin, spec(&world, "x", empty)).await.unwrap_err();
    assert_eq!((refused.kind, refused.field), (ErrorKind::Invalid, Some("updates")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_has_a_life() {
    let mut world = World::new().await;
    world.enroll("web1").await;
    let group = world.site.create_group(&world.admin, "Security", Vec::new()).await.unwrap();
    let target = DeploymentTarget::Group(group.id);
    let made = world.site.create_deployment(&world.admin, spec(&world, "Ring 1", target.clone())).await.unwrap();
    assert_eq!((made.devices, made.unknown, made.updates), (1, 1, 0));
    let taken = world.site.create_deployment(&world.admin, spec(&world, "Ring 1", target)).await.unwrap_err();
    assert_eq!(taken.kind, ErrorKind::Conflict);
    assert_eq!(world.site.delete_group(&world.admin, group.id).await.unwrap_err().kind, ErrorKind::Conflict);
    let off = world.site.set_deployment_enabled(&world.admin, made.id, false).await.unwrap();
    assert_eq!(off.phase.slug(), "disabled");
    assert_eq!(world.site.delete_deployment(&world.admin, made.id).await.unwrap_err().kind, ErrorKind::Conflict);
    world.pass(SignedDuration::from_mins(1));
    let over = world.site.cancel_deployment(&world.admin, made.id).await.unwrap();
    assert_eq!(over.phase.slug(), "cancelled");
    world.restart().await;
    assert_eq!(world.site.deployment(&world.admin, made.id).await.unwrap().phase.slug(), "cancelled");
    world.site.delete_deployment(&world.admin, made.id).await.unwrap();
    world.site.delete_group(&world.admin, group.id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_deployment_is_not_revived_by_a_change_under_way() {
    let world = World::new().await;
    let group = world.site.create_group(&world.admin, "Security", Vec::new()).await.unwrap();
    let spec = spec(&world, "Ring 1", DeploymentTarget::Group(group.id));
    let made = world.site.create_deployment(&world.admin, spec).await.unwrap();
    let (cancelled, changed) = tokio::join!(
        world.site.cancel_deployment(&world.admin, made.id),
        world.site.set_deployment_enabled(&world.admin, made.id, true),
    );
    assert_eq!(cancelled.unwrap().phase.slug(), "cancelled");
    assert_eq!(changed.unwrap_err().kind, ErrorKind::Conflict);
    assert_eq!(world.site.deployment(&world.admin, made.id).await.unwrap().phase.slug(), "cancelled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn collections_and_their_names() {
    let world = World::new().await;
    let (web, _) = world.enroll("web1").await;
    let ring = world.site.create_collection(&world.admin, " Ring 1 ", vec![web], None).await.unwrap();
    assert_eq!((ring.name.as_str(), ring.members), ("Ring 1", 1));
    let built_in = world.site.delete_collection(&world.admin, ALL_DEVICES).await.unwrap_err();
    assert_eq!(built_in.kind, ErrorKind::Conflict);
    let unknown = vec![sluice_model::DeviceId(Uuid::from_u128(9))];
    let refused = world.site.change_collection(&world.admin, ring.id, unknown, vec![]).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::NotFound);
    world.site.remove_device(&world.admin, web).await.unwrap();
    assert_eq!(world.site.collection(&world.admin, ring.id).await.unwrap().members, 0);
    assert_eq!(
        world.site.create_collection(&world.admin, "a\u{0}b", vec![], None).await.unwrap_err().field,
        Some("name")
    );
    let hostile = "'; DROP TABLE device; --<script>alert(1)</script>";
    assert_eq!(world.site.create_collection(&world.admin, hostile, vec![], None).await.unwrap().name, hostile);
}
