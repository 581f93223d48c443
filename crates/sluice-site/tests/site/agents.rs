use sluice_model::{DeploymentId, EnforcementState, ErrorCode, UpdateId};
use sluice_site::ErrorKind;
use sluice_site::agents::{Contact, DeviceReport, ReportedEnforcement};
use sluice_site::devices::{DeviceEvent, DeviceFilter, DeviceSort};
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_restart() {
    let mut world = World::new().await;
    let (device, credential) = world.enroll("web1").await;
    let known = world.site.authenticate_device(&credential).unwrap();
    world.site.ingest_inventory(&known, inventory("1.0"), [9; 32]).await.unwrap();
    let report = DeviceReport {
        serial: 1,
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
    };
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
