//! Downloading, installing, restarting, removing, and the events of it.

use std::collections::BTreeMap;

use sluice_sim::windows::{Behaviour, Failure, InstallPolicy, Stage, UpdateStatus, WindowsClient};
use sluice_wsus::messages::reporting::ReportingEvent;
use sluice_wsus::messages::shared::DeploymentAction;

use crate::spec::{Spec, Update, id};
use crate::{client, client_with};

/// Number, update and Q of each event.
fn said(events: &[ReportingEvent]) -> Vec<(i32, String, String)> {
    let said = |event: &ReportingEvent| {
        let update = event.basic_data.update_id.update_id;
        let number = if update.is_nil() { String::new() } else { (update.as_u128() & 0xFFFF).to_string() };
        let misc = |key: &str| event.extended_data.misc_data.get(key).unwrap_or_default().to_owned();
        (event.basic_data.event_id, number, misc("Q"))
    };
    events.iter().map(said).collect()
}

fn lists(event: &ReportingEvent) -> BTreeMap<&'static str, usize> {
    let misc = &event.extended_data.misc_data;
    ["U", "V", "W", "g", "h"].into_iter().map(|key| (key, misc.guids(key).count())).filter(|(_, n)| *n > 0).collect()
}

fn is(event: i32, number: u32, kind: u32) -> (i32, String, String) {
    let number = if number == 0 { String::new() } else { number.to_string() };
    (event, number, kind.to_string())
}

async fn scanned(spec: &Spec) -> WindowsClient {
    let mut client = client(spec);
    client.scan().await.expect("a scan");
    client
}

#[tokio::test]
async fn approved_downloaded_installed_reported() {
    let size = 3 * 1024 * 1024 + 17;
    let spec = Spec::start(vec![Update::software(10).install().file("a.cab", size), Update::software(11)]).await;
    let mut client = scanned(&spec).await;
    let installed = client.install().await;
    assert_eq!((installed.downloaded, installed.installed, installed.failed.len()), (vec![id(10)], vec![id(10)], 0));
    assert_eq!(installed.bytes, size as u64);
    {
        let mut ranges: Vec<String> = spec.state().downloads.iter().map(|(_, range)| range.clone()).collect();
        ranges.sort();
        assert_eq!(
            ranges,
            ["bytes=0-1048575", "bytes=1048576-2097151", "bytes=2097152-3145727", "bytes=3145728-3145744"]
        );
    }
    let second = client.scan().await.expect("a scan");
    assert_eq!((second.installed, second.needed), (vec![id(10)], vec![id(11)]));
    assert_eq!(client.report().await.expect("a report").events, 8);

    let events = spec.events();
    let scan = [is(147, 0, 1), is(156, 0, 1)];
    let install = [is(167, 10, 1), is(162, 10, 1), is(181, 10, 1), is(183, 10, 1)];
    assert_eq!(said(&events), [&scan[..], &install, &scan].concat());
    assert_eq!(events[3].extended_data.misc_data.bytes(), Some(size as u64));
    assert_eq!(events[5].extended_data.replacement_strings, ["Update 10"]);
    assert_eq!(lists(&events[1]), [("U", 2)].into());
    assert_eq!(lists(&events[7]), [("U", 1), ("V", 1)].into());
}

#[tokio::test]
async fn a_bundle_is_installed_by_its_parts() {
    let spec = Spec::start(vec![
        Update::bundle(20, &[&[21, 22], &[23]]),
        Update::software(21)
            .member()
            .rules("<IsInstalled><False /></IsInstalled><IsInstallable><False /></IsInstallable>"),
        Update::software(22).member().file("x.cab", 100),
        Update::software(23).member().file("y.cab", 200),
    ])
    .await;
    let mut client = scanned(&spec).await;
    assert_eq!(client.status_of(id(20)), Some(UpdateStatus::Needed));
    let installed = client.install().await;
    assert_eq!((&installed.installed, installed.bytes), (&vec![id(20)], 300), "{:?}", installed.failed);
    client.scan().await.expect("a scan");
    assert_eq!(client.status_of(id(20)), Some(UpdateStatus::Installed));
    // Only the parent is spoken of, as a bundle.
    let install = [is(167, 20, 2), is(162, 20, 2), is(181, 20, 2), is(183, 20, 2)];
    assert_eq!(said(&client.queued_events()[2..6]), install);
}

#[tokio::test]
async fn a_part_that_fails_fails_the_bundle() {
    let spec = Spec::start(vec![
        Update::bundle(20, &[&[21], &[22]]),
        Update::software(21).member().file("x.cab", 100),
        Update::software(22).member().file("y.cab", 200),
    ])
    .await;
    let failure = Failure { update: Some(id(22)), stage: Stage::Install, hresult: 0x8007_0643, times: 1 };
    let mut client = client_with(&spec, Behaviour { failures: vec![failure], ..Behaviour::default() });
    client.scan().await.expect("a scan");
    let installed = client.install().await;
    let failed = &installed.failed[0];
    assert_eq!((failed.update, failed.part, failed.hresult), (id(20), Some(id(22)), 0x8007_0643));
    let second = client.scan().await.expect("a scan");
    assert_eq!(client.status_of(id(20)), Some(UpdateStatus::Failed));
    assert_eq!(second.needed, [id(20)]);

    let events = client.queued_events();
    assert_eq!(said(&events[5..7]), [is(182, 22, 1), is(182, 20, 2)]);
    let child = &events[5];
    assert_eq!(child.basic_data.win32_hresult, -2_147_023_293);
    assert!(child.extended_data.replacement_strings.is_empty());
    assert_eq!(child.extended_data.misc_data.bundle().expect("its bundle").update_id, id(20).0);
    assert_eq!(events[6].extended_data.replacement_strings, ["0x80070643", "Update 20"]);
    assert_eq!(lists(&events[8]), [("g", 1)].into());
    // The next attempt succeeds, as the failure was asked for once.
    assert_eq!(client.install().await.installed, [id(20)]);
}

#[tokio::test]
async fn a_restart_ends_the_installation() {
    let spec = Spec::start(vec![Update::software(10).install().reboots("CanRequestReboot")]).await;
    let mut client = scanned(&spec).await;
    let installed = client.install().await;
    assert_eq!((installed.installed, installed.restart_pending), (vec![], vec![id(10)]));
    let pending = client.scan().await.expect("a scan");
    assert_eq!((pending.installed, pending.needed, pending.to_install), (vec![], vec![], vec![]));
    assert!(client.restart_pending() && client.install().await == sluice_sim::windows::InstallOutcome::default());
    assert!(client.restart());
    assert!(!client.restart());
    assert_eq!(client.scan().await.expect("a scan").installed, [id(10)]);
    let events = client.queued_events();
    assert_eq!(said(&events[5..6]), [is(201, 10, 1)]);
    assert_eq!(events[5].basic_data.win32_hresult, 2_359_301);
    assert_eq!(lists(&events[7]), [("W", 1)].into());
    assert_eq!(said(&events[8..9]), [is(202, 10, 1)]);
    assert_eq!(lists(&events[10]), [("V", 1)].into());

    // Those that only may ask for one do not on a machine that does not restart then.
    let mut quiet = client_with(&spec, Behaviour { restarts_if_asked: false, ..Behaviour::default() });
    quiet.scan().await.expect("a scan");
    assert_eq!(quiet.install().await.installed, [id(10)]);
}

#[tokio::test]
async fn what_can_be_removed_is_removed() {
    let spec = Spec::start(vec![
        Update::software(10).install().removable("NeverReboots"),
        Update::software(11).install(),
        Update::software(12).install().removable("AlwaysRequiresReboot"),
    ])
    .await;
    let mut client = scanned(&spec).await;
    assert_eq!(client.install().await.installed.len(), 3);
    for number in [10, 11, 12] {
        spec.change(number, |update| update.deployment.action = DeploymentAction::Uninstall);
    }
    let outcome = client.scan().await.expect("a scan");
    assert_eq!(outcome.to_uninstall, [id(10), id(11), id(12)]);
    let before = client.queued_events().len();
    let removed = client.install().await;
    assert_eq!((removed.uninstalled, removed.restart_pending), (vec![id(10)], vec![id(12)]));
    assert_eq!((removed.failed[0].update, removed.failed[0].hresult), (id(11), 0x8024_0028));
    assert_eq!(said(&client.queued_events()[before..]), [is(222, 10, 1), is(221, 11, 1), is(224, 12, 1)]);
    client.restart();
    let outcome = client.scan().await.expect("a scan");
    assert_eq!((outcome.installed, outcome.needed), (vec![id(11)], vec![id(10), id(12)]));
    assert!(outcome.to_install.is_empty(), "what is to be removed is not installed again");
}

#[tokio::test]
async fn a_machine_can_be_as_the_server_wants_from_the_beginning() {
    let rule =
        r#"<IsInstalled><ProductReleaseInstalled Name="Client.OS.RS2.AMD64" Version="10.0.26100.1" /></IsInstalled>"#;
    let update = Update::software(10).rules(rule).action(DeploymentAction::Uninstall).removable("NeverReboots");
    let spec = Spec::start(vec![update]).await;
    let mut client = scanned(&spec).await;
    // It was not installed by us, so there is nothing to take back: the rule itself is made false.
    assert_eq!(client.install().await.uninstalled, [id(10)]);
    assert_eq!(client.scan().await.expect("a scan").needed, [id(10)]);
}

#[tokio::test]
async fn policies_say_when() {
    let updates = || {
        vec![
            Update::software(10).install().deadline("2026-10-04T15:00:00Z"),
            Update::software(11).install().deadline("2026-10-04T18:00:00Z"),
            Update::software(12).install(),
            Update::software(13).action(DeploymentAction::OptionalInstall),
            Update::software(14),
        ]
    };
    let spec = Spec::start(updates()).await;
    let with = |install, optional| client_with(&spec, Behaviour { install, optional, ..Behaviour::default() });
    for (mut client, expected) in [
        (with(InstallPolicy::AtOnce, false), vec![id(10), id(11), id(12)]),
        (with(InstallPolicy::AtOnce, true), vec![id(10), id(11), id(12), id(13)]),
        (with(InstallPolicy::AtDeadline, false), vec![id(10)]),
        (with(InstallPolicy::Never, false), vec![]),
    ] {
        client.scan().await.expect("a scan");
        assert_eq!(client.install().await.installed, expected);
    }
    let mut user = with(InstallPolicy::Never, false);
    user.scan().await.expect("a scan");
    assert_eq!(user.install_only(&[id(13), id(14)]).await.installed, [id(13)], "what is not approved is not offered");
    // Three hours later another deadline is over.
    let mut waiting = with(InstallPolicy::AtDeadline, false);
    waiting.scan().await.expect("a scan");
    waiting.behaviour_mut().clock_offset = jiff::SignedDuration::from_hours(3);
    assert_eq!(waiting.install().await.installed, [id(10), id(11)]);
}

#[tokio::test]
async fn what_is_due_at_the_same_time_goes_by_its_priority() {
    let spec = Spec::start(vec![
        Update::software(10).install().priority("1"),
        Update::software(11).install(),
        Update::software(12).install().priority("3"),
        Update::software(13).install().priority("soon"),
        Update::software(14).install().priority("1").deadline("2026-10-04T15:00:00Z"),
    ])
    .await;
    let mut client = scanned(&spec).await;
    assert_eq!(client.install().await.installed, [14, 12, 11, 13, 10].map(id));
}

#[tokio::test]
async fn what_something_newer_replaces_is_not_installed() {
    let spec = Spec::start(vec![
        Update::software(10).install(),
        Update::software(11).install().supersedes(&[10]),
        Update::software(12).supersedes(&[11]),
    ])
    .await;
    let mut client = scanned(&spec).await;
    assert_eq!(client.install().await.installed, [id(11)], "the newest is not approved");
    let outcome = client.scan().await.expect("a scan");
    assert_eq!((outcome.needed, outcome.to_install), (vec![id(10), id(12)], vec![]));
}

#[tokio::test]
async fn files_are_asked_for_again_elsewhere_and_then_given_up() {
    let spec = Spec::start(vec![Update::software(10).install().file("a.cab", 100)]).await;
    spec.state().wrong_addresses = true;
    let mut client = scanned(&spec).await;
    spec.operations();
    let failed = client.install().await.failed.remove(0);
    assert_eq!((failed.stage, failed.hresult), (Stage::Download, 0x8019_0194));
    assert_eq!(spec.operations(), ["GetFileLocations"]);
    let events = client.queued_events();
    assert_eq!(said(&events[2..]), [is(167, 10, 1), is(161, 10, 1)]);
    assert_eq!(events[3].extended_data.replacement_strings, ["Update 10"]);
    // Asked again, the server knows better.
    spec.state().wrong_addresses = false;
    assert_eq!(client.install().await.installed, [id(10)]);
    assert_eq!(spec.operations(), ["GetFileLocations"]);
}

#[tokio::test]
async fn files_that_moved_are_got_from_where_they_are_now() {
    let spec = Spec::start(vec![Update::software(10).install().file("a.cab", 100)]).await;
    spec.state().wrong_addresses = true;
    let mut client = scanned(&spec).await;
    {
        let mut state = spec.state();
        state.wrong_addresses = false;
        state.faults.push_back(("SyncUpdates", sluice_wsus::soap::ErrorCode::FileLocationChanged, ""));
    }
    client.scan().await.expect("a scan");
    spec.operations();
    assert_eq!(client.install().await.installed, [id(10)]);
    assert_eq!(spec.operations(), [""; 0], "it need not ask again");
}

#[tokio::test]
async fn a_file_that_is_not_what_it_should_be_is_not_installed() {
    let spec = Spec::start(vec![Update::software(10).install().file("a.cab", 100)]).await;
    let mut client = scanned(&spec).await;
    spec.state().content.values_mut().for_each(|content| content[50] ^= 1);
    let failed = client.install().await.failed.remove(0);
    assert_eq!(failed.hresult, 0x8024_6002);
    assert!(failed.why.contains("SHA-1"), "{}", failed.why);
    spec.state().content.values_mut().for_each(|content| content.push(0));
    let failed = client.install().await.failed.remove(0);
    assert!(failed.why.contains("Content-Range"), "{}", failed.why);
}

#[tokio::test]
async fn a_rule_that_cannot_be_made_to_hold_is_said() {
    let rules = r#"<IsInstalled><And><b.Processor Architecture="5" /><b.InstalledOnce /></And></IsInstalled>"#;
    let spec = Spec::start(vec![Update::software(10).install().rules(rules)]).await;
    let mut client = scanned(&spec).await;
    let failed = client.install().await.failed.remove(0);
    assert_eq!(failed.hresult, 0x8024_FFFF);
    assert!(failed.why.contains("Processor"), "{}", failed.why);
}

#[tokio::test]
async fn a_driver_is_offered_for_a_device() {
    let hardware_id = r"PCI\VEN_1234&DEV_5678";
    let spec = Spec::start(vec![
        Update::driver(40, hardware_id, "2.0.0.0"),
        Update::driver(41, r"PCI\VEN_FFFF&DEV_0001", "9.0.0.0"),
    ])
    .await;
    let mut client = client(&spec);
    let device = sluice_wsus::update::rules::Device { hardware_ids: vec![hardware_id.into()], ..Default::default() };
    client.machine_mut().add_device(device);
    let outcome = client.scan().await.expect("a scan");
    assert_eq!((outcome.to_install, outcome.complaints.len()), (vec![id(40)], 0));
    assert_eq!(client.cached_ids().2, [1040, 1041]);
    assert_eq!(client.install().await.installed, [id(40)]);
    let second = client.scan().await.expect("a scan");
    assert_eq!((second.installed, second.needed), (vec![id(40)], vec![]));
}

#[tokio::test]
async fn batches_are_kept_until_they_are_taken_and_can_be_sent_twice() {
    let spec = Spec::start(vec![Update::software(10)]).await;
    let mut client = scanned(&spec).await;
    spec.state().accepts_reports = false;
    assert!(!client.report().await.expect("an answer").accepted);
    assert_eq!(client.queued_events().len(), 2);
    spec.state().accepts_reports = true;
    assert!(client.report().await.expect("an answer").accepted);
    assert!(client.queued_events().is_empty());
    assert_eq!(client.report_again().await.expect("an answer").events, 2);
    let state = spec.state();
    let instances = |batch: usize| -> Vec<_> {
        state.batches[batch].iter().map(|event| event.basic_data.event_instance_id).collect()
    };
    assert_eq!(instances(0), instances(1));
    assert_eq!(instances(1), instances(2));
}

#[tokio::test]
async fn a_report_survives_a_cookie_that_is_no_longer_good() {
    let spec = Spec::start(Vec::new()).await;
    let mut client = scanned(&spec).await;
    spec.operations();
    let expired = sluice_wsus::soap::ErrorCode::CookieExpired;
    spec.state().faults.push_back(("ReportEventBatch", expired, ""));
    assert!(client.report().await.expect("a report").accepted);
    let operations = spec.operations();
    assert_eq!(operations, ["ReportEventBatch", "GetAuthorizationCookie", "GetCookie", "ReportEventBatch"]);
}

#[tokio::test]
async fn a_cycle_does_it_all() {
    let spec = Spec::start(vec![Update::software(10).install().reboots("AlwaysRequiresReboot")]).await;
    let mut client = client(&spec);
    let outcome = client.cycle().await.expect("a cycle");
    assert_eq!(outcome.installed, [id(10)]);
    let numbers: Vec<i32> = spec.events().iter().map(|event| event.basic_data.event_id).collect();
    assert_eq!(numbers, [147, 156, 167, 162, 181, 201, 202, 147, 156]);
    let times: Vec<_> = spec.events().iter().map(|event| event.basic_data.time_at_target).collect();
    assert!(times.iter().all(|time| *time == spec.state().client_time));
}
