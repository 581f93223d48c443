//! What `apt-get --simulate` (in the C locale) says it would do: the check, before anything is
//! changed, that only approved changes would happen.

use thiserror::Error;

/// The most actions taken. An upgrade of a whole release has some thousands.
pub const MAX_ACTIONS: usize = 100_000;

/// One thing apt would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action<'a> {
    /// Unpack a version: `Inst`.
    Install {
        /// What.
        package: PackageName<'a>,
        /// The version that is there; `None` for a new package.
        old: Option<&'a str>,
        /// The version to come.
        new: &'a str,
        /// Where it comes from: `Debian:12.14/oldstable`, several separated by commas.
        origins: &'a str,
        /// Its own architecture, which may be `all`.
        architecture: &'a str,
    },
    /// Configure a version: `Conf`.
    Configure {
        /// What.
        package: PackageName<'a>,
        /// The version.
        version: &'a str,
    },
    /// Remove: `Remv`, or with its configuration files, `Purg`.
    Remove {
        /// What.
        package: PackageName<'a>,
        /// The version that is there.
        old: Option<&'a str>,
        /// With its configuration files.
        purge: bool,
    },
}

/// A package name with the architecture apt writes behind it when that is not the native one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PackageName<'a> {
    /// The name.
    pub name: &'a str,
    /// The foreign architecture, such as `i386`.
    pub architecture: Option<&'a str>,
}

/// A line that says something is done, but not in a way understood here. The whole simulation must
/// then be distrusted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SimulateError {
    /// The line is not understood.
    #[error("cannot understand what apt would do in {line:?} (line {number})")]
    Line {
        /// The line, at most 200 characters.
        line: String,
        /// Counted from 1.
        number: usize,
    },
    /// More than [`MAX_ACTIONS`].
    #[error("apt would do more than {MAX_ACTIONS} things")]
    TooMany,
}

/// Reads the output of `apt-get --simulate`. Lines that are not about actions are passed over.
///
/// # Errors
/// When a line about an action cannot be read: a check against approved changes must not miss one.
pub fn parse_simulation(text: &str) -> Result<Vec<Action<'_>>, SimulateError> {
    let mut actions = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let Some((verb, rest)) = line.split_once(' ') else { continue };
        if !matches!(verb, "Inst" | "Conf" | "Remv" | "Purg") {
            continue;
        }
        if actions.len() >= MAX_ACTIONS {
            return Err(SimulateError::TooMany);
        }
        actions.push(
            action(verb, rest)
                .ok_or_else(|| SimulateError::Line { line: line.chars().take(200).collect(), number: number + 1 })?,
        );
    }
    Ok(actions)
}

/// `name [old] (new origins [arch]) [what would be broken meanwhile]`.
fn action<'a>(verb: &str, rest: &'a str) -> Option<Action<'a>> {
    let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let package = match name.split_once(':') {
        None => PackageName { name, architecture: None },
        Some((name, architecture)) => PackageName { name, architecture: Some(architecture) },
    };
    if !super::item::is_package_name(package.name) {
        return None;
    }
    let (old, rest) = match rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        Some((old, rest)) => (Some(old.trim()), rest.trim_start()),
        None => (None, rest),
    };
    if matches!(verb, "Remv" | "Purg") {
        return Some(Action::Remove { package, old, purge: verb == "Purg" });
    }
    let (inside, _) = rest.strip_prefix('(')?.split_once(')')?;
    let (inside, architecture) = inside.trim_end().strip_suffix(']')?.rsplit_once('[')?;
    let (new, origins) = inside.trim_end().split_once(' ').unwrap_or((inside.trim_end(), ""));
    if super::version::validate(new).is_err() {
        return None;
    }
    Some(match verb {
        "Inst" => Action::Install { package, old, new, origins, architecture },
        _ => Action::Configure { package, version: new },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_lines() {
        let text = "Reading package lists...\nThe following packages will be upgraded:\n  Inst bash\n\
            Inst base-files [12.4+deb12u11] (12.4+deb12u14 Debian:12.14/oldstable [amd64])\n\
            Conf base-files (12.4+deb12u14 Debian:12.14/oldstable [amd64])\n\
            Inst libperl5.36 [5.36.0-7+deb12u2] (5.36.0-7+deb12u3 Debian:12.14/oldstable, Debian-Security:12/oldstable-security [amd64]) [perl:amd64 ]\n\
            Inst perl:i386 (5.36.0-7+deb12u3 localhost [i386]) []\nConf perl:i386 (5.36.0-7+deb12u3 localhost [i386]) []\n\
            Inst local (1.0 [all])\nRemv build-essential [12.9]\nPurg git [1:2.39.5-0+deb12u3] [a:amd64 ]\nRemv x11\n";
        insta::assert_snapshot!(
            parse_simulation(text).unwrap().iter().map(|a| format!("{a:?}")).collect::<Vec<_>>().join("\n"), @r#"
        Install { package: PackageName { name: "base-files", architecture: None }, old: Some("12.4+deb12u11"), new: "12.4+deb12u14", origins: "Debian:12.14/oldstable", architecture: "amd64" }
        Configure { package: PackageName { name: "base-files", architecture: None }, version: "12.4+deb12u14" }
        Install { package: PackageName { name: "libperl5.36", architecture: None }, old: Some("5.36.0-7+deb12u2"), new: "5.36.0-7+deb12u3", origins: "Debian:12.14/oldstable, Debian-Security:12/oldstable-security", architecture: "amd64" }
        Install { package: PackageName { name: "perl", architecture: Some("i386") }, old: None, new: "5.36.0-7+deb12u3", origins: "localhost", architecture: "i386" }
        Configure { package: PackageName { name: "perl", architecture: Some("i386") }, version: "5.36.0-7+deb12u3" }
        Install { package: PackageName { name: "local", architecture: None }, old: None, new: "1.0", origins: "", architecture: "all" }
        Remove { package: PackageName { name: "build-essential", architecture: None }, old: Some("12.9"), purge: false }
        Remove { package: PackageName { name: "git", architecture: None }, old: Some("1:2.39.5-0+deb12u3"), purge: true }
        Remove { package: PackageName { name: "x11", architecture: None }, old: None, purge: false }
        "#);
    }

    #[test]
    fn no_action_is_missed() {
        for line in [
            "Inst bash",
            "Inst bash [1]",
            "Inst bash (1",
            "Inst bash (x y [amd64])",
            "Inst  (1 x [all])",
            "Conf a broken",
        ] {
            assert!(matches!(parse_simulation(line), Err(SimulateError::Line { number: 1, .. })), "{line}");
        }
    }

    #[test]
    fn this_machine() {
        let output = std::process::Command::new("apt-get")
            .args(["-s", "-o", "Debug::NoLocking=1", "upgrade"])
            .env("LC_ALL", "C")
            .output();
        match output {
            Ok(output) if output.status.success() => {
                let text = String::from_utf8_lossy(&output.stdout);
                let announced = text.lines().filter(|l| l.starts_with("Inst ")).count();
                let actions = parse_simulation(&text).unwrap();
                let installs = actions.iter().filter(|a| matches!(a, Action::Install { .. })).count();
                assert_eq!(installs, announced);
            }
            _ => eprintln!("SKIPPED: apt-get cannot simulate here"),
        }
    }
}
