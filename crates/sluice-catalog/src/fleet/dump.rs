//! A fleet as text in which equal fleets are equal, whatever numbers their packages got.

use std::fmt::Write;

use crate::device::{InstalledNumber, InstalledRef};

use super::Fleet;

impl Fleet {
    pub(crate) fn dump(&self) -> String {
        let mut out = format!("catalog {}, {} devices\n", self.catalog.version(), self.len());
        let names = |numbers: &[InstalledNumber]| {
            let mut names: Vec<InstalledRef<'_>> = numbers.iter().filter_map(|n| self.table.get(*n)).collect();
            assert_eq!(names.len(), numbers.len());
            names.sort();
            format!("{names:?}")
        };
        for row in self.devices() {
            let facts = row.facts.as_ref();
            assert_eq!(self.number(row.id), Some(row.number));
            writeln!(
                out,
                "{:?} {:?} {} {} {:?} {:?} {:?} {:?} {:?} {:?}\n  {:?} {:?}\n  {:?}\n  held {} broken {}\n  {:?}\n  {:?}\n  {:?}",
                row.number,
                row.id,
                row.name,
                row.agent_version,
                row.enrolled_at,
                row.last_contact_at(),
                row.last_inventory_at,
                row.os,
                row.kernel,
                row.restart,
                facts.map(|facts| facts.subscription()),
                facts.map(|facts| &facts.pins),
                facts.map(|facts| names(facts.packages())),
                names(&row.held),
                names(&row.broken),
                row.compliance,
                row.enforcement,
                row.windows,
            )
            .unwrap();
        }
        for (revision, devices) in self.revisions() {
            writeln!(out, "{revision:?} {devices:?}").unwrap();
        }
        writeln!(out, "{:?} {:?} {:?}", self.known.sizes(), self.reported.sizes(), self.coverage).unwrap();
        out
    }
}
