//! Collections that are parts of others.

use sluice_model::{CollectionId, DeploymentTarget};
use sluice_site::ErrorKind;
use sluice_site::collections::ALL_DEVICES;

use crate::deployments::spec;
use crate::world::World;

async fn make(world: &World, name: &str, parent: Option<CollectionId>) -> CollectionId {
    world.site.create_collection(&world.admin, name, vec![], parent).await.unwrap().id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_of_a_part_are_members_of_the_whole() {
    let mut world = World::new().await;
    let (web, _) = world.enroll("web1").await;
    let servers = make(&world, "Servers", Some(ALL_DEVICES)).await;
    let webs = make(&world, "Web servers", None).await;
    world.site.change_collection(&world.admin, webs, vec![web], vec![]).await.unwrap();
    assert_eq!(world.site.collection(&world.admin, servers).await.unwrap().members, 0);
    let moved = world.site.set_collection_parent(&world.admin, webs, Some(servers)).await.unwrap();
    assert_eq!((moved.parent, moved.members), (Some(servers), 1));
    world.restart().await;
    assert_eq!(world.site.collection(&world.admin, servers).await.unwrap().members, 1);

    // A deployment to the whole is one to the part.
    let group = world.site.create_group(&world.admin, "g", vec![]).await.unwrap();
    let to_servers = sluice_model::DeploymentSpec {
        collection: servers,
        ..spec(&world, "Servers", DeploymentTarget::Group(group.id))
    };
    assert_eq!(world.site.create_deployment(&world.admin, to_servers).await.unwrap().devices, 1);

    let refused = world.site.delete_collection(&world.admin, servers).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Conflict);
    world.site.set_collection_parent(&world.admin, webs, None).await.unwrap();
    assert_eq!(world.site.collection(&world.admin, servers).await.unwrap().members, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_no_circles_and_few_levels() {
    let world = World::new().await;
    let mut chain = vec![make(&world, "Level 1", None).await];
    for level in 2..=16 {
        chain.push(make(&world, &format!("Level {level}"), chain.last().copied()).await);
    }
    let too_deep = world.site.create_collection(&world.admin, "Level 17", vec![], chain.last().copied()).await;
    assert_eq!(too_deep.unwrap_err().kind, ErrorKind::Conflict);
    // What is below moves along, and would be too deep.
    let above = make(&world, "Above", None).await;
    let set = async |id, parent| world.site.set_collection_parent(&world.admin, id, parent).await;
    assert_eq!(set(chain[0], Some(above)).await.unwrap_err().kind, ErrorKind::Conflict);
    assert!(set(chain[1], Some(above)).await.is_ok());
    for (id, parent) in [(chain[3], chain[3]), (chain[3], chain[9]), (above, chain[15])] {
        let refused = set(id, Some(parent)).await.unwrap_err();
        assert!(refused.message.contains("a part of itself"), "{}", refused.message);
    }
    assert_eq!(set(ALL_DEVICES, Some(above)).await.unwrap_err().kind, ErrorKind::Conflict);
    let unknown = CollectionId(uuid::Uuid::from_u128(5));
    assert_eq!(set(above, Some(unknown)).await.unwrap_err().kind, ErrorKind::NotFound);
}
