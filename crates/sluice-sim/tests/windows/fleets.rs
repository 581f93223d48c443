//! Fleets from scenarios, against a server written from the specification.

use sluice_sim::SimError;
use sluice_sim::windows::{Profile, Scenario, ServerOptions, WindowsOptions, run_windows};

use crate::spec::{Spec, Update};

const SCENARIO: &str = r#"
name = "Test"
seed = 7

[[group]]
name = "Desks"
profile = "windows-11-pro-25h2"
machines = 20
target_group = "Office"
clones = 2

[[group]]
name = "Late"
profile = "windows-10-pro-22h2"
machines = 5
late = 1.0
install = "never"
"#;

fn options(spec: &Spec, scenario: Scenario) -> WindowsOptions {
    WindowsOptions { at_once: 4, ..WindowsOptions::new(ServerOptions::plain(&spec.url), scenario) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fleet_scans_installs_restarts_and_reports() {
    let spec = Spec::start(vec![
        Update::category(1),
        Update::software(10).needs(&[&[1]]).install().file("a.cab", 1000),
        Update::software(11).needs(&[&[1]]).install().reboots("AlwaysRequiresReboot"),
    ])
    .await;
    let scenario = Scenario::parse(SCENARIO).expect("a scenario");
    let options = WindowsOptions { rounds: 2, ..options(&spec, scenario) };
    let summary = run_windows(options, crate::host(crate::NOW)).await.expect("a simulation");
    assert_eq!((summary.machines, summary.timed_out), (25, false));
    assert!(summary.errors.is_empty() && summary.complaints.is_empty() && summary.faults.is_empty(), "{summary:?}");
    let [first, second] = summary.rounds.as_slice() else { panic!("two rounds") };
    assert_eq!((first.scans, first.new_updates, first.needed, first.installed), (25, 75, 50, 0));
    assert_eq!((first.installs, first.restarts, second.restarts), (40, 0, 20));
    assert_eq!((second.scans, second.new_updates, second.needed, second.installed), (25, 0, 10, 40));
    assert_eq!((first.round_trips, first.most_round_trips, second.round_trips), (75, 3, 50));
    // Two events for the scan and four for each of two updates; the late ones report a round later.
    assert_eq!((first.events, second.events), (20 * 10, 20 * 3 + 5 * 2));
    assert_eq!(summary.operations["Content"].requests, 20);
    assert_eq!(summary.operations["SyncUpdates"].requests, 125);
    let state = spec.state();
    assert_eq!(state.target_groups.iter().filter(|group| *group == "Office").count(), 20);
    let clients: std::collections::HashSet<&str> =
        state.batches.iter().flatten().map(|event| event.basic_data.target_id.as_str()).collect();
    assert_eq!(clients.len(), 23, "two of them are clones");
}

#[tokio::test]
async fn what_fails_is_counted() {
    let spec = Spec::start(vec![Update::software(10).install()]).await;
    for _ in 0..3 {
        spec.state().faults.push_back(("SyncUpdates", sluice_wsus::soap::ErrorCode::ServerBusy, ""));
    }
    let mut scenario = Scenario::uniform(Profile::Server2022, 10, 1);
    scenario.groups[0].install_failures = 1.0;
    let summary = run_windows(options(&spec, scenario), crate::host(crate::NOW)).await.expect("a simulation");
    let round = summary.rounds[0];
    assert_eq!((round.scans, round.failed_scans, round.failed_installs), (7, 3, 7));
    assert_eq!(summary.errors["SyncUpdates: ServerBusy"], 3);
    assert_eq!(summary.errors.values().sum::<u64>(), 10);
    assert_eq!(summary.faults["SyncUpdates: ServerBusy"], 3);
}

#[tokio::test]
async fn machines_come_back_after_their_pause() {
    let spec = Spec::start(Vec::new()).await;
    let scenario = Scenario::uniform(Profile::Windows11Pro25H2, 4, 1);
    // 22 hours in 0.02 seconds.
    let options = WindowsOptions { rounds: 3, time_scale: 2.5e-7, ..options(&spec, scenario) };
    let summary = run_windows(options, crate::host(crate::NOW)).await.expect("a simulation");
    assert_eq!(summary.rounds.iter().map(|round| round.scans).collect::<Vec<_>>(), [4, 4, 4]);
    assert_eq!(spec.state().batches.len(), 12);
}

#[tokio::test]
async fn options_that_make_no_sense_are_refused() {
    let good = WindowsOptions::new(
        ServerOptions::plain("http://localhost:8530"),
        Scenario::uniform(Profile::Server2022, 1, 1),
    );
    let refused = async |options| match run_windows(options, crate::host(crate::NOW)).await {
        Err(SimError::Bounds { what, .. }) => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(WindowsOptions { rounds: 0, ..good.clone() }).await, "the number of rounds");
    assert_eq!(refused(WindowsOptions { time_scale: f64::NAN, ..good.clone() }).await, "the time scale");
    assert_eq!(refused(WindowsOptions { at_once: 0, ..good.clone() }).await, "the number of machines at once");
    for url in ["localhost", "https://sluice.example.org:8531", "ftp://x", "http://x/?q"] {
        let server = ServerOptions::plain(url);
        let error =
            run_windows(WindowsOptions { server, ..good.clone() }, crate::host(crate::NOW)).await.expect_err(url);
        assert!(matches!(error, SimError::UpdateServer(_)), "{error}");
    }
}
