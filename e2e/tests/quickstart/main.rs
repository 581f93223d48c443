//! `sluice quickstart` on this machine, as a new user starts it: the machine's own package sources
//! and package database, nothing made up. Needs root, network and a Debian-like machine.

mod quickstart;

use std::net::TcpListener;

use quickstart::Quickstart;

#[test]
fn a_new_user_sees_what_the_machine_needs_and_a_second_start_redoes_nothing() {
    let quickstart = Quickstart::new();
    let first = quickstart.run();
    assert!(first.contains("/setup?token="), "the address with the sign-in token\n{first}");
    assert!(first.contains("This machine is enrolled as device"), "{first}");
    assert!(first.contains("new updates"), "a first synchronization brings updates\n{first}");
    assert!(first.contains("Compliance: this machine needs"), "{first}");

    let second = quickstart.run();
    assert!(second.contains(", 0 of them new"), "no source is defined again\n{second}");
    assert!(!second.contains("is enrolled as device"), "the machine stays the same device\n{second}");
    assert!(second.contains("nothing new"), "{second}");
    let summary = |text: &str| text.lines().find(|l| l.starts_with("Compliance:")).map(str::to_owned);
    assert_eq!(summary(&first), summary(&second));

    // Without network: the reason of each source, and the last good state is served.
    let cut_off = quickstart.run_in("unshare --net", "ip link set lo up");
    assert!(cut_off.contains("failed: http"), "{cut_off}");
    assert!(cut_off.contains("cannot be reached"), "{cut_off}");
    assert_eq!(summary(&cut_off), summary(&first));
}

#[test]
fn a_busy_port_is_passed_over() {
    let quickstart = Quickstart::new();
    let taken = TcpListener::bind(("127.0.0.1", quickstart.port)).expect("the port is free");
    let said = quickstart.run();
    assert!(said.contains(&format!("Port {} is busy; using http://127.0.0.1:", quickstart.port)), "{said}");
    assert!(said.contains("Compliance: this machine needs"), "{said}");
    drop(taken);
}

#[test]
fn without_root_the_machine_is_assessed_all_the_same() {
    let quickstart = Quickstart::new();
    quickstart.give_to("nobody");
    let said = quickstart.run_in("runuser -u nobody --", "true");
    assert!(said.contains("Compliance: this machine needs"), "{said}");
    assert!(said.contains("Not root: this machine is assessed, but nothing can be installed"), "{said}");
}

#[test]
fn on_a_machine_without_dpkg_the_site_runs_and_says_what_it_can_do() {
    let quickstart = Quickstart::new();
    let said = quickstart.run_in("unshare --mount", "mount --bind /dev/null /usr/bin/dpkg");
    assert!(said.contains("not a Debian-like machine"), "{said}");
    assert!(said.contains("The site runs all the same"), "{said}");
    assert!(said.contains("/setup?token="), "{said}");
}

#[test]
fn one_data_directory_serves_one_site() {
    let quickstart = Quickstart::new();
    let mut first = quickstart.keep_running();
    let refused = quickstart.refused();
    assert!(refused.contains("is used by another sluice"), "{refused}");
    first.stop();
}
