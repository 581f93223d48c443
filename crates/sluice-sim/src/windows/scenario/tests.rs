//! Scenario files.

use std::collections::HashSet;

use super::*;

const OFFICE: &str = include_str!("../../../scenarios/office.toml");

#[test]
fn the_example_is_one() {
    let scenario = Scenario::parse(OFFICE).expect("a scenario");
    assert_eq!((scenario.name.as_str(), scenario.seed, scenario.machines()), ("Office", 42, 190));
    assert_eq!(scenario.groups[1].install, InstallPolicy::AtDeadline);
    assert_eq!(scenario.groups[1].target_group.as_deref(), Some("Office;Mobile"));
    assert_eq!(scenario.groups[3].profile, Profile::Server2022);
    assert!(scenario.member(190).is_none());
}

#[test]
fn machines_repeat_and_clones_share_their_identity() {
    let scenario = Scenario::parse(OFFICE).expect("a scenario");
    let members = || (0..190).filter_map(|number| scenario.member(number));
    let identities: HashSet<_> = members().map(|member| member.machine.client_id()).collect();
    assert_eq!(identities.len(), 187);
    let names: HashSet<String> = members().map(|member| member.machine.dns_name().to_owned()).collect();
    assert_eq!(names.len(), 190);
    assert!(names.contains("old-desks-000150.sim.example"));
    let old_desk = |place: u32| scenario.member(150 + place).expect("a machine").machine.client_id();
    assert_eq!((old_desk(22), old_desk(23)), (old_desk(0), old_desk(1)));
    let late = |from, to| (from..to).filter(|number| scenario.member(*number).expect("a machine").is_late).count();
    assert!((1..=14).contains(&late(0, 120)), "{}", late(0, 120));
    assert!((4..=15).contains(&late(120, 150)), "{}", late(120, 150));
}

#[test]
fn what_is_wrong_is_said() {
    let group = "[[group]]\nname = \"G\"\nprofile = \"windows-server-2022\"\nmachines = 2\n";
    let with = |more: &str| format!("name = \"N\"\n{group}{more}");
    assert!(Scenario::parse(&with("")).is_ok());
    for (text, message) in [
        (with("late = 2"), "group \"G\": late must be between 0 and 1"),
        (with("install_failures = nan"), "group \"G\": install_failures must be between 0 and 1"),
        (with("clones = 2"), "group \"G\": clones must be less than machines"),
        (
            with("install = \"soon\""),
            "group \"G\": install must be \"at-once\", \"at-deadline\" or \"never\", not \"soon\"",
        ),
        (with("clock_minutes = 99999999"), "group \"G\": clock_minutes must be between -5256000 and 5256000"),
        (with("target_group = \"\""), "group \"G\": target_group must be 1 to 100 characters in one line"),
        (with("lat = 0.1"), "the scenario is not one"),
        (with("machines = 3"), "the scenario is not one"),
        ("name = \"N\"".to_owned(), "the scenario must have 1 to 1000 groups ([[group]])"),
        (format!("name = \"N\"\ninterval_hours = 0\n{group}"), "interval_hours must be between a minute and 2200"),
        (
            group.replace("2022", "2003").replacen("[[", "name = \"N\"\n[[", 1),
            "group \"G\": there is no profile \"windows-server-2003\"; there are windows-11-pro-25h2, windows-11-pro-25h2-arm64, windows-10-pro-22h2, windows-server-2022, windows-server-2025-core",
        ),
        (with("").replace("= 2\n", "= 100001\n"), "group \"G\": machines must be 1 to 100000"),
        (
            with(&with("").replacen("name = \"N\"\n", "", 1).replace("= 2\n", "= 100000\n")),
            "the number of machines must be 1 to 100000",
        ),
        (" ".repeat(2 << 20), "the scenario has more than 1048576 bytes"),
        ("[[[".to_owned(), "the scenario is not one"),
    ] {
        let error = Scenario::parse(&text).expect_err(&text);
        assert_eq!(error.to_string(), message);
    }
    let Err(ScenarioError::Toml(source)) = Scenario::parse(&with("lat = 0.1")) else { panic!("a mistake") };
    assert!(source.to_string().contains("lat") && source.to_string().contains("line 6"), "{source}");
}
