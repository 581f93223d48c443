//! What apt would do, and whether all of it is approved.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use sluice_packages::deb::apt_simulate::{Action, parse_simulation};
use sluice_wire::AssignedPackage;

use super::{Apt, QUESTION_LIMIT, args, classify, could_not_run};
use crate::backend::{Batch, ErrorCode, Failure, PackageBackend as _, Plan, ScanError, Wanted, is_installed};
use crate::host::Program;

/// What may come, by name.
type Approved<'a> = HashMap<&'a str, Vec<&'a AssignedPackage>>;

impl Apt {
    /// Finds the updates that can be installed with nothing but approved changes. All are tried
    /// together first; when that fails, halves are, so that a bad one does not stop the others.
    pub(super) async fn plan_now(&self, wanted: &[Wanted]) -> Plan {
        let wanted = match self.in_order(wanted).await {
            Ok(wanted) => wanted,
            Err(failure) => return Plan { batches: Vec::new(), refused: refuse(wanted, &failure) },
        };
        let wanted = &*wanted;
        let mut approved = Approved::new();
        for package in wanted.iter().flat_map(|u| &u.packages) {
            approved.entry(&package.name).or_default().push(package);
        }
        let mut plan = Plan::default();
        let mut open = vec![wanted];
        let mut parts: Vec<Batch> = Vec::new();
        while let Some(part) = open.pop().filter(|part| !part.is_empty()) {
            match self.simulate(part, &approved).await {
                Ok(new_packages) => parts.push(Batch { updates: part.to_vec(), new_packages }),
                Err(failure) if part.len() == 1 || concerns_all(failure.code) => {
                    plan.refused.extend(refuse(part, &failure));
                }
                Err(_) => {
                    let (first, second) = part.split_at(part.len() / 2);
                    open.extend([second, first]);
                }
            }
        }
        if parts.len() > 1 {
            // In one run if that works too; parts that only work alone are installed one by one.
            let together: Vec<_> = parts.iter().flat_map(|part| part.updates.iter().cloned()).collect();
            if let Ok(new_packages) = self.simulate(&together, &approved).await {
                parts = vec![Batch { updates: together, new_packages }];
            }
        }
        plan.batches = parts;
        plan
    }

    /// A database that is not in order is put in order once. Answers with what is still wanted
    /// then: an update may have waited for nothing but that.
    async fn in_order<'a>(&self, wanted: &'a [Wanted]) -> Result<Cow<'a, [Wanted]>, Failure> {
        let unreadable = |e: ScanError| Failure::new(ErrorCode::Other, e.to_string());
        let broken = self.broken().map_err(unreadable)?;
        if broken.is_empty() && !self.has_pending_updates() {
            return Ok(Cow::Borrowed(wanted));
        }
        tracing::info!(packages = broken.join(" "), "putting dpkg's database in order");
        if let Err(failure) = self.repair().await {
            // What is only half there is unpacked again when it is itself to be installed.
            let broken = self.broken().map_err(unreadable)?;
            if broken.is_empty() || !broken.iter().all(|name| names(wanted).any(|wanted| wanted == name)) {
                return Err(failure);
            }
        }
        let installed = self.installed().map_err(unreadable)?;
        let mut wanted = wanted.to_vec();
        for update in &mut wanted {
            update.packages.retain(|p| !is_installed(p, &installed));
        }
        wanted.retain(|update| !update.packages.is_empty());
        Ok(Cow::Owned(wanted))
    }

    /// dpkg was stopped before it merged its journal; apt would refuse to work.
    fn has_pending_updates(&self) -> bool {
        let Ok(entries) = std::fs::read_dir(self.host.path("/var/lib/dpkg/updates")) else { return false };
        entries.flatten().any(|e| e.file_name().to_str().is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit())))
    }

    /// Asks apt what it would do; answers with the packages that are new to the device.
    async fn simulate(&self, updates: &[Wanted], approved: &Approved<'_>) -> Result<Vec<String>, Failure> {
        let packages = || updates.iter().flat_map(|u| &u.packages);
        let args = args::install(args::Mode::Simulate, packages());
        let done = self.ask(Program::AptGet, args, QUESTION_LIMIT).await.map_err(|e| could_not_run(&e))?;
        if !done.success() {
            return Err(classify::failure(&done));
        }
        let changes =
            Changes::read(&done.stdout, approved).map_err(|failure| failure.with_output(classify::output(&done)))?;
        for package in packages() {
            if !changes.coming.contains(package) {
                let detail = format!("apt would not install {} {}", package.name, package.version);
                return Err(Failure::new(ErrorCode::VersionGone, detail).with_output(classify::output(&done)));
            }
        }
        Ok(changes.new)
    }
}

/// What apt would do, when all of it is approved.
#[derive(Debug, Default, PartialEq, Eq)]
struct Changes<'a> {
    /// Approved packages that would come.
    coming: HashSet<&'a AssignedPackage>,
    /// Packages that are new to the device.
    new: Vec<String>,
}

impl<'a> Changes<'a> {
    fn read(simulation: &str, approved: &Approved<'a>) -> Result<Self, Failure> {
        let actions = parse_simulation(simulation).map_err(|e| Failure::new(ErrorCode::Other, e.to_string()))?;
        let mut changes = Self::default();
        let (mut removed, mut unapproved) = (Vec::new(), Vec::new());
        for action in actions {
            match action {
                // What is unpacked already is only configured.
                Action::Configure { package, version } => {
                    let named = approved.get(package.name).into_iter().flatten().copied();
                    let foreign = |p: &AssignedPackage| package.architecture.is_none_or(|arch| p.architecture == arch);
                    changes.coming.extend(named.filter(|p| p.version == version && foreign(p)));
                }
                Action::Remove { package, old, .. } => {
                    removed.push([package.name, old.unwrap_or_default()].join(" ").trim_end().to_owned());
                }
                Action::Install { package, old, new, architecture, .. } => {
                    // Behind the name apt writes foreign architectures only; behind the version
                    // the package's own, where `all` stands for the native one.
                    let written = package.architecture.unwrap_or(architecture);
                    let named = approved.get(package.name).into_iter().flatten().copied();
                    let mut fitting =
                        named.filter(|p| p.version == new && (p.architecture == written || written == "all"));
                    match (fitting.next(), old) {
                        (Some(approved), _) => drop(changes.coming.insert(approved)),
                        (None, Some(old)) => unapproved.push(format!("{} {old} to {new}", package.name)),
                        (None, None) => changes.new.push(format!("{} {new}", package.name)),
                    }
                }
            }
        }
        let failed =
            |code, what: &str, names: &[String]| Err(Failure::new(code, format!("{what}: {}", names.join(", "))));
        if !removed.is_empty() {
            return failed(ErrorCode::WouldRemove, "would remove", &removed);
        }
        if !unapproved.is_empty() {
            return failed(ErrorCode::UnapprovedChanges, "would also upgrade", &unapproved);
        }
        Ok(changes)
    }
}

/// Failures that no other choice of updates would avoid.
fn concerns_all(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::BrokenState | ErrorCode::Locked | ErrorCode::DiskFull)
}

/// The names of the packages of updates.
fn names(updates: &[Wanted]) -> impl Iterator<Item = &str> {
    updates.iter().flat_map(|u| &u.packages).map(|p| p.name.as_str())
}

fn refuse(updates: &[Wanted], failure: &Failure) -> Vec<(uuid::Uuid, Failure)> {
    updates.iter().map(|u| (u.update, failure.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assigned;

    const SIMULATION: &str = "\
Reading package lists...
Inst libssl-dev [3.0.19-1] (3.0.22-1 Debian-Security:12/oldstable-security [amd64]) []
Inst libssl3:i386 [3.0.19-1] (3.0.22-1 Debian-Security:12/oldstable-security [i386])
Inst tzdata [1] (2 Debian:12 [all])
Conf libssl-dev (3.0.22-1 Debian-Security:12/oldstable-security [amd64])
";

    fn read(simulation: &str, packages: &[AssignedPackage]) -> Result<(usize, Vec<String>), String> {
        let mut approved = Approved::new();
        for package in packages {
            approved.entry(&package.name).or_default().push(package);
        }
        Changes::read(simulation, &approved).map(|c| (c.coming.len(), c.new)).map_err(|f| f.to_string())
    }

    fn all() -> Vec<AssignedPackage> {
        vec![
            assigned("libssl-dev", "amd64", "3.0.22-1"),
            assigned("libssl3", "i386", "3.0.22-1"),
            assigned("tzdata", "amd64", "2"),
        ]
    }

    #[test]
    fn only_approved_versions_pass() {
        assert_eq!(read(SIMULATION, &all()), Ok((3, vec![])));
        let fresh = format!("{SIMULATION}Inst libnew (1 Debian:12 [amd64])\n");
        assert_eq!(read(&fresh, &all()), Ok((3, vec!["libnew 1".to_owned()])));
        let mut other = all();
        other[1].version = "3.0.20-1".into();
        assert_eq!(
            read(SIMULATION, &other).unwrap_err(),
            "unapproved-changes: would also upgrade: libssl3 3.0.19-1 to 3.0.22-1"
        );
        let mut other = all();
        other[1].architecture = "amd64".into();
        assert!(read(SIMULATION, &other).is_err(), "another architecture");
        let removing = format!("{SIMULATION}Remv foo [1.0]\nRemv bar\n");
        assert_eq!(read(&removing, &all()).unwrap_err(), "would-remove: would remove: foo 1.0, bar");
        let unpacked = "Conf tzdata (2 Debian:12 [all])\n";
        assert_eq!(read(unpacked, &all()), Ok((1, vec![])), "only to be configured");
        assert!(read("Inst gibberish\n", &all()).is_err(), "what is not understood is not allowed");
    }
}
