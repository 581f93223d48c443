//! The machine from end to end, with a package manager and a site in memory and time that the test
//! moves.

use std::path::Path;
use std::sync::Arc;

use sluice_wire::{Assignment, Package, Policy};
use uuid::Uuid;

use super::*;
use crate::state::requests::Requests;
use crate::testing::{FakeSite, Scripted, TestClock, assignment, host, identity, package, policy};

struct Device {
    machine: Machine,
    backend: Arc<Scripted>,
    site: Arc<FakeSite>,
    path: Vec<&'static str>,
    _root: tempfile::TempDir,
}

impl Device {
    fn new(packages: Vec<Package>, assignments: Vec<Assignment>) -> Self {
        let root = tempfile::tempdir().unwrap();
        boot(root.path(), "one");
        let backend = Arc::new(Scripted::with(packages));
        let site = Arc::new(FakeSite::default());
        site.told().policy = Some(policy(assignments));
        let machine = Machine {
            version: "1".into(),
            host: host(root.path()),
            state: StateDirectory::new(root.path().join("state")),
            backend: Arc::clone(&backend) as _,
            site: Arc::clone(&site) as _,
            identity: identity(),
            notifier: Notifier::default(),
            memory: Memory::default(),
        };
        machine.state.prepare().unwrap();
        Self { machine, backend, site, path: Vec::new(), _root: root }
    }

    fn at(&mut self, now: i64) {
        self.machine.host.clock = TestClock::at(now);
    }

    /// Goes on until the agent waits.
    async fn follow(&mut self, mut state: State) -> State {
        self.path.clear();
        loop {
            self.path.push(state.name());
            self.machine.announce(&state);
            if state.pause().is_some() {
                return state;
            }
            state = self.machine.turn(state).await.unwrap();
        }
    }

    async fn round(&mut self) -> State {
        let state = self.machine.begin().unwrap();
        self.follow(state).await
    }

    fn states(&self) -> Vec<String> {
        std::mem::take(&mut self.site.told().states)
    }
}

fn boot(root: &Path, id: &str) {
    let directory = root.join("proc/sys/kernel/random");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("boot_id"), id).unwrap();
}

fn two() -> Vec<Package> {
    vec![package("p1", "amd64", "1"), package("p2", "amd64", "1")]
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_prepared_for_and_then_kept() {
    let mut device = Device::new(two(), vec![assignment(1)]);
    device.at(150);
    let state = device.round().await;
    assert_eq!(
        device.path,
        [
            "scanning",
            "checking-in",
            "deciding",
            "refreshing",
            "planning",
            "downloading",
            "verifying",
            "checking-in",
            "deciding",
            "waiting-for-deadline"
        ]
    );
    assert_eq!(state.pause().unwrap().until, 200, "the deadline, not the next check-in");
    assert_eq!(device.backend.take_log(), ["refresh", "download p1"]);
    assert_eq!(device.states(), ["1 downloading", "1 downloaded"]);

    device.at(200);
    let state = device.follow(Machine::wake(state)).await;
    assert_eq!(device.path.last(), Some(&"idle"));
    assert_eq!(state.pause().unwrap().until, 1100);
    assert_eq!(device.backend.take_log(), ["refresh", "download p1", "install p1"]);
    assert_eq!(device.states(), ["1 downloading", "1 installing", "1 installed"]);
    let report = device.site.told().reports.last().cloned().unwrap();
    assert_eq!((report.detail.as_str(), report.output.as_str()), ("p1 2", "Setting up p1 (2) ...\n"));
    assert_eq!(device.site.told().events, ["install: Installed p1 2"]);
    // The inventory goes whole once, then as a difference; serial numbers rise by one.
    assert_eq!(device.site.told().uploads, [(false, 2), (true, 1)]);
    assert_eq!(device.site.told().serials, [1, 2, 3, 4, 5]);

    device.at(1100);
    device.follow(Machine::wake(state)).await;
    assert_eq!(device.path, ["scanning", "checking-in", "deciding", "idle"]);
    assert_eq!((device.backend.take_log(), device.states()), (vec![], vec![]), "nothing is done or said twice");
}

#[tokio::test(start_paused = true)]
async fn nothing_without_policy_request_or_root() {
    let available = Assignment { required: false, deadline: None, ..assignment(1) };
    let mut device = Device::new(two(), vec![]);
    device.at(500);
    device.round().await;
    assert!(device.backend.take_log().is_empty());

    device.site.told().policy = Some(policy(vec![available.clone()]));
    device.round().await;
    assert!(device.backend.take_log().is_empty());
    assert_eq!(device.states(), ["1 waiting-for-deadline"]);

    device.machine.host.privileged = false;
    Requests { all: true, updates: [Uuid::from_u128(9)].into() }.save(&device.machine.state).unwrap();
    device.round().await;
    assert!(device.backend.take_log().is_empty());
    assert_eq!(device.states(), ["1 install-failed (not-root)"]);

    device.machine.host.privileged = true;
    device.round().await;
    assert_eq!(device.backend.take_log(), ["refresh", "download p1", "install p1"]);
    assert_eq!(Requests::load(&device.machine.state).unwrap(), Requests::default());
}

#[tokio::test(start_paused = true)]
async fn one_bad_update_does_not_stop_the_others() {
    for stage in ["plan", "download", "install"] {
        let mut device = Device::new(two(), vec![assignment(1), assignment(2)]);
        device.at(500);
        {
            let mut script = device.backend.script();
            let bad = match stage {
                "plan" => &mut script.bad_plan,
                "download" => &mut script.bad_download,
                _ => &mut script.bad_install,
            };
            bad.push("p1".into());
        }
        device.round().await;
        let states = device.states();
        let expected = match stage {
            "plan" => "1 install-failed (would-remove)",
            "download" => "1 download-failed (download-failed)",
            _ => "1 install-failed (install-failed)",
        };
        assert!(states.contains(&expected.to_owned()), "{stage}: {states:?}");
        assert!(states.contains(&"2 installed".to_owned()), "{stage}: {states:?}");
        assert_eq!(Journal::load(&device.machine.state).unwrap(), None);
        // It is not tried again at once.
        device.backend.take_log();
        let state = device.round().await;
        assert!(device.backend.take_log().is_empty(), "{stage}");
        device.at(state.pause().unwrap().until.max(1400));
        device.round().await;
        assert!(!device.backend.take_log().is_empty(), "{stage}: tried again later");
    }
}

#[tokio::test(start_paused = true)]
async fn a_killed_agent_finds_out_the_truth() {
    // Twice: once the package manager got it done after all, once not.
    for done in [true, false] {
        let mut device = Device::new(two(), vec![assignment(1)]);
        device.at(500);
        device.backend.script().hangs = true;
        let state = device.machine.begin().unwrap();
        let died = tokio::time::timeout(std::time::Duration::from_secs(5), device.follow(state)).await;
        assert!(died.is_err() && Journal::load(&device.machine.state).unwrap().is_some());
        assert_eq!(device.states(), ["1 downloading", "1 installing"]);
        device.backend.take_log();

        device.backend.script().hangs = false;
        if done {
            device.backend.script().repairs.push(package("p1", "amd64", "2"));
        }
        device.round().await;
        assert_eq!(device.path[..3], ["recovering", "verifying", "checking-in"]);
        if done {
            assert_eq!(device.backend.take_log(), ["repair"]);
            assert_eq!(device.states(), ["1 installed"]);
        } else {
            assert_eq!(device.backend.take_log(), ["repair", "refresh", "download p1", "install p1"]);
            let states = device.states();
            assert_eq!(
                states,
                ["1 install-failed (interrupted)", "1 downloading", "1 installing", "1 installed"],
                "told, and tried again at once"
            );
        }
        assert_eq!(Journal::load(&device.machine.state).unwrap(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn the_lock_is_waited_for_and_given_up() {
    let mut device = Device::new(two(), vec![assignment(1)]);
    device.at(500);
    device.backend.script().locked = Some("held by process 7 (apt)".into());
    device.backend.script().locked_looks = 3;
    device.round().await;
    assert!(device.path.contains(&"waiting-for-lock"));
    let states = device.states();
    assert_eq!(states, ["1 waiting-for-other-install", "1 downloading", "1 installing", "1 installed"]);

    let mut device = Device::new(two(), vec![assignment(1)]);
    device.at(500);
    device.backend.script().locked = Some("held by process 7 (apt)".into());
    device.backend.script().locked_looks = u32::MAX;
    device.round().await;
    assert_eq!(device.states(), ["1 waiting-for-other-install", "1 waiting-for-other-install (locked)"]);
    assert_eq!(device.path.last(), Some(&"idle"));
    assert!(device.backend.take_log().is_empty());

    // An interrupted installation waits too, without spinning.
    Journal { started_at: 1, wanted: vec![] }.begin(&device.machine.state).unwrap();
    device.round().await;
    assert_eq!(device.path.last(), Some(&"backing-off"));
    assert!(Journal::load(&device.machine.state).unwrap().is_some());
    device.backend.script().locked_looks = 0;
    device.round().await;
    assert_eq!(Journal::load(&device.machine.state).unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_site_is_waited_for_but_its_policy_holds() {
    let mut device = Device::new(two(), vec![assignment(1)]);
    device.at(100);
    device.backend.script().bad_refresh = true;
    device.round().await;
    assert_eq!(device.states(), ["1 download-failed (index-refresh-failed)"]);
    device.backend.script().bad_refresh = false;
    device.site.told().unreachable = true;
    device.at(5000);
    let mut state = device.round().await;
    assert!(device.backend.take_log().contains(&"install p1".to_owned()), "the deadline has passed");
    assert_eq!(device.path.last(), Some(&"backing-off"));
    let mut waits = Vec::new();
    for _ in 0..9 {
        let now = device.machine.host.now();
        waits.push(state.pause().unwrap().until - now);
        device.at(state.pause().unwrap().until);
        state = device.follow(Machine::wake(state)).await;
    }
    assert_eq!(waits, [15, 30, 60, 120, 240, 480, 960, 1800, 1800]);
    assert!(device.states().is_empty());
    device.site.told().unreachable = false;
    let state = device.follow(Machine::wake(state)).await;
    assert!(matches!(state, State::Idle(..)));
    assert_eq!(device.states().last().map(String::as_str), Some("1 installed"), "nothing was lost");
}

#[tokio::test(start_paused = true)]
async fn without_its_sources_it_installs_what_it_has_fetched() {
    let mut device = Device::new(two(), vec![assignment(1), assignment(2)]);
    device.backend.script().bad_download = vec!["p2".into()];
    device.at(150);
    device.round().await;
    assert!(device.states().contains(&"1 downloaded".to_owned()));
    device.backend.take_log();
    device.backend.script().bad_refresh = true;
    device.at(5000);
    device.round().await;
    assert_eq!(device.backend.take_log(), ["refresh", "download p1", "install p1"]);
    let states = device.states();
    assert!(states.contains(&"1 installed".to_owned()), "{states:?}");
    assert!(states.contains(&"2 download-failed (index-refresh-failed)".to_owned()), "{states:?}");
}

#[tokio::test(start_paused = true)]
async fn a_foreign_or_older_policy_is_told_once_and_not_obeyed() {
    let mut device = Device::new(two(), vec![]);
    device.at(500);
    device.site.told().policy = Some(Policy { device: Uuid::from_u128(1), ..policy(vec![assignment(1)]) });
    device.round().await;
    device.round().await;
    assert!(device.backend.take_log().is_empty());
    device.round().await;
    assert_eq!(device.site.told().events, ["policy: Refused: the policy is for another device"]);
}

#[tokio::test(start_paused = true)]
async fn a_restart_is_waited_for_announced_or_impossible() {
    let restart = |restart| Assignment { restart, ..assignment(1) };
    // Suppressed: told, no more; after the restart it is installed.
    let mut device = Device::new(two(), vec![restart(false)]);
    let root = device.machine.host.root.clone();
    std::fs::create_dir_all(root.join("run")).unwrap();
    std::fs::write(root.join("run/reboot-required"), "").unwrap();
    device.at(500);
    device.round().await;
    assert_eq!(device.states().last().map(String::as_str), Some("1 pending-restart"));
    assert_eq!(device.path.last(), Some(&"idle"));
    boot(&root, "two");
    device.round().await;
    assert_eq!(device.states(), ["1 installed"]);

    // Allowed, but there is no system to restart.
    let mut device = Device::new(two(), vec![restart(true)]);
    let root = device.machine.host.root.clone();
    std::fs::create_dir_all(root.join("run")).unwrap();
    std::fs::write(root.join("run/reboot-required"), "").unwrap();
    device.at(500);
    device.round().await;
    assert_eq!(device.states().last().map(String::as_str), Some("1 pending-restart (restart-not-possible)"));

    // Allowed and possible: announced first.
    let mut device = Device::new(two(), vec![restart(true)]);
    let root = device.machine.host.root.clone();
    std::fs::create_dir_all(root.join("run/systemd/system")).unwrap();
    std::fs::write(root.join("run/reboot-required"), "").unwrap();
    device.at(500);
    let state = device.round().await;
    assert_eq!(device.path.last(), Some(&"pending-restart"));
    assert_eq!(state.pause().unwrap().until, 560);
    device.at(560);
    let mut state = Machine::wake(state);
    while !matches!(state, State::Restarting(..)) {
        assert!(state.pause().is_none(), "{state:?}");
        state = device.machine.turn(state).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn held_and_already_installed_updates_are_told_and_left_alone() {
    let held = Package { held: true, ..package("p1", "amd64", "1") };
    let mut device = Device::new(vec![held, package("p2", "amd64", "2")], vec![assignment(1), assignment(2)]);
    device.at(500);
    device.round().await;
    assert_eq!(device.states(), ["1 held (held)", "2 installed"]);
    assert!(device.backend.take_log().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_update_is_not_installed() {
    let mut device = Device::new(two(), vec![assignment(1)]);
    device.at(150);
    let state = device.round().await;
    device.backend.take_log();
    device.site.told().policy = Some(Policy { issued_at: 160, ..policy(vec![]) });
    device.at(200);
    device.follow(Machine::wake(state)).await;
    assert!(device.backend.take_log().is_empty());
}
