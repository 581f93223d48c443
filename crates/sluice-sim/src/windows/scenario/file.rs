//! Reading a scenario file.

use serde::Deserialize;

use super::{INTERVAL_HOURS, MAX_MACHINES, Scenario, ScenarioError, ScenarioGroup};
use crate::windows::agent::InstallPolicy;
use crate::windows::machine::Profile;

/// Bytes of a file.
const MAX_BYTES: usize = 1 << 20;
/// Groups of a scenario.
const MAX_GROUPS: usize = 1_000;
/// Characters of a name.
const MAX_NAME: usize = 100;
/// Least and greatest interval in hours: a minute to three months.
const INTERVALS: (f64, f64) = (1.0 / 60.0, 2_200.0);
/// A clock is wrong by ten years at most.
const MAX_CLOCK: i32 = 5_256_000;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    #[serde(default)]
    seed: u64,
    interval_hours: Option<f64>,
    #[serde(default)]
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: String,
    profile: String,
    machines: u32,
    target_group: Option<String>,
    install: Option<String>,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    late: f64,
    #[serde(default)]
    install_failures: f64,
    #[serde(default)]
    clones: u32,
    #[serde(default)]
    wrong_clocks: f64,
    #[serde(default)]
    clock_minutes: i32,
}

pub(super) fn parse(text: &str) -> Result<Scenario, ScenarioError> {
    if text.len() > MAX_BYTES {
        return Err(ScenarioError::TooLong { limit: MAX_BYTES });
    }
    let file: File = toml::from_str(text).map_err(|error| ScenarioError::Toml(Box::new(error)))?;
    if file.group.is_empty() || file.group.len() > MAX_GROUPS {
        return Err(ScenarioError::Groups { limit: MAX_GROUPS });
    }
    let interval_hours = file.interval_hours.unwrap_or(INTERVAL_HOURS);
    let (least, most) = INTERVALS;
    check("", "interval_hours", (least..=most).contains(&interval_hours), || format!("between a minute and {most}"))?;
    check("", "name", is_name(&file.name), name_bounds)?;
    let groups = file.group.into_iter().map(group).collect::<Result<Vec<_>, _>>()?;
    let scenario = Scenario { name: file.name, seed: file.seed, interval_hours, groups };
    let all = scenario.machines();
    check("", "the number of machines", (1..=MAX_MACHINES).contains(&all), || format!("1 to {MAX_MACHINES}"))?;
    Ok(scenario)
}

fn group(group: Group) -> Result<ScenarioGroup, ScenarioError> {
    let name = group.name;
    check(&name, "name", is_name(&name), name_bounds)?;
    for (what, share) in
        [("late", group.late), ("install_failures", group.install_failures), ("wrong_clocks", group.wrong_clocks)]
    {
        check(&name, what, (0.0..=1.0).contains(&share), || "between 0 and 1".to_owned())?;
    }
    check(&name, "machines", (1..=MAX_MACHINES).contains(&group.machines), || format!("1 to {MAX_MACHINES}"))?;
    check(&name, "clones", group.clones < group.machines, || "less than machines".to_owned())?;
    check(&name, "clock_minutes", (-MAX_CLOCK..=MAX_CLOCK).contains(&group.clock_minutes), || {
        format!("between -{MAX_CLOCK} and {MAX_CLOCK}")
    })?;
    check(&name, "target_group", group.target_group.as_deref().is_none_or(is_name), name_bounds)?;
    let profile = group.profile.parse().map_err(|()| ScenarioError::Profile {
        group: name.clone(),
        profile: group.profile.chars().take(MAX_NAME).collect(),
        known: Profile::ALL.map(Profile::slug).join(", "),
    })?;
    let install = match group.install.as_deref() {
        None | Some("at-once") => InstallPolicy::AtOnce,
        Some("at-deadline") => InstallPolicy::AtDeadline,
        Some("never") => InstallPolicy::Never,
        Some(other) => {
            let install = other.chars().take(MAX_NAME).collect();
            return Err(ScenarioError::Install { group: name, install });
        }
    };
    Ok(ScenarioGroup {
        name,
        profile,
        machines: group.machines,
        target_group: group.target_group,
        install,
        optional: group.optional,
        late: group.late,
        install_failures: group.install_failures,
        clones: group.clones,
        wrong_clocks: group.wrong_clocks,
        clock_minutes: group.clock_minutes,
    })
}

fn check(group: &str, what: &'static str, holds: bool, bounds: impl FnOnce() -> String) -> Result<(), ScenarioError> {
    if holds { Ok(()) } else { Err(ScenarioError::Bounds { group: group.to_owned(), what, bounds: bounds() }) }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control)
}

fn name_bounds() -> String {
    format!("1 to {MAX_NAME} characters in one line")
}
