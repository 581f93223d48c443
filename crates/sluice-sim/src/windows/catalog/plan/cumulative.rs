//! Cumulative updates of Windows 11 and .NET as the OSInstaller handler takes them.

use sluice_model::id::UpdateId;
use sluice_model::update::Classification;

use super::super::content::File;
use super::super::ids::{ARM64, WINDOWS_11, X64};
use super::super::month::Month;
use super::detectoids::{CLIENT, NOT_TEAM};
use super::rules::{and, attribute, not, one_of, or, os_build};
use super::software::{Part, Shown, cumulative_title, revision};
use super::{Clause, Handler, Planner, Properties, Rules};

/// Releases of Windows 11: build, name, newest revision of the build, revisions between months.
const RELEASES: [(u32, &str, u32, u32); 5] = [
    (22000, "21H2", 3260, 90),
    (22621, "22H2", 5909, 160),
    (22631, "23H2", 6345, 150),
    (26100, "24H2", 8869, 104),
    (26200, "25H2", 8869, 104),
];

/// Builds that have a .NET of their own.
const DOTNET_BUILDS: [u32; 3] = [22621, 26100, 26200];
/// Revision of the newest .NET, and between months.
const DOTNET: (u32, u32) = (9380, 10);

/// Members that supersede the one before, as few real ones do.
const SUPERSEDING_MEMBERS: usize = 60;
/// ARM64 has so many releases more than x64; the rest are second editions of the newest.
const ONLY_ARM64: usize = 4;

/// One release for one architecture.
struct Release {
    /// Counted from the newest.
    number: usize,
    arm64: bool,
    month: Month,
    build: u32,
    kb: u32,
    version: String,
}

impl Planner<'_> {
    /// Adds those of the operating system and those of .NET, each with its member, oldest first.
    pub(super) fn cumulative(&mut self) {
        for arm64 in [false, true] {
            let of_windows = if arm64 { self.shape.os_arm64 } else { self.shape.os_amd64 };
            let distinct = if arm64 { of_windows.min(self.shape.os_amd64 + ONLY_ARM64) } else { of_windows };
            let mut before = Vec::new();
            for number in (0..distinct).rev() {
                let release = windows_release(number, arm64);
                before.push(self.windows_release(&release, &before, false));
            }
            for number in (0..of_windows - distinct).rev() {
                let release = windows_release(number, arm64);
                before.push(self.windows_release(&release, &before, true));
            }
            let mut before = Vec::new();
            for number in (0..if arm64 { self.shape.dotnet_arm64 } else { self.shape.dotnet_amd64 }).rev() {
                before.push(self.dotnet_release(number, arm64, &before));
            }
        }
    }

    fn windows_release(&mut self, release: &Release, before: &[UpdateId], second: bool) -> UpdateId {
        let Release { number, arm64, month, build, kb, ref version } = *release;
        let product = if arm64 { "Client.OS.RS2.ARM64" } else { "Client.OS.RS2.AMD64" };
        let edition = if second { " second edition" } else { "" };
        let member = self.ids.update(&format!("{product} member{edition}"), number);
        let previous = self.ids.update(&format!("{product} member"), number + 1);
        let superseding = !arm64 && number < SUPERSEDING_MEMBERS && !before.is_empty();
        let sku = sku_rule(number);
        let [least, below] = os_build(build);
        let published = month.date(number * 7);
        self.member(
            member,
            Part {
                title: format!("{product} {version}{edition}"),
                prerequisites: vec![
                    Clause::Category(UpdateId(WINDOWS_11)),
                    Clause::One(self.gate(CLIENT)),
                    Clause::One(self.gate(NOT_TEAM)),
                    Clause::One(UpdateId(if arm64 { ARM64 } else { X64 })),
                ],
                published,
                reboot: Some("CanRequestReboot"),
                superseded: if superseding { vec![previous] } else { Vec::new() },
                rules: Rules {
                    installed: installed(product, version),
                    installable: and(&[sku, least, below]),
                    ..Rules::default()
                },
                files: self.windows_files(member, release),
                handler: Handler::OsInstaller { product, release: version.clone() },
            },
        );
        let id = self.ids.update(&format!("{product}{edition}"), number);
        let preview = number % 20 >= 15 && !second;
        let name = RELEASES.iter().find(|(own, ..)| *own == build).map_or("", |(_, name, ..)| name);
        let shown = Shown {
            texts: cumulative_title(&month.title(), &format!("Windows 11 Version {name}"), arm64, kb),
            product: UpdateId(WINDOWS_11),
            class: match (second, preview) {
                (true, _) => Classification::Upgrades,
                (false, true) => Classification::Updates,
                (false, false) => Classification::SecurityUpdates,
            },
            published,
            properties: Properties {
                kb: Some(kb),
                severity: (!preview).then_some("Critical"),
                upgrade: second,
                ..Properties::default()
            },
            superseded: before.to_vec(),
        };
        self.bundle(id, shown, vec![vec![revision(member)]]);
        id
    }

    fn dotnet_release(&mut self, number: usize, arm64: bool, before: &[UpdateId]) -> UpdateId {
        let product = if arm64 { "Microsoft.NetFX.arm64" } else { "Microsoft.NetFX.amd64" };
        let build = nth_back(&DOTNET_BUILDS, number).copied().unwrap_or(26200);
        let back = number / DOTNET_BUILDS.len();
        let version = format!("2400.{build}.{}.1", DOTNET.0.saturating_sub(DOTNET.1 * small(back)));
        let month = Month::before_newest(back);
        let kb = kb(month, build) + 11;
        let member = self.ids.update(&format!("{product} member"), number);
        let published = month.date(number * 11 + 600);
        let [least, below] = os_build(build);
        let kinds = one_of("ProductType", &["WinNT", "ServerNT", "LanmanNT"]);
        let host = attribute("IsRemoteDesktopSessionHost", "String", "EqualTo", "1");
        let architecture = if arm64 { "arm64" } else { "x64" };
        let mut files = vec![self.metadata_file(member)];
        for part in 1..8 {
            let name = format!("Windows11.0-KB{kb}-{architecture}-NDP481-{part}.cab");
            files.push(self.file(member, part, name, self.size(member, part, 12_000_000), SELF_CONTAINED));
        }
        self.member(
            member,
            Part {
                title: format!("{product} {version}"),
                prerequisites: vec![
                    Clause::Category(UpdateId(WINDOWS_11)),
                    Clause::One(self.gate(CLIENT)),
                    Clause::One(UpdateId(if arm64 { ARM64 } else { X64 })),
                ],
                published,
                reboot: Some("CanRequestReboot"),
                superseded: Vec::new(),
                rules: Rules {
                    installed: installed(product, &version),
                    installable: and(&[kinds, not(&host), least, below]),
                    ..Rules::default()
                },
                files,
                handler: Handler::OsInstaller { product, release: version },
            },
        );
        let id = self.ids.update(product, number);
        let of = format!(".NET Framework 3.5 and 4.8.1 on build {build}");
        let security = number.is_multiple_of(2);
        let shown = Shown {
            texts: cumulative_title(&month.title(), &of, arm64, kb),
            product: UpdateId(WINDOWS_11),
            class: if security { Classification::SecurityUpdates } else { Classification::Updates },
            published,
            properties: Properties { kb: Some(kb), severity: security.then_some("Important"), ..Properties::default() },
            superseded: before.to_vec(),
        };
        self.bundle(id, shown, vec![vec![revision(member)]]);
        id
    }

    /// What a cumulative update of Windows declares: far more than any client fetches (peer-wsus-rs.md §7.5, Q53).
    fn windows_files(&self, member: UpdateId, release: &Release) -> Vec<File> {
        let Release { number, arm64, build, kb, .. } = *release;
        let architecture = if arm64 { "arm64" } else { "x64" };
        let package = |rest: &str| format!("Windows11.0-KB{kb}-{architecture}{rest}");
        let baseless = format!("Windows11.0-KB{}-{architecture}-baseless", kb - 1);
        let stack = format!("SSU-{build}.{}-{architecture}", 5900 + number);
        let mut plain = vec![
            (format!("{stack}.cab"), 17_000_000),
            (format!("LanguagePackClient{number}.wim"), 800_000_000),
            (package(".psf"), 970_000_000),
            (format!("FoDMetadata{number}_Client.cab"), 340_000),
            (format!("{baseless}.psf"), 105_000_000),
            (format!("{baseless}.cab"), 1_050_000),
            (package(".cab"), 27_000_000),
            (format!("FeatureOnDemand{number}.wim"), 4_000_000_000),
            (format!("{stack}-express.cab"), 103_000),
            (format!("Edition{number}.wim"), 3_000_000_000),
            (format!("{stack}_0.psf"), 23_500_000),
        ];
        if number % 10 < 7 {
            plain.push((package(".wim"), 86_000_000));
        }
        if number % 4 != 0 {
            plain.push((package(".msu"), 420_000_000));
        }
        let mut files = vec![self.metadata_file(member)];
        for (place, (name, size)) in (1..).zip(plain) {
            files.push(self.file(member, place, name, self.size(member, place, size), SELF_CONTAINED));
        }
        let deployment = self.size(member, 99, 7_200_000);
        files.push(self.file(
            member,
            99,
            "DesktopDeployment.cab".to_owned(),
            deployment,
            "PatchingTypePreferred=\"ServicingStack\"",
        ));
        files
    }

    fn metadata_file(&self, member: UpdateId) -> File {
        let name = format!("{}.AggregatedMetadata.cab", self.ids.uuid("metadata", usize::from(member.0.as_bytes()[0])));
        self.file(member, 0, name, self.size(member, 0, 1_400_000), "PatchingTypePreferred=\"Metadata\"")
    }

    /// A size between 0.6 and 1.6 of the usual.
    fn size(&self, member: UpdateId, number: usize, usual: u64) -> u64 {
        let thousandths = 600 + self.ids.random(&member.to_string(), number + 1000).below(1000);
        usual * thousandths as u64 / 1000
    }
}

pub(super) const SELF_CONTAINED: &str = "PatchingType=\"SelfContained\"";

fn windows_release(number: usize, arm64: bool) -> Release {
    let (build, _, newest, step) = nth_back(&RELEASES, number).copied().unwrap_or((26200, "25H2", 8869, 104));
    let back = number / RELEASES.len();
    let month = Month::before_newest(back);
    let version = format!("10.0.{build}.{}", newest.saturating_sub(step * small(back)));
    Release { number, arm64, month, build, kb: kb(month, build), version }
}

/// The last of a list first, then again.
fn nth_back<T>(list: &[T], number: usize) -> Option<&T> {
    list.iter().rev().nth(number % list.len().max(1))
}

/// Article numbers of a month and a build: no two alike.
pub(super) fn kb(month: Month, build: u32) -> u32 {
    4_600_000 + month.0 * 1_600 + build % 1000
}

fn installed(product: &str, version: &str) -> String {
    format!("<dev:ProductReleaseInstalled Name=\"{product}\" Version=\"{version}\" />")
}

/// Which editions a release is for, in both spellings of the attribute.
fn sku_rule(number: usize) -> String {
    let skus: &[&str] = match number % 8 {
        0 => &["4", "188", "27", "72", "121", "122", "175", "136", "48"],
        1 | 2 => &["48", "101"],
        _ => &["48"],
    };
    let not_team = ["OSSkuId", "sku"].map(|name| not(&attribute(name, "String", "EqualTo", "119")));
    and(&[and(&not_team), or(&["OSSkuId", "sku"].map(|name| one_of(name, skus)))])
}

/// A small count.
fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
