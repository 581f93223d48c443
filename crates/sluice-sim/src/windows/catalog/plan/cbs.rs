//! Updates that the servicing stack takes as packages; their manifests make Core fragments large.

use sluice_model::id::UpdateId;
use sluice_model::update::Classification;

use super::super::ids::{ARM64, WINDOWS_11, X64};
use super::super::month::Month;
use super::cumulative::{SELF_CONTAINED, kb};
use super::detectoids::{CLIENT, NET_48, NET_481};
use super::rules::{and, not, number};
use super::software::{Part, Shown, cumulative_title, revision};
use super::{Clause, Handler, Manifest, Metadata, Planner, Properties, Rules, texts};

/// What of a Core fragment is not the manifest, about.
const AROUND_MANIFEST: u64 = 1_050;
/// How many of the older rollups one supersedes.
const SUPERSEDED_ROLLUPS: usize = 7;
/// Builds that .NET of this kind is for; the newest last.
const DOTNET_BUILDS: [u32; 3] = [22000, 22621, 26200];
/// Builds with other servicing updates.
const SERVICING_BUILDS: [u32; 4] = [22621, 22631, 26100, 26200];

/// A package and what leads to it.
pub(super) struct Package {
    pub name: String,
    pub version: String,
    pub arm64: bool,
    pub kb: u32,
    pub build: u32,
    pub month: Month,
    pub release_type: &'static str,
    /// Beside processor and build.
    pub gates: Vec<UpdateId>,
    pub product: UpdateId,
    /// The gate that the build's is below.
    pub system: &'static str,
    /// Its place among all packages by size, smallest first.
    pub rank: usize,
    pub superseded: Vec<UpdateId>,
}

impl Planner<'_> {
    /// Adds them: servicing updates, .NET, rollups of the first release of Windows 11; the largest last.
    pub(super) fn cbs(&mut self) {
        self.servicing();
        self.dotnet_pairs();
        self.rollups();
    }

    /// Of how many packages sizes are ranked.
    fn packages(&self) -> usize {
        self.shape.servicing + 2 * self.shape.dotnet_pairs + 2 * self.shape.rollups + 3 * self.shape.other_months
    }

    fn servicing(&mut self) {
        for number in (0..self.shape.servicing).rev() {
            let (arm64, turn) = (number % 2 == 1, number / 2);
            let build = SERVICING_BUILDS.get(3 - turn % 4).copied().unwrap_or(26200);
            let month = Month::before_newest(turn / 4);
            let kb = kb(month, build) + 23;
            let member = self.ids.update("servicing member", number);
            let package = Package {
                name: format!("Package_for_KB{kb}"),
                version: format!("{build}.{}.1.3", 1000 + number),
                arm64,
                kb,
                build,
                month,
                release_type: "Critical Update",
                gates: Vec::new(),
                product: UpdateId(WINDOWS_11),
                system: CLIENT,
                rank: self.shape.servicing - 1 - number,
                superseded: Vec::new(),
            };
            self.package(member, &package);
            let title = format!("{} Dynamic Update for Windows 11 build {build} (KB{kb})", month.title());
            let older = number + 2 * SERVICING_BUILDS.len();
            let shown = Shown {
                texts: texts(&title, &title, &title, ["Improves the setup of Windows."; 3]),
                product: UpdateId(WINDOWS_11),
                class: Classification::CriticalUpdates,
                published: month.date(number * 5 + 300),
                properties: Properties { kb: Some(kb), ..Properties::default() },
                superseded: self.older("servicing", older, self.shape.servicing),
            };
            self.bundle(self.ids.update("servicing", number), shown, vec![vec![revision(member)]]);
        }
    }

    fn dotnet_pairs(&mut self) {
        for number in (0..self.shape.dotnet_pairs).rev() {
            let (arm64, turn) = (number % 2 == 1, number / 2);
            let build = DOTNET_BUILDS.get(2 - turn % 3).copied().unwrap_or(26200);
            let month = Month::before_newest(turn / 3);
            let kb = kb(month, build) + 37;
            let rank = self.shape.servicing + 3 * self.shape.other_months + 2 * (self.shape.dotnet_pairs - 1 - number);
            let mut members = Vec::new();
            for (place, (version, gate)) in [("48", NET_48), ("481", NET_481)].into_iter().enumerate() {
                let member = self.ids.update(&format!(".NET {version} member"), number);
                let package = Package {
                    name: format!("Package_for_DotNetRollup_{version}"),
                    version: format!("10.0.{}.{}", 9082 + 4 * (self.shape.dotnet_pairs - turn), place + 1),
                    arm64,
                    kb: kb + 1 + u32::from(place == 1),
                    build,
                    month,
                    release_type: "Update",
                    gates: vec![self.gate(gate)],
                    product: UpdateId(WINDOWS_11),
                    system: CLIENT,
                    rank: rank + place,
                    superseded: Vec::new(),
                };
                self.package(member, &package);
                members.push(revision(member));
            }
            let older = number + 2 * DOTNET_BUILDS.len();
            let shown = Shown {
                texts: cumulative_title(&month.title(), ".NET Framework 3.5, 4.8 and 4.8.1 for Windows 11", arm64, kb),
                product: UpdateId(WINDOWS_11),
                class: Classification::SecurityUpdates,
                published: month.date(number * 3 + 200),
                properties: Properties {
                    kb: Some(kb),
                    severity: Some("Important"),
                    removable: true,
                    ..Properties::default()
                },
                superseded: self.older(".NET pair", older, self.shape.dotnet_pairs),
            };
            self.bundle(self.ids.update(".NET pair", number), shown, vec![members]);
        }
    }

    fn rollups(&mut self) {
        let below = self.packages() - 2 * self.shape.rollups;
        for number in (0..self.shape.rollups).rev() {
            for arm64 in [false, true] {
                let (bundles, members) =
                    if arm64 { ("rollup arm64", "rollup arm64 member") } else { ("rollup", "rollup member") };
                let month = Month::before_newest(24 + number);
                let kb = kb(month, 22000);
                let member = self.ids.update(members, number);
                let package = Package {
                    name: "Package_for_RollupFix".to_owned(),
                    version: format!("22000.{}.1.9", 3000 - 40 * number),
                    arm64,
                    kb,
                    build: 22000,
                    month,
                    release_type: "Security Update",
                    gates: Vec::new(),
                    product: UpdateId(WINDOWS_11),
                    system: CLIENT,
                    rank: below + 2 * (self.shape.rollups - 1 - number) + usize::from(arm64),
                    superseded: self.older(members, number + 1, self.shape.rollups),
                };
                self.package(member, &package);
                let older = number + 1..self.shape.rollups.min(number + 1 + SUPERSEDED_ROLLUPS);
                let shown = Shown {
                    texts: cumulative_title(&month.title(), "Windows 11", arm64, kb),
                    product: UpdateId(WINDOWS_11),
                    class: Classification::SecurityUpdates,
                    published: month.date(number * 3),
                    properties: Properties {
                        kb: Some(kb),
                        severity: Some("Critical"),
                        removable: true,
                        ..Properties::default()
                    },
                    superseded: older.map(|number| self.ids.update(bundles, number)).collect(),
                };
                self.bundle(self.ids.update(bundles, number), shown, vec![vec![revision(member)]]);
            }
        }
    }

    /// The one before in a chain, if there is one.
    fn older(&self, kind: &str, number: usize, of: usize) -> Vec<UpdateId> {
        if number < of { vec![self.ids.update(kind, number)] } else { Vec::new() }
    }

    /// Adds a member with a package manifest.
    pub(super) fn package(&mut self, id: UpdateId, package: &Package) {
        let architecture = if package.arm64 { "arm64" } else { "amd64" };
        let mut prerequisites = vec![
            Clause::One(UpdateId(if package.arm64 { ARM64 } else { X64 })),
            Clause::One(self.build_gate(package.system, package.build)),
        ];
        prerequisites.extend(package.gates.iter().copied().map(Clause::One));
        prerequisites.push(Clause::Any(vec![package.product]));
        let servicing = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing";
        let reoffer = number(servicing, "LCUReoffer", "EqualTo", 1);
        let bytes = self.shape.core_sizes.at(package.rank, self.packages()).saturating_sub(AROUND_MANIFEST);
        let manifest = Manifest {
            name: package.name.clone(),
            version: package.version.clone(),
            architecture,
            kb: package.kb,
            release_type: package.release_type,
            build: package.build,
            bytes,
            seed: self.ids.random("manifest", package.rank).next(),
        };
        let name = format!("Windows11.0-KB{}-{architecture}-{}.cab", package.kb, package.rank);
        let size = 8_000_000 + bytes * 12;
        let part = Part {
            title: manifest.identity(),
            prerequisites,
            published: package.month.date(package.rank * 3),
            reboot: Some("CanRequestReboot"),
            superseded: package.superseded.clone(),
            rules: Rules {
                installed: and(&["<cbsar:CbsPackageInstalled />".to_owned(), not(&reoffer)]),
                installable: "<cbsar:CbsPackageInstallable />".to_owned(),
                superseded: String::new(),
                metadata: Metadata::Manifest(manifest),
            },
            files: vec![self.file(id, 0, name, size, SELF_CONTAINED)],
            handler: Handler::Cbs,
        };
        self.member(id, part);
    }
}
