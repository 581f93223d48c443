//! dpkg's database of packages (`/var/lib/dpkg/status`) and apt's marks (`extended_states`).

use super::deb822::{Stanza, stanzas};
use super::item::{ItemError, ItemProblem, is_package_name, item_error, source_of};
use super::version;

/// One package that dpkg knows, in one architecture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageStatus<'a> {
    /// Its name.
    pub package: &'a str,
    /// Its version. Empty for packages that are only wanted or whose remains have none.
    pub version: &'a str,
    /// `amd64`, …, or `all`. Empty for packages that are only wanted.
    pub architecture: &'a str,
    /// The source package it was built from.
    pub source: &'a str,
    /// The version of the source package.
    pub source_version: &'a str,
    /// What the administrator wants with it.
    pub want: Want,
    /// Whether dpkg must unpack it again before anything else (`reinstreq`).
    pub reinstall_required: bool,
    /// How far it is installed.
    pub state: State,
    /// Whether dpkg refuses to remove it.
    pub essential: bool,
}

/// What the administrator wants with a package: the first word of `Status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Want {
    /// No one has said.
    Unknown,
    /// Have it.
    Install,
    /// Keep it at its version.
    Hold,
    /// Have it away, but its configuration files kept.
    Deinstall,
    /// Have it away with all it brought.
    Purge,
}

/// How far a package is installed: the third word of `Status` (`dpkg(1)`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Not there.
    NotInstalled,
    /// Only its configuration files are left.
    ConfigFiles,
    /// Installation began and did not complete.
    HalfInstalled,
    /// Unpacked, not configured.
    Unpacked,
    /// Configuration began and did not complete.
    HalfConfigured,
    /// Waits for the triggers of another package.
    TriggersAwaited,
    /// Has been triggered.
    TriggersPending,
    /// Unpacked and configured.
    Installed,
}

impl PackageStatus<'_> {
    /// Whether its files are on the device at its version: from unpacked on. An interrupted
    /// installation (`half-installed`) is not, since no version of it is whole.
    #[must_use]
    pub fn is_present(&self) -> bool {
        matches!(
            self.state,
            State::Unpacked
                | State::HalfConfigured
                | State::TriggersAwaited
                | State::TriggersPending
                | State::Installed
        )
    }

    /// Whether it needs repair before updates can be installed (`dpkg --audit` would list it).
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.reinstall_required || matches!(self.state, State::HalfInstalled | State::Unpacked | State::HalfConfigured)
    }

    /// Whether the administrator holds it at its version.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.want == Want::Hold
    }
}

/// Reads the text of `/var/lib/dpkg/status`; a bad entry is an error of its own.
pub fn parse_status(text: &[u8]) -> impl Iterator<Item = Result<PackageStatus<'_>, ItemError>> {
    stanzas(text).map(|stanza| {
        let stanza = stanza?;
        status(&stanza).map_err(|problem| item_error(stanza.text("Package"), stanza.line(), problem))
    })
}

/// The packages of [`parse_status`] whose files are on the device; bad entries are left out.
pub fn installed(text: &[u8]) -> impl Iterator<Item = PackageStatus<'_>> {
    parse_status(text).flatten().filter(PackageStatus::is_present)
}

fn status<'a>(stanza: &Stanza<'a>) -> Result<PackageStatus<'a>, ItemProblem> {
    let package = stanza.text("Package").ok_or(ItemProblem::Missing("Package"))?;
    if !is_package_name(package) {
        return Err(ItemProblem::Invalid("Package"));
    }
    let words = stanza.text("Status").ok_or(ItemProblem::Missing("Status"))?;
    let (want, reinstall_required, state) = triple(words).ok_or(ItemProblem::Invalid("Status"))?;
    let version = stanza.text("Version").unwrap_or_default();
    let architecture = stanza.text("Architecture").unwrap_or_default();
    if !matches!(state, State::NotInstalled | State::ConfigFiles) {
        version::validate(version).map_err(|e| ItemProblem::Version("Version", e))?;
        if architecture.is_empty() {
            return Err(ItemProblem::Missing("Architecture"));
        }
    }
    let source = stanza.text("Source").filter(|_| !version.is_empty());
    let (source, source_version) = source_of(source, package, version)?;
    Ok(PackageStatus {
        package,
        version,
        architecture,
        source,
        source_version,
        want,
        reinstall_required,
        state,
        essential: stanza.text("Essential").is_some_and(|t| t.eq_ignore_ascii_case("yes")),
    })
}

fn triple(words: &str) -> Option<(Want, bool, State)> {
    let mut words = words.split_ascii_whitespace();
    let want = match words.next()? {
        "unknown" => Want::Unknown,
        "install" => Want::Install,
        "hold" => Want::Hold,
        "deinstall" => Want::Deinstall,
        "purge" => Want::Purge,
        _ => return None,
    };
    let reinstall_required = match words.next()? {
        "ok" => false,
        "reinstreq" | "hold-reinstreq" => true,
        "hold" => false,
        _ => return None,
    };
    let state = match words.next()? {
        "not-installed" => State::NotInstalled,
        "config-files" => State::ConfigFiles,
        "half-installed" => State::HalfInstalled,
        "unpacked" => State::Unpacked,
        "half-configured" => State::HalfConfigured,
        "triggers-awaited" => State::TriggersAwaited,
        "triggers-pending" => State::TriggersPending,
        "installed" => State::Installed,
        _ => return None,
    };
    words.next().is_none().then_some((want, reinstall_required, state))
}

/// The packages apt installed only because others needed them, as (name, architecture), from the
/// text of `/var/lib/apt/extended_states`. Entries that cannot be read are left out.
pub fn automatically_installed(text: &[u8]) -> impl Iterator<Item = (&str, &str)> {
    stanzas(text).flatten().filter_map(|stanza| {
        let automatic = stanza.text("Auto-Installed")? == "1";
        Some((stanza.text("Package")?, stanza.text("Architecture")?)).filter(|_| automatic)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_sources() {
        let text = "Package: adduser\nStatus: install ok installed\nArchitecture: all\nVersion: 3.134\n\n\
            Package: bash\nEssential: yes\nStatus: hold ok installed\nSource: bash (5.2.15-2)\nArchitecture: amd64\nVersion: 5.2.15-2+b8\n\n\
            Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1.0-1\n\n\
            Package: half\nStatus: install reinstreq half-installed\nArchitecture: amd64\nVersion: 1.0-1\n\n\
            Package: wanted\nStatus: install ok not-installed\n\n\
            Package: odd\nStatus: install ok whatever\nVersion: 1\nArchitecture: all\n\n\
            Package: pending\nStatus: install ok triggers-pending\nArchitecture: amd64\nVersion: 2\n";
        let all: Vec<_> = parse_status(text.as_bytes())
            .map(|item| match item {
                Ok(p) => format!(
                    "{} {:?} {} from {} {:?}{}{}{}",
                    p.package,
                    p.version,
                    p.architecture,
                    p.source,
                    p.source_version,
                    if p.is_held() { " held" } else { "" },
                    if p.is_broken() { " broken" } else { "" },
                    if p.is_present() { " present" } else { "" },
                ),
                Err(e) => format!("{e}: {}", e.problem),
            })
            .collect();
        insta::assert_snapshot!(all.join("\n"), @r#"
        adduser "3.134" all from adduser "3.134" present
        bash "5.2.15-2+b8" amd64 from bash "5.2.15-2" held present
        gone "1.0-1" amd64 from gone "1.0-1"
        half "1.0-1" amd64 from half "1.0-1" broken
        wanted ""  from wanted ""
        cannot use the package entry odd at line 26: the field Status has a value that cannot be read
        pending "2" amd64 from pending "2" present
        "#);
        assert_eq!(installed(text.as_bytes()).count(), 3);
    }

    #[test]
    fn automatic_marks() {
        let text = "Package: dpkg\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: vim\nArchitecture: amd64\nAuto-Installed: 0\n";
        assert_eq!(automatically_installed(text.as_bytes()).collect::<Vec<_>>(), [("dpkg", "amd64")]);
    }

    #[test]
    fn this_machine_agrees_with_dpkg_query() {
        let Ok(text) = std::fs::read("/var/lib/dpkg/status") else {
            eprintln!("SKIPPED: no /var/lib/dpkg/status here");
            return;
        };
        let format = "${Package} ${Version} ${Architecture} ${source:Package} ${source:Version} ${db:Status-Want} ${db:Status-Status}\n";
        let Ok(output) = std::process::Command::new("dpkg-query").args(["-W", "-f", format]).output() else {
            eprintln!("SKIPPED: no dpkg-query here");
            return;
        };
        let mut theirs: Vec<_> = String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .filter(|l| l.ends_with(" installed"))
            .map(str::to_owned)
            .collect();
        let mut ours: Vec<_> = parse_status(&text)
            .map(Result::unwrap)
            .filter(|p| p.state == State::Installed)
            .map(|p| {
                format!(
                    "{} {} {} {} {} {} installed",
                    p.package,
                    p.version,
                    p.architecture,
                    p.source,
                    p.source_version,
                    if p.is_held() { "hold" } else { "install" }
                )
            })
            .collect();
        theirs.sort();
        ours.sort();
        assert_eq!(ours, theirs);
    }
}
