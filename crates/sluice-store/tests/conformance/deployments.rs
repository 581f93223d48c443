//! Collections, update groups, deployments.

use sluice_model::{
    CollectionId, Deployment, DeploymentId, DeploymentPriority, DeploymentSpec, DeploymentTarget, DeviceId, Intent,
    Name, RestartBehaviour, UpdateGroupId, UpdateId, UserNotification,
};
use sluice_store::collection::{CollectionKind, CollectionRecord};
use sluice_store::update_group::UpdateGroupRecord;
use sluice_store::{Store, StoreError, collection, deployment, update_group};

use crate::database::{Database, cases};
use crate::samples::{add_device, at, uuid};

cases![collections, a_collection_is_part_of_another, update_groups, deployments];

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

async fn add_collection(store: &Store, number: u128, text: &str, kind: CollectionKind) -> Result<(), StoreError> {
    let record =
        CollectionRecord { id: CollectionId(uuid(number)), name: name(text), kind, created_at: at(0), parent: None };
    store.write(move |tx| Box::pin(async move { collection::insert(tx, &record).await })).await
}

async fn collections(db: Database) {
    let store = db.open().await;
    add_collection(&store, 1, "All devices", CollectionKind::AllDevices).await.unwrap();
    add_collection(&store, 2, "Ring 1", CollectionKind::Static).await.unwrap();
    let error = add_collection(&store, 3, "Ring 1", CollectionKind::Static).await.unwrap_err();
    assert_eq!(error.to_string(), "there is already a collection named Ring 1");
    let ring = CollectionId(uuid(2));
    let error =
        store.write(move |tx| Box::pin(async move { collection::rename(tx, ring, &name("All devices")).await }));
    assert!(matches!(error.await, Err(StoreError::Conflict { .. })));
    store.write(move |tx| Box::pin(async move { collection::rename(tx, ring, &name("Ring ü")).await })).await.unwrap();
    for n in 1..=3 {
        add_device(&store, n).await.unwrap();
    }
    let ids = [1, 2, 3].map(|n| DeviceId(uuid(n)));
    store
        .write(move |tx| {
            Box::pin(async move {
                collection::add_members(tx, ring, &[ids[0], ids[1], ids[0]]).await?;
                collection::add_members(tx, ring, &ids).await?;
                collection::remove_members(tx, ring, &ids[1..2]).await
            })
        })
        .await
        .unwrap();
    let mut reader = store.reader().await.unwrap();
    assert_eq!(collection::members(&mut reader, ring).await.unwrap(), [ids[0], ids[2]]);
    assert_eq!(collection::all_members(&mut reader).await.unwrap(), [(ring, ids[0]), (ring, ids[2])]);
    let nobody = [DeviceId(uuid(99))];
    let unknown = store.write(move |tx| Box::pin(async move { collection::add_members(tx, ring, &nobody).await }));
    assert!(matches!(unknown.await, Err(StoreError::Reference { table: "collection_member" })));
    store.write(move |tx| Box::pin(collection::remove_device(tx, ids[0]))).await.unwrap();
    assert_eq!(collection::members(&mut reader, ring).await.unwrap(), [ids[2]]);
    let listed = collection::list(&mut reader).await.unwrap();
    assert_eq!(
        listed.iter().map(|c| (c.name.as_str(), c.kind)).collect::<Vec<_>>(),
        [("All devices", CollectionKind::AllDevices), ("Ring ü", CollectionKind::Static)]
    );
    store.write(move |tx| Box::pin(collection::remove(tx, ring))).await.unwrap();
    assert_eq!(collection::get(&mut reader, ring).await.unwrap(), None);
    assert_eq!(collection::all_members(&mut reader).await.unwrap(), []);
    drop(reader);
    store.close().await;
}

async fn a_collection_is_part_of_another(db: Database) {
    let store = db.open().await;
    let id = |n| CollectionId(uuid(n));
    for (n, text) in [(1, "All servers"), (2, "Web servers"), (3, "Old web servers")] {
        add_collection(&store, n, text, CollectionKind::Static).await.unwrap();
    }
    let set = async |n, parent: Option<u128>| {
        store.write(move |tx| Box::pin(collection::set_parent(tx, id(n), parent.map(id)))).await
    };
    set(3, Some(2)).await.unwrap();
    set(2, Some(1)).await.unwrap();
    let mut reader = store.reader().await.unwrap();
    assert_eq!(collection::get(&mut reader, id(3)).await.unwrap().unwrap().parent, Some(id(2)));
    assert!(matches!(set(3, Some(9)).await, Err(StoreError::Reference { table: "collection" })));
    assert!(matches!(set(9, Some(1)).await, Err(StoreError::NotFound { what: "collection", .. })));
    let removed = store.write(move |tx| Box::pin(collection::remove(tx, id(2)))).await;
    assert!(matches!(removed, Err(StoreError::Reference { table: "collection" })), "{removed:?}");
    // More than a restore writes at once, with a part before what it is part of.
    for n in 10..=250 {
        add_collection(&store, n, &format!("Part {n}"), CollectionKind::Static).await.unwrap();
    }
    set(10, Some(250)).await.unwrap();
    let path = db.directory.path().join("backup");
    store.backup(&path).await.unwrap();
    drop(reader);
    store.close().await;
    sluice_store::restore(&db.config(), &path).await.unwrap();
    let store = db.open().await;
    assert_eq!(store.check().await.unwrap(), []);
    // The store itself does not forbid a circle; the check sees it.
    store.write(move |tx| Box::pin(collection::set_parent(tx, id(1), Some(id(3))))).await.unwrap();
    let found = store.check().await.unwrap();
    assert!(found.iter().any(|p| p.0.contains("it is a part of itself")), "{found:?}");
    store.write(move |tx| Box::pin(collection::set_parent(tx, id(1), None))).await.unwrap();
    store.write(move |tx| Box::pin(collection::remove(tx, id(3)))).await.unwrap();
    store.close().await;
}

async fn update_groups(db: Database) {
    let store = db.open().await;
    let group = UpdateGroupRecord { id: UpdateGroupId(uuid(1)), name: name("November"), created_at: at(0) };
    let id = group.id;
    let expected = group.clone();
    store.write(move |tx| Box::pin(async move { update_group::insert(tx, &group).await })).await.unwrap();
    let updates: Vec<_> = (0..700).map(|n| UpdateId(uuid(n))).collect();
    let members = updates.clone();
    store
        .write(move |tx| {
            Box::pin(async move {
                update_group::add_members(tx, id, &members).await?;
                update_group::add_members(tx, id, &members[..10]).await?;
                update_group::remove_members(tx, id, &members[..1]).await
            })
        })
        .await
        .unwrap();
    let mut reader = store.reader().await.unwrap();
    assert_eq!(update_group::members(&mut reader, id).await.unwrap(), updates[1..]);
    assert_eq!(update_group::all_members(&mut reader).await.unwrap().len(), 699);
    assert_eq!(update_group::get(&mut reader, id).await.unwrap(), Some(expected));
    store
        .write(move |tx| Box::pin(async move { update_group::rename(tx, id, &name("December")).await }))
        .await
        .unwrap();
    assert_eq!(update_group::list(&mut reader).await.unwrap()[0].name, name("December"));
    store.write(move |tx| Box::pin(update_group::remove(tx, id))).await.unwrap();
    assert_eq!(update_group::all_members(&mut reader).await.unwrap(), []);
    drop(reader);
    store.close().await;
}

fn spec(text: &str, target: DeploymentTarget) -> DeploymentSpec {
    DeploymentSpec {
        name: name(text),
        target,
        collection: CollectionId(uuid(1)),
        intent: Intent::Required,
        available_at: at(10),
        deadline: Some(at(20)),
        restart: RestartBehaviour::Suppressed,
        notification: UserNotification::RestartOnly,
        priority: DeploymentPriority::Low,
    }
}

async fn deployments(db: Database) {
    let store = db.open().await;
    add_collection(&store, 1, "All devices", CollectionKind::AllDevices).await.unwrap();
    let group = UpdateGroupRecord { id: UpdateGroupId(uuid(1)), name: name("November"), created_at: at(0) };
    store.write(move |tx| Box::pin(async move { update_group::insert(tx, &group).await })).await.unwrap();
    let list = DeploymentTarget::Updates(vec![UpdateId(uuid(5)), UpdateId(uuid(6))]);
    let new =
        |number, spec, second| Deployment::new(DeploymentId(uuid(number)), spec, at(second), "ada".into()).unwrap();
    let by_list = new(1, spec("List", list), 1);
    let available = DeploymentSpec {
        intent: Intent::Available,
        deadline: None,
        restart: RestartBehaviour::Allowed,
        notification: UserNotification::ShowAll,
        priority: DeploymentPriority::High,
        ..spec("Group", DeploymentTarget::Group(UpdateGroupId(uuid(1))))
    };
    let by_group = new(2, available, 2);
    for d in [by_list.clone(), by_group.clone()] {
        store.write(move |tx| Box::pin(async move { deployment::insert(tx, &d).await })).await.unwrap();
    }
    let twin = new(3, by_list.spec.clone(), 3);
    let error = store.write(move |tx| Box::pin(async move { deployment::insert(tx, &twin).await })).await.unwrap_err();
    assert_eq!(error.to_string(), "there is already a deployment named List");
    let mut reader = store.reader().await.unwrap();
    assert_eq!(deployment::list(&mut reader).await.unwrap(), [by_group.clone(), by_list.clone()]);
    assert_eq!(deployment::get(&mut reader, by_list.id).await.unwrap(), Some(by_list.clone()));
    for result in [
        store.write(|tx| Box::pin(collection::remove(tx, CollectionId(uuid(1))))).await,
        store.write(|tx| Box::pin(update_group::remove(tx, UpdateGroupId(uuid(1))))).await,
    ] {
        assert!(matches!(result, Err(StoreError::Reference { .. })), "{result:?}");
    }
    let mut changed = by_list.clone();
    changed.spec.name = name("Renamed");
    changed.spec.deadline = Some(at(30));
    changed.spec.priority = DeploymentPriority::Normal;
    changed.enabled = false;
    changed.cancelled_at = Some(at(40));
    let write = changed.clone();
    store.write(move |tx| Box::pin(async move { deployment::update(tx, &write).await })).await.unwrap();
    assert_eq!(deployment::get(&mut reader, by_list.id).await.unwrap(), Some(changed));
    store.write(|tx| Box::pin(deployment::remove(tx, DeploymentId(uuid(1))))).await.unwrap();
    assert_eq!(deployment::list(&mut reader).await.unwrap(), [by_group]);
    drop(reader);
    store.close().await;
}
