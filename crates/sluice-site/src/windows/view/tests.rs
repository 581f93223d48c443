use std::sync::atomic::{AtomicI64, Ordering};

use sluice_catalog::windows::ClientAction;
use sluice_catalog::{CatalogChange, Evaluator};
use sluice_model::{
    Classification, Deployment, DeploymentId, DeploymentPriority, DeploymentSpec, DeploymentTarget, DeviceId,
    DeviceNumber, Intent, Name, RestartBehaviour, Update, UpdateContent, UpdateId, UpdateKind, UserNotification,
    WindowsContent,
};
use sluice_store::collection::{CollectionKind, CollectionRecord};
use uuid::Uuid;

use super::super::settings::Targeting;
use super::*;
use crate::collections::ALL_DEVICES;
use crate::host::{Clock, Entropy};

const UPDATE: UpdateId = UpdateId(Uuid::from_u128(0x0fee));

#[derive(Default)]
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        at(self.0.load(Ordering::SeqCst))
    }
}

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn collection(number: u128) -> CollectionId {
    CollectionId(Uuid::from_u128(number))
}

/// Views of one update; the collection 2 is in 1.
struct World {
    views: Views,
    directory: Arc<ArcSwap<Directory>>,
    settings: Arc<ArcSwap<WindowsSettings>>,
    known: Arc<KnownClients>,
    clock: Arc<TestClock>,
}

impl World {
    fn new() -> Self {
        let update = Update {
            id: UPDATE,
            number: 1,
            kind: UpdateKind::Software,
            title: "An update".into(),
            description: String::new(),
            classification: Classification::SecurityUpdates,
            products: Vec::new(),
            released: None,
            advisories: Vec::new(),
            info_url: None,
            content: UpdateContent::Windows(Box::new(WindowsContent {
                explicitly_deployable: true,
                ..WindowsContent::default()
            })),
        };
        let change = CatalogChange { updates: vec![(RevisionId(7), Arc::new(update))], ..CatalogChange::default() };
        let (catalog, problems) = Catalog::default().apply(change);
        assert_eq!(problems, []);
        let fleet = Fleet::default().re_evaluate(&mut Evaluator::new(Arc::new(catalog)));
        let settings = WindowsSettings {
            targeting: Targeting::Server,
            metadata_over_http: false,
            cookie_life: jiff::SignedDuration::from_hours(12),
            changed_at: at(0),
        };
        let clock = Arc::new(TestClock::default());
        let sources = Sources {
            fleet: Arc::new(ArcSwap::from_pointee(fleet)),
            directory: Arc::default(),
            settings: Arc::new(ArcSwap::from_pointee(settings)),
            known: Arc::default(),
            host: Host { clock: Arc::clone(&clock) as Arc<dyn Clock>, entropy: Arc::new(Zeros) },
            documents: Arc::new(Slots::new(0)),
            metadata_memory: 64 << 20,
        };
        let (directory, settings) = (Arc::clone(&sources.directory), Arc::clone(&sources.settings));
        let known = Arc::clone(&sources.known);
        Self { views: Views::new(sources), directory, settings, known, clock }
    }

    fn serve(&self, deployments: Vec<Deployment>) {
        let record = |id, name: &str, parent| CollectionRecord {
            id,
            name: Name::new(name).unwrap(),
            kind: CollectionKind::Static,
            created_at: at(0),
            parent,
        };
        let collections = vec![
            (record(collection(1), "Servers", None), Vec::new()),
            (record(collection(2), "Pilot", Some(collection(1))), vec![DeviceId(Uuid::from_u128(20))]),
        ];
        let deployments = deployments.into_iter().map(Arc::new).collect();
        self.directory.store(Arc::new(Directory::new(collections, Vec::new(), deployments)));
        self.views.rebuild();
    }

    fn client(&self, number: u32, groups: &[&str]) -> Arc<KnownClient> {
        let device = DeviceId(Uuid::from_u128(u128::from(number)));
        let groups = groups.iter().map(|name| (*name).into()).collect();
        self.known.insert(KnownClient::new(device, DeviceNumber(number), groups))
    }

    fn action(&self, client: &KnownClient) -> ClientAction {
        let view = self.views.load();
        view.scope(&view.groups(client)).deployment(RevisionId(7)).unwrap().action
    }
}

fn deployment(number: u128, to: CollectionId, available_at: Timestamp) -> Deployment {
    let spec = DeploymentSpec {
        name: Name::new("Ring").unwrap(),
        target: DeploymentTarget::Updates(vec![UPDATE]),
        collection: to,
        intent: Intent::Required,
        available_at,
        deadline: Some(at(1_000_000)),
        restart: RestartBehaviour::Suppressed,
        notification: UserNotification::ShowAll,
        priority: DeploymentPriority::Normal,
    };
    Deployment::new(DeploymentId(Uuid::from_u128(number)), spec, at(0), "ada".into()).unwrap()
}

#[test]
fn a_deployment_comes_into_force_when_its_time_has_come() {
    let world = World::new();
    let client = world.client(1, &[]);
    world.serve(vec![deployment(1, ALL_DEVICES, at(3600))]);
    assert_eq!(world.action(&client), ClientAction::PreDeploymentCheck);
    assert!(!world.views.is_due(at(3599)) && world.views.is_due(at(3600)));
    world.clock.0.store(3600, Ordering::SeqCst);
    world.views.rebuild();
    assert_eq!(world.action(&client), ClientAction::Install);
    assert!(!world.views.is_due(at(3600)) && !world.views.is_due(at(9999)), "nothing else is to come");
    assert!(world.views.is_due(at(0)), "a clock that was put back");
}

#[test]
fn members_of_a_part_get_what_the_whole_gets() {
    let world = World::new();
    let (member, stranger) = (world.client(20, &[]), world.client(30, &[]));
    world.serve(vec![deployment(1, collection(1), at(0))]);
    assert_eq!(world.action(&member), ClientAction::Install);
    assert_eq!(world.action(&stranger), ClientAction::PreDeploymentCheck);
}

#[test]
fn policies_name_groups_in_any_case_when_they_may() {
    let world = World::new();
    let client = world.client(30, &["Nowhere", "PILOT"]);
    world.serve(vec![deployment(1, collection(1), at(0))]);
    let before = world.views.load().groups(&client).fingerprint();
    assert_eq!(world.action(&client), ClientAction::PreDeploymentCheck);
    let settings = WindowsSettings { targeting: Targeting::Client, ..**world.settings.load() };
    world.settings.store(Arc::new(settings));
    world.views.rebuild();
    assert_eq!(world.action(&client), ClientAction::Install);
    let view = world.views.load();
    let groups = view.groups(&client);
    assert_ne!(groups.fingerprint(), before);
    assert_eq!(groups.collections[..], [collection(1), collection(2), ALL_DEVICES]);
    client.tell_groups(&["pilot".into()]);
    assert_eq!(view.groups(&client), groups, "the same groups by another name");
}

#[test]
fn scopes_are_there_before_anybody_asks() {
    let world = World::new();
    world.client(20, &[]);
    world.client(30, &[]);
    world.serve(vec![deployment(1, collection(2), at(0)), deployment(2, ALL_DEVICES, at(0))]);
    let view = world.views.load();
    // Of nobody, of those in the part, of all others.
    assert_eq!(view.scopes.load().len(), 3);
    for number in [20, 30] {
        let device = DeviceId(Uuid::from_u128(number));
        view.scope(&view.groups.of_client(device, &[]));
    }
    assert_eq!(view.scopes.load().len(), 3, "none had to be made");
}

#[test]
fn more_combinations_than_are_kept_are_served_too() {
    let world = World::new();
    let targeting = WindowsSettings { targeting: Targeting::Client, ..**world.settings.load() };
    world.settings.store(Arc::new(targeting));
    // Each client names the groups of the bits of its number: all combinations of eleven.
    let names: Vec<String> = (0..11).map(|bit| format!("group {bit}")).collect();
    for number in 0..2048 {
        let mine = names.iter().enumerate().filter(|(bit, _)| number >> bit & 1 == 1);
        world.client(number, &mine.map(|(_, name)| name.as_str()).collect::<Vec<_>>());
    }
    let record = |(n, name): (u128, &String)| CollectionRecord {
        id: collection(n),
        name: Name::new(name).unwrap(),
        kind: CollectionKind::Static,
        created_at: at(0),
        parent: None,
    };
    let collections = (100..).zip(&names).map(|found| (record(found), Vec::new())).collect();
    let deployments = (100..111).map(|n| Arc::new(deployment(n, collection(n), at(0)))).collect();
    world.directory.store(Arc::new(Directory::new(collections, Vec::new(), deployments)));
    world.views.rebuild();
    assert_eq!(world.views.load().scopes.load().len(), MAX_SCOPES);
    for client in world.known.all() {
        let expected = if client.number.0 == 0 { ClientAction::PreDeploymentCheck } else { ClientAction::Install };
        assert_eq!(world.action(&client), expected);
    }
}
