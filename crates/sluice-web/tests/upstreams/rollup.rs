//! Compliance upwards: what devices of a site need is known at the site above, and above that.

use std::sync::Arc;

use jiff::SignedDuration;
use sluice_model::{ComplianceState, DeviceKind, ServerId};
use sluice_site::devices::DeviceOwner;
use sluice_site::downstream::admin::DownstreamState;
use sluice_site::rollup::RollupState;

use crate::level::{Level, TestClock};
use crate::pc::{PATCH, Pc};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_device_needs_is_known_above() {
    let clock = Arc::new(TestClock::default());
    let (top, branch) = (Level::top(&clock).await, Level::open(2, &clock).await);
    let source = branch.below(&top, false).await;
    clock.pass(SignedDuration::from_mins(5));
    let mut pc = Pc::at(&branch, "pc-1").await;
    pc.report(&branch, &[PATCH], &[]).await;
    top.has(&[("pc-1", 1, 0)]).await;

    let [row] = &top.devices(None)[..] else { panic!("one device") };
    assert_eq!((row.kind, row.os.as_str()), (DeviceKind::Windows, "Windows 11 Pro 25H2"));
    assert!(top.devices(Some(DeviceOwner::Here)).is_empty());
    let state = top.site.explain(&top.admin, row.id, PATCH).unwrap().state;
    assert_eq!(state, ComplianceState::Required);
    let [server] = &top.site.downstream_servers(&top.admin).unwrap()[..] else { panic!("one server") };
    assert_eq!((server.name.as_str(), server.devices, server.non_compliant), ("site-2.example", 1, 1));
    assert_eq!(top.devices(Some(DeviceOwner::Server(server.id))).len(), 1);

    clock.pass(SignedDuration::from_mins(5));
    pc.report(&branch, &[], &[PATCH]).await;
    top.has(&[("pc-1", 0, 1)]).await;
    let [status] = &branch.site.rollup_status(&branch.admin).unwrap()[..] else { panic!("one upstream") };
    assert_eq!((status.source, status.state, status.devices), (source, RollupState::Devices, 1));
    assert_eq!((status.refused, &status.error), (0, &None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_levels() {
    let clock = Arc::new(TestClock::default());
    let (top, middle, leaf) = (Level::top(&clock).await, Level::open(2, &clock).await, Level::open(3, &clock).await);
    middle.below(&top, false).await;
    leaf.below(&middle, false).await;
    clock.pass(SignedDuration::from_mins(5));
    let (mut own, mut far) = (Pc::at(&middle, "pc-middle").await, Pc::at(&leaf, "pc-leaf").await);
    own.report(&middle, &[PATCH], &[]).await;
    far.report(&leaf, &[PATCH], &[]).await;
    top.has(&[("pc-leaf", 1, 0), ("pc-middle", 1, 0)]).await;
    clock.pass(SignedDuration::from_mins(5));
    let begun = tokio::time::Instant::now();
    far.report(&leaf, &[], &[PATCH]).await;
    top.has(&[("pc-leaf", 0, 1), ("pc-middle", 1, 0)]).await;
    let took = begun.elapsed();
    assert!(took.as_secs() < 10, "a change at the bottom took {took:?} to the top");

    // By the site it is of, and by the one above that.
    let servers = top.site.downstream_servers(&top.admin).unwrap();
    let find = |name: &str| servers.iter().find(|server| server.name == name).unwrap();
    let (middle_there, leaf_there) = (find("site-2.example"), find("site-3.example"));
    assert_eq!((leaf_there.state, leaf_there.parent), (DownstreamState::Below, Some(middle_there.id)));
    let names = |server: ServerId| {
        let rows = top.devices(Some(DeviceOwner::Server(server))).into_iter();
        rows.map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(names(leaf_there.id), ["pc-leaf"]);
    assert_eq!(names(middle_there.id), ["pc-leaf", "pc-middle"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarts_and_lost_devices() {
    let clock = Arc::new(TestClock::default());
    let (mut top, mut branch) = (Level::top(&clock).await, Level::open(2, &clock).await);
    branch.below(&top, false).await;
    let mut pc = Pc::at(&branch, "pc-1").await;
    pc.report(&branch, &[PATCH], &[]).await;
    top.has(&[("pc-1", 1, 0)]).await;

    // Both start again; only what changed meanwhile is new.
    top.restart().await;
    branch.restart().await;
    clock.pass(SignedDuration::from_mins(5));
    pc.report(&branch, &[], &[PATCH]).await;
    top.has(&[("pc-1", 0, 1)]).await;

    // Removed above, it comes back when it is heard of again; not before.
    let id = top.devices(None)[0].id;
    top.site.remove_device(&top.admin, id).await.unwrap();
    assert!(top.devices(None).is_empty());
    branch.restart().await;
    clock.pass(SignedDuration::from_mins(5));
    let mut other = Pc::at(&branch, "pc-2").await;
    other.report(&branch, &[PATCH], &[]).await;
    top.has(&[("pc-2", 1, 0)]).await;
    clock.pass(SignedDuration::from_mins(15));
    pc.report(&branch, &[PATCH], &[]).await;
    top.has(&[("pc-1", 1, 0), ("pc-2", 1, 0)]).await;
    clock.pass(SignedDuration::from_mins(15));
    pc.report(&branch, &[], &[PATCH]).await;
    top.has(&[("pc-1", 0, 1), ("pc-2", 1, 0)]).await;

    // The server is removed above with all it reported, and comes again.
    let server = top.site.downstream_servers(&top.admin).unwrap()[0].id;
    top.site.remove_downstream(&top.admin, server).await.unwrap();
    assert!(top.devices(None).is_empty());
    clock.pass(SignedDuration::from_mins(15));
    other.report(&branch, &[], &[PATCH]).await;
    top.until(async || top.compliance().contains(&("pc-2".to_owned(), 0, 1))).await;
    clock.pass(SignedDuration::from_mins(15));
    other.report(&branch, &[PATCH], &[]).await;
    top.has(&[("pc-1", 0, 1), ("pc-2", 1, 0)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_is_refused_stops_no_other() {
    let clock = Arc::new(TestClock::default());
    let (top, branch) = (Level::top(&clock).await, Level::open(2, &clock).await);
    branch.below(&top, false).await;
    *top.poison.lock().unwrap() = Some("id-of-pc-3".into());
    let mut all = Vec::new();
    for number in 1..=5 {
        all.push(Pc::at(&branch, &format!("pc-{number}")).await);
    }
    for pc in &mut all {
        pc.report(&branch, &[PATCH], &[]).await;
    }
    let others = [("pc-1", 1, 0), ("pc-2", 1, 0), ("pc-4", 1, 0), ("pc-5", 1, 0)];
    top.has(&others).await;
    let status = || branch.site.rollup_status(&branch.admin).unwrap().remove(0);
    branch.until(async || status().refused == 1).await;
    assert_eq!(status().refused_devices[0].name, "pc-3");
    assert!(status().refused_devices[0].reason.contains("status 500"), "{:?}", status());

    *top.poison.lock().unwrap() = None;
    clock.pass(SignedDuration::from_mins(20));
    all[2].report(&branch, &[], &[PATCH]).await;
    let [one, two, four, five] = others;
    top.has(&[one, two, ("pc-3", 0, 1), four, five]).await;
    all[0].report(&branch, &[], &[PATCH]).await;
    branch.until(async || status().refused == 0).await;
}
