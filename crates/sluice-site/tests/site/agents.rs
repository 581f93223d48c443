use sluice_model::{DeploymentId, EnforcementState, ErrorCode, UpdateId};
use sluice_site::agents::{Contact, DeviceReport, ReportedEnforcement};
use sluice_site::devices::{DeviceEvent, DeviceFilter, DeviceSort};
use sluice_site::{ErrorKind, SiteEvent};
use sluice_wire::{DeviceCredential, SignedPolicy};
use uuid::Uuid;

use crate::world::{World, inventory};

fn contact() -> Contact {
    Contact {
        agent_version: "1.0".into(),
        hostname: "web1".into(),
        inventory_hash: None,
        policy_hash: None,
        state: "idle".into(),
        detail: String::new(),
        can_install: true,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_an_enrolled_device_with_its_secret_is_known() {
    let world = World::new().await;
    let (device, credential) = world.enroll("web1").await;
    assert_eq!(world.site.authenticate_device(&credential).unwrap().id, device);
    let forged = DeviceCredential { secret: [0; 32], ..credential.clone() };
    assert_eq!(world.site.authenticate_device(&forged).unwrap_err().kind, ErrorKind::Unauthenticated);
    world.site.remove_device(&world.admin, device).await.unwrap();
    assert_eq!(world.site.authenticate_device(&credential).unwrap_err().kind, ErrorKind::Unauthenticated);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_is_signed_for_the_device_and_sent_when_it_changed() {
    let world = World::new().await;
    let (device, credential) = world.enroll("web1").await;
    let known = world.site.authenticate_device(&credential).unwrap();
    let answer = world.site.check_in(&known, contact()).unwrap();
    let signed: SignedPolicy = answer.policy.unwrap();
    let policy: sluice_wire::Policy = serde_json::from_str(&signed.payload).unwrap();
    assert_eq!((policy.device, policy.assignments.len()), (device.0, 0));
    let again = Contact { policy_hash: Some(policy.content_hash()), ..contact() };
    assert!(world.site.check_in(&known, again.clone()).unwrap().policy.is_none());
    world.pass(jiff::SignedDuration::from_hours(24));
    assert!(world.site.check_in(&known, again).unwrap().policy.is_some(), "renewed before it runs out");
}

fn report(world: &World, serial: u64) -> DeviceReport {
    DeviceReport {
        serial,
        enforcement: vec![ReportedEnforcement {
            deployment: DeploymentId(Uuid::from_u128(1)),
            update: UpdateId(Uuid::from_u128(2)),
            state: EnforcementState::InstallFailed,
            error: Some(ErrorCode::DISK_FULL),
            detail: "/var".into(),
            output: "No space left".into(),
            at: world.now(),
        }],
        events: vec![DeviceEvent { at: world.now(), kind: "install".into(), text: "began".into() }],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stored_is_served_even_when_the_device_hangs_up() {
    let world = World::new().await;
    let (device, credential) = world.enroll("web1").await;
    let known = world.site.authenticate_device(&credential).unwrap();
    let mut events = world.site.events();
    let mut answer = Box::pin(world.site.ingest_inventory(&known, inventory("1.0"), [9; 32]));
    assert!(futures_util::poll!(answer.as_mut()).is_pending());
    drop(answer);
    while events.recv().await.unwrap() != SiteEvent::Device(device) {}
    assert!(world.site.device(&world.admin, device).await.unwrap().row.reported);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_put_back_from_a_copy_learns_where_to_go_on() {
    let world = World::new().await;
    let (_, credential) = world.enroll("web1").await;
    let known = world.site.authenticate_device(&credential).unwrap();
    for serial in 1..=3 {
        assert_eq!(world.site.ingest_report(&known, report(&world, serial)).await.unwrap(), serial);
    }
    assert_eq!(world.site.ingest_report(&known, report(&world, 2)).await.unwrap(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contacts_are_kept_though_the_clock_was_put_back() {
    let mut world = World::new().await;
    world.pass(-jiff::SignedDuration::from_hours(1));
    let (device, credential) = world.enroll("web1").await;
    world.pass(jiff::SignedDuration::from_mins(10));
    let known = world.site.authenticate_device(&credential).unwrap();
    world.site.check_in(&known, contact()).unwrap();
    let heard = Some(world.now());
    world.restart().await;
    assert_eq!(world.site.device(&world.admin, device).await.unwrap().row.last_contact, heard);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_restart() {
    let mut world = World::new().await;
    let (device, credential) = world.enroll("web1").await;
    let known = world.site.authenticate_device(&credential).unwrap();
    world.site.ingest_inventory(&known, inventory("1.0"), [9; 32]).await.unwrap();
    let report = report(&world, 1);
    assert_eq!(world.site.ingest_report(&known, report.clone()).await.unwrap(), 1);
    assert_eq!(world.site.ingest_report(&known, report).await.unwrap(), 1, "a repetition is acknowledged");
    world.restart().await;

    let known = world.site.authenticate_device(&credential).unwrap();
    let same = Contact { inventory_hash: Some([9; 32]), ..contact() };
    assert!(world.site.check_in(&known, same).unwrap().same_inventory);
    assert_eq!(world.site.held_inventory(&known).await.unwrap(), Some(inventory("1.0")));
    let detail = world.site.device(&world.admin, device).await.unwrap();
    assert_eq!(detail.enforcement.len(), 1);
    assert_eq!(detail.enforcement[0].output, "No space left");
    assert!(detail.row.reported);
    let events = world.site.device_events(&world.admin, device, Default::default()).await.unwrap();
    assert_eq!(events.items.len(), 1, "stored once");
    let list =
        world.site.list_devices(&world.admin, &DeviceFilter::default(), DeviceSort::Name, false, &Default::default());
    assert_eq!(list.unwrap().items[0].os, "Debian 12");
}
