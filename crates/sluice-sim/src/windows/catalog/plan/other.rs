//! The malicious software removal tool, and updates for other Windows than 11.

use sluice_model::id::UpdateId;
use sluice_model::update::Classification;
use uuid::Uuid;

use super::super::ids::{ARM64, Ids, WINDOWS_11, X64};
use super::super::month::Month;
use super::categories::{SERVER_2022, SERVER_2025, WINDOWS_10};
use super::cbs::Package;
use super::cumulative::{SELF_CONTAINED, kb};
use super::detectoids::{ANY, CLIENT, SERVER};
use super::rules::{not, number, text};
use super::software::{Part, Shown, cumulative_title, revision};
use super::{Clause, Handler, Planner, Properties, Rules, texts};

/// Where the removal tool says which one ran last.
pub(in crate::windows::catalog) const REMOVAL_TOOL_KEY: &str = r"SOFTWARE\Microsoft\RemovalTools\MRT";
/// Its article, for all of them.
const REMOVAL_TOOL_KB: u32 = 890_830;

/// What the removal tool of a month, counted from the newest, writes as its version.
pub(in crate::windows::catalog) fn removal_tool(ids: Ids, number: usize) -> Uuid {
    ids.uuid("removal tool", number)
}

impl Planner<'_> {
    /// Adds the removal tool of each month, for both processors, oldest first.
    pub(super) fn removal_tools(&mut self) {
        for (arm64, kind) in [(false, "removal tool x64"), (true, "removal tool ARM64")] {
            let mut before: Vec<UpdateId> = Vec::new();
            for back in (0..self.shape.removal_tools).rev() {
                let month = Month::before_newest(back);
                let published = month.date(back * 13 + 60);
                let member = self.ids.update(&format!("{kind} member"), back);
                let version = format!("V5.{}", 130 + self.shape.removal_tools - back);
                let program = format!("Windows-KB890830-{}-{version}.exe", if arm64 { "arm64" } else { "x64" });
                let tool = text(REMOVAL_TOOL_KEY, "Version", "EqualTo", &removal_tool(self.ids, back).to_string());
                let refused = number(r"SOFTWARE\Policies\Microsoft\MRT", "DontOfferThroughWUAU", "EqualTo", 1);
                let part = Part {
                    title: format!("Removal tool {version}"),
                    prerequisites: vec![
                        Clause::One(UpdateId(if arm64 { ARM64 } else { X64 })),
                        Clause::One(self.gate(ANY)),
                        Clause::Any(vec![UpdateId(WINDOWS_11)]),
                    ],
                    published,
                    reboot: None,
                    superseded: Vec::new(),
                    rules: Rules { installed: tool, installable: not(&refused), ..Rules::default() },
                    files: vec![self.file(
                        member,
                        0,
                        program.clone(),
                        71_000_000 + 90_000 * back as u64,
                        SELF_CONTAINED,
                    )],
                    handler: Handler::CommandLine { program },
                };
                self.member(member, part);
                let id = self.ids.update(kind, back);
                let title = format!("Windows Malicious Software Removal Tool {version} (KB{REMOVAL_TOOL_KB})");
                let german = format!("Windows-Tool zum Entfernen bösartiger Software {version} (KB{REMOVAL_TOOL_KB})");
                let dutch = format!(
                    "Windows-programma voor het verwijderen van schadelijke software {version} (KB{REMOVAL_TOOL_KB})"
                );
                let shown = Shown {
                    texts: texts(
                        &title,
                        &german,
                        &dutch,
                        ["After the download, this tool runs one time to check your computer for infection by specific, prevalent malicious software.";
                            3],
                    ),
                    product: UpdateId(WINDOWS_11),
                    class: Classification::UpdateRollups,
                    published,
                    properties: Properties { kb: Some(REMOVAL_TOOL_KB), ..Properties::default() },
                    superseded: before.clone(),
                };
                self.bundle(id, shown, vec![vec![revision(member)]]);
                before.push(id);
            }
        }
    }

    /// Adds cumulative updates of Windows 10, Server 2022 and Server 2025, oldest first.
    pub(super) fn other_months(&mut self) {
        let systems = [
            (WINDOWS_10, CLIENT, 19045, "Windows 10 Version 22H2"),
            (SERVER_2022, SERVER, 20348, "Microsoft server operating system version 21H2"),
            (SERVER_2025, SERVER, 26100, "Microsoft server operating system version 24H2"),
        ];
        for (place, (product, system, build, title)) in systems.into_iter().enumerate() {
            let mut before: Vec<UpdateId> = Vec::new();
            for back in (0..self.shape.other_months).rev() {
                let month = Month::before_newest(back);
                let kb = kb(month, build) + 51;
                let member = self.ids.update(&format!("{product} member"), back);
                let package = Package {
                    name: "Package_for_RollupFix".to_owned(),
                    version: format!("{build}.{}.1.5", 9000 - 100 * back),
                    arm64: false,
                    kb,
                    build,
                    month,
                    release_type: "Security Update",
                    gates: Vec::new(),
                    product: self.product(product),
                    system,
                    rank: self.shape.servicing + place * self.shape.other_months + back,
                    superseded: Vec::new(),
                };
                self.package(member, &package);
                let id = self.ids.update(&format!("{product} bundle"), back);
                let shown = Shown {
                    texts: cumulative_title(&month.title(), title, false, kb),
                    product: self.product(product),
                    class: Classification::SecurityUpdates,
                    published: month.date(back * 17 + place),
                    properties: Properties {
                        kb: Some(kb),
                        severity: Some("Critical"),
                        removable: true,
                        ..Properties::default()
                    },
                    superseded: before.clone(),
                };
                self.bundle(id, shown, vec![vec![revision(member)]]);
                before.push(id);
            }
        }
    }
}
