//! Windows devices that arrive, from the first contact to the first report.

use jiff::SignedDuration;
use sluice_site::windows::arrivals::ArrivalStage;
use sluice_site::windows::reporting::{ClientEvent, StatusLists};
use uuid::Uuid;

use crate::windows_client::Client;
use crate::world::World;

fn stages(world: &World) -> Vec<(String, ArrivalStage)> {
    let arrivals = world.site.windows_arrivals(&world.admin).unwrap();
    arrivals.into_iter().map(|arrival| (arrival.name, arrival.stage)).collect()
}

fn event(id: u128, event_id: i32) -> ClientEvent {
    ClientEvent { instance: Uuid::from_u128(id), namespace: 1, event_id, ..ClientEvent::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_arrives_step_by_step() {
    let world = World::new().await;
    assert_eq!(stages(&world), []);
    let mut client = Client::new("e1da06a3-5601-43c9-bac3-52d5db701494");
    let mut events = world.site.events();
    client.start(&world).unwrap();
    client.start(&world).unwrap();
    assert_eq!(stages(&world), [("pc1.example".to_owned(), ArrivalStage::FirstContact)]);
    let told = std::iter::from_fn(|| events.try_recv().ok()).filter(|event| event.name() == "device").count();
    assert_eq!(told, 1, "the console is told, once");

    client.register(&world).await;
    world.site.publish_reports().await;
    assert_eq!(stages(&world), [("pc1.example".to_owned(), ArrivalStage::Registered)]);

    world.pass(SignedDuration::from_secs(2));
    client.scan(&world).await.unwrap();
    assert_eq!(stages(&world), [("pc1.example".to_owned(), ArrivalStage::Scanning)]);

    let failed = ClientEvent { result: -2_145_107_961, ..event(1, 148) };
    world.site.windows_events(&client.cookie, Some(world.now()), vec![failed]).await.unwrap();
    world.site.publish_reports().await;
    let arrival = world.site.windows_arrivals(&world.admin).unwrap().remove(0);
    assert_eq!(arrival.stage, ArrivalStage::Scanning);
    assert_eq!(arrival.error.unwrap().to_string(), "0x80244007");

    let status = ClientEvent { status: Some(StatusLists::default()), ..event(2, 156) };
    world.site.windows_events(&client.cookie, Some(world.now()), vec![status]).await.unwrap();
    world.site.publish_reports().await;
    assert_eq!(stages(&world), [("pc1.example".to_owned(), ArrivalStage::Reported)]);

    world.pass(SignedDuration::from_hours(25));
    assert_eq!(stages(&world), [], "after a day it is a device like any other");
}
