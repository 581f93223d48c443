//! Devices that register and never say anything else.

use jiff::SignedDuration;
use sluice_model::DeviceId;
use sluice_site::windows::sync::SyncRequest;

use crate::windows_client::Client;
use crate::world::World;

fn device(client: &str) -> DeviceId {
    DeviceId::of_windows_client(client)
}

fn present(world: &World) -> Vec<&'static str> {
    let fleet = world.site.fleet();
    ["silent", "member", "heard", "late"].into_iter().filter(|client| fleet.number(device(client)).is_some()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_that_are_not_heard_again_are_dropped() {
    let mut world = World::new().await;
    let [mut silent, mut member, mut heard, mut late] = ["silent", "member", "heard", "late"].map(Client::new);
    for client in [&mut silent, &mut member, &mut heard] {
        client.register(&world).await;
    }
    world.site.create_collection(&world.admin, "Ring 1", vec![device("member")], None).await.unwrap();
    world.pass(SignedDuration::from_hours(71));
    assert_eq!(world.site.drop_never_scanned().await.unwrap(), 0, "it may come back after a weekend");
    world.pass(SignedDuration::from_hours(2));
    late.register(&world).await;
    heard.start(&world).unwrap();
    heard.round(&world, &SyncRequest::default()).await.unwrap();

    assert_eq!(world.site.drop_never_scanned().await.unwrap(), 1);
    assert_eq!(present(&world), ["member", "heard", "late"]);
    silent.start(&world).unwrap();
    assert!(silent.is_unregistered(&world).await, "its agent is told to register");
    world.restart().await;
    assert_eq!(present(&world), ["member", "heard", "late"], "its rows are gone");
    let line = &world.site.audit_log(&world.admin, sluice_site::PageRequest::default()).await.unwrap().items[0];
    assert_eq!((line.action.as_str(), line.object.as_str()), ("device.drop", "pc1.example"));

    silent.register(&world).await;
    assert_eq!(present(&world), ["silent", "member", "heard", "late"], "it comes back by itself");
    assert_eq!(world.site.drop_never_scanned().await.unwrap(), 0);
    let findings = world.site.doctor(&world.admin).await.unwrap();
    let finding = findings.iter().find(|finding| finding.name == "registrations").unwrap();
    assert!(finding.ok && finding.detail.contains("4 registered and never scanned"), "{finding:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_is_nearly_full_says_so_until_there_is_room() {
    let mut world = World::new().await;
    let alerts = async |world: &World| {
        let alerts = world.site.alerts(&world.admin, true).await.unwrap().into_iter();
        alerts.map(|alert| alert.message.split('.').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (devices, expected) in [
        (449_999, vec![]),
        (450_000, vec!["450000 Windows devices of at most 500000 are registered: soon no more can register"]),
        (500_000, vec!["500000 Windows devices of at most 500000 are registered: no more can register"]),
    ] {
        world.site.tell_windows_crowd(devices).await.unwrap();
        assert_eq!(alerts(&world).await, expected);
    }
    // What was told before a restart is cleared after it.
    world.restart().await;
    world.site.tell_windows_crowd(0).await.unwrap();
    assert_eq!(alerts(&world).await, [""; 0]);
}
