//! A simulated fleet at a real site, over TLS.

mod catalog;
mod import;
mod site;

use std::sync::Arc;

use jiff::Timestamp;
use sluice_model::{
    DeploymentPriority, DeploymentSpec, DeploymentTarget, Intent, Name, RestartBehaviour, UserNotification,
};
use sluice_sim::{FleetSpec, Host, Shape, SimError, SimulateOptions, run};
use sluice_site::collections::ALL_DEVICES;
use sluice_site::{Caller, PageRequest};

use crate::site::Running;

/// 2026-06-01.
const NOW: i64 = 1_780_272_000;
const DEVICES: u32 = 6;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).expect("a time")
}

struct At;

impl sluice_sim::Clock for At {
    fn now(&self) -> Timestamp {
        now()
    }
}

async fn options(running: &Running) -> SimulateOptions {
    let fleet = FleetSpec { packages: 100, behind: 0.0, ..FleetSpec::new(DEVICES, 1) };
    let shape = Shape::of_inventory(&catalog::machine());
    SimulateOptions {
        install_failures: 0.0,
        ..SimulateOptions::new(&running.url, running.token(DEVICES).await, shape, fleet)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn devices_report_install_what_is_deployed_and_then_rest() {
    let running = Running::start().await;
    let (site, system) = (&running.site, Caller::system());
    let spec = DeploymentSpec {
        name: Name::new("tool").expect("a name"),
        target: DeploymentTarget::Updates(vec![catalog::update().id]),
        collection: ALL_DEVICES,
        intent: Intent::Required,
        available_at: now(),
        deadline: Some(now()),
        restart: RestartBehaviour::Suppressed,
        notification: UserNotification::ShowAll,
        priority: DeploymentPriority::Normal,
    };
    let deployment = site.create_deployment(&system, spec).await.expect("a deployment");

    let options = SimulateOptions { rounds: 3, ..options(&running).await };
    let summary = run(options, Host { clock: Arc::new(At) }).await.expect("a simulation");
    assert_eq!((summary.enrolled, summary.errors.len(), summary.timed_out), (6, 0, false), "{:?}", summary.errors);
    let [first, second, third] = summary.rounds.as_slice() else { panic!("three rounds") };
    assert_eq!((first.check_ins, first.whole_inventories, first.reports, first.installed), (6, 6, 6, 0));
    assert_eq!((second.check_ins, second.differences, second.reports, second.installed), (6, 6, 6, 6));
    assert_eq!((third.check_ins, third.whole_inventories + third.differences, third.reports), (6, 0, 0));

    let row = site.update(&system, catalog::update().id).await.expect("the update").row;
    assert_eq!((row.required, row.installed), (0, 6));
    let summary = site.deployment(&system, deployment.id).await.expect("the deployment");
    assert_eq!((summary.compliant, summary.failed), (6, 0));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_change_is_sent_as_a_difference() {
    let running = Running::start().await;
    let options = SimulateOptions { rounds: 2, churn: 2, ..options(&running).await };
    let summary = run(options, Host { clock: Arc::new(At) }).await.expect("a simulation");
    assert!(summary.errors.is_empty(), "{:?}", summary.errors);
    assert_eq!((summary.rounds[1].whole_inventories, summary.rounds[1].differences), (0, 6));
    let page = running.site.list_devices(
        &Caller::system(),
        &sluice_site::devices::DeviceFilter::default(),
        sluice_site::devices::DeviceSort::Name,
        false,
        &PageRequest::default(),
    );
    let names: Vec<String> = page.expect("devices").items.into_iter().map(|device| device.name).collect();
    assert_eq!(names, (0..DEVICES).map(|n| format!("sim-{n:06}")).collect::<Vec<_>>());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fleet_joins_only_the_site_of_its_token() {
    let (one, other) = tokio::join!(Running::start(), Running::start());
    let options = SimulateOptions { server: other.url.clone(), ..options(&one).await };
    let refused = run(options.clone(), Host { clock: Arc::new(At) }).await;
    assert!(matches!(refused, Err(SimError::Enrolment(_))), "{refused:?}");
    let nonsense = SimulateOptions { rounds: 0, ..options };
    assert!(matches!(run(nonsense, Host { clock: Arc::new(At) }).await, Err(SimError::Bounds { .. })));
    one.stop().await;
    other.stop().await;
}
