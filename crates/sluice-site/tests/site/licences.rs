//! Licence terms: nothing is installed before they are accepted.

use sluice_model::{DeploymentTarget, UpdateId};
use sluice_site::windows::sync::ClientAction;
use sluice_site::{ErrorKind, PageRequest};
use uuid::Uuid;

use crate::deployments::spec;
use crate::windows_client::Client;
use crate::windows_documents::{PATCH, catalog, id, import, licensed};
use crate::world::World;

const LICENSED: u128 = 0x2001;
const TWIN: u128 = 0x2002;
const OTHER: u128 = 0x2003;
/// Terms of the first two, and of the third.
const TERMS: u128 = 0xe01a;
const OTHER_TERMS: u128 = 0xe01b;

fn terms(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

async fn world() -> World {
    let world = World::new().await;
    let mut documents = catalog();
    documents.extend([licensed(LICENSED, TERMS), licensed(TWIN, TERMS), licensed(OTHER, OTHER_TERMS)]);
    import(&world, &documents).await;
    world
}

/// What a client is told to do with an update, after a round in which it hears of changes only.
async fn told(client: &mut Client, world: &World, update: UpdateId) -> (usize, ClientAction) {
    let answer = client.round(world, &client.lists()).await.unwrap();
    (answer.changed.len(), client.action(update).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_installed_before_its_terms_are_accepted() {
    let mut world = world().await;
    let mut client = Client::new("client-1");
    client.register(&world).await;
    client.scan(&world).await.unwrap();
    let target = DeploymentTarget::Updates([PATCH, LICENSED, TWIN].map(id).into());
    let made = world.site.create_deployment(&world.admin, spec(&world, "Ring 1", target)).await.unwrap();
    assert_eq!(made.awaiting_licence, 2, "whoever deploys is told");
    client.round(&world, &client.lists()).await.unwrap();
    assert_eq!(client.action(id(PATCH)), Some(ClientAction::Install));
    assert_eq!(client.action(id(LICENSED)), Some(ClientAction::PreDeploymentCheck), "whether it is needed is known");
    let device = sluice_model::DeviceId::of_windows_client("client-1");
    let why = world.site.explain(&world.admin, device, id(LICENSED)).unwrap().sentences.join(" ");
    assert!(why.contains("its licence terms are not accepted yet"), "{why}");
    let pending = world.site.licences(&world.admin, true).await.unwrap();
    let pending: Vec<_> = pending.iter().map(|licence| (licence.id, licence.update_count)).collect();
    assert_eq!(pending, [(terms(TERMS), 2), (terms(OTHER_TERMS), 1)]);

    let done = world.site.accept_licences(&world.admin, vec![], vec![id(LICENSED), id(PATCH)]).await.unwrap();
    assert_eq!((done.accepted, done.updates), (1, 2));
    assert_eq!(told(&mut client, &world, id(LICENSED)).await, (2, ClientAction::Install));
    assert_eq!(client.action(id(TWIN)), Some(ClientAction::Install), "the same terms");
    assert_eq!(world.site.deployment(&world.admin, made.id).await.unwrap().awaiting_licence, 0);
    let again = world.site.accept_licences(&world.admin, vec![terms(TERMS)], vec![]).await.unwrap();
    assert_eq!((again.accepted, again.updates), (0, 0));
    assert_eq!(told(&mut client, &world, id(TWIN)).await.0, 0, "told once");

    world.restart().await;
    assert_eq!(world.site.accepted_licences(), [terms(TERMS)]);
    let detail = world.site.update(&world.admin, id(LICENSED)).await.unwrap();
    let [(licence, Some(accepted))] = detail.licences.as_slice() else { panic!("{:?}", detail.licences) };
    assert_eq!((*licence, accepted.at), (terms(TERMS), world.now()));
    assert!(!detail.row.awaits_licence);
    let other = world.site.update(&world.admin, id(OTHER)).await.unwrap();
    assert_eq!((other.licences, other.row.awaits_licence), (vec![(terms(OTHER_TERMS), None)], true));
    let line = &world.site.audit_log(&world.admin, PageRequest::default()).await.unwrap().items[0];
    assert_eq!((line.action.as_str(), line.object.as_str()), ("licence.accept", "2 updates"));
    assert_eq!(line.detail, terms(TERMS).to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_terms_that_exist_are_accepted() {
    let world = world().await;
    for (licences, updates, kind) in [
        (vec![], vec![], ErrorKind::Invalid),
        (vec![terms(7)], vec![], ErrorKind::NotFound),
        (vec![], vec![id(7)], ErrorKind::NotFound),
    ] {
        assert_eq!(world.site.accept_licences(&world.admin, licences, updates).await.unwrap_err().kind, kind);
    }
    let done = world.site.accept_licences(&world.admin, vec![], vec![id(PATCH)]).await.unwrap();
    assert_eq!((done.accepted, done.updates), (0, 0), "it has none");
    assert!(world.site.accepted_licences().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_has_the_list_of_its_upstream() {
    let world = world().await;
    let mut client = Client::new("client-1");
    client.register(&world).await;
    client.scan(&world).await.unwrap();
    let target = DeploymentTarget::Updates([LICENSED, OTHER].map(id).into());
    world.site.create_deployment(&world.admin, spec(&world, "Ring 1", target)).await.unwrap();
    client.round(&world, &client.lists()).await.unwrap();
    let actions = |client: &Client| [LICENSED, OTHER].map(|update| client.action(id(update)).unwrap());
    use ClientAction::{Install, PreDeploymentCheck};
    // One of them is not known here yet.
    let mut before = Vec::new();
    for (list, expected) in [
        (vec![TERMS, 99], [Install, PreDeploymentCheck]),
        (vec![OTHER_TERMS, 99], [PreDeploymentCheck, Install]),
        (vec![], [PreDeploymentCheck, PreDeploymentCheck]),
    ] {
        let list: Vec<_> = list.into_iter().map(terms).collect();
        world.site.mirror_licences(&world.admin, list.clone(), before).await.unwrap();
        before = list.clone();
        let mut sorted = list;
        sorted.sort_unstable();
        assert_eq!(world.site.accepted_licences(), sorted);
        client.round(&world, &client.lists()).await.unwrap();
        assert_eq!(actions(&client), expected);
    }
}
