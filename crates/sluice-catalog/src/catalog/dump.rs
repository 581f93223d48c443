//! A catalog as text in which equal catalogs are equal.

use std::fmt::Write;

use sluice_model::RevisionId;

use super::Catalog;

impl Catalog {
    pub(crate) fn dump(&self) -> String {
        let mut out = format!("version {}\n", self.version);
        let mut categories: Vec<_> = self.categories.iter().map(|category| format!("{category:?}")).collect();
        categories.sort();
        writeln!(out, "{}", categories.join("\n")).unwrap();
        for (number, revision) in self.revisions.iter() {
            let id = RevisionId(number);
            writeln!(
                out,
                "{number}: {:?} {:?} of {:?}\n  offered {:?} {:?}\n  {:?} < > {:?}, superseded {}, expired {}",
                revision.update,
                revision.folded,
                self.revisions_of(revision.update.id),
                self.offered.get(number),
                self.offered_by(id).map(|index| index.id).collect::<Vec<_>>(),
                self.supersedes(id),
                self.superseded_by(id),
                self.is_superseded(id),
                self.is_expired(id),
            )
            .unwrap();
        }
        writeln!(out, "current {:?}", self.current.iter().collect::<Vec<_>>()).unwrap();
        writeln!(out, "superseded {:?}", self.superseded.iter().collect::<Vec<_>>()).unwrap();
        writeln!(out, "expired {:?}", self.expired.iter().collect::<Vec<_>>()).unwrap();
        writeln!(out, "offered {:?}", self.offered.iter().collect::<Vec<_>>()).unwrap();
        let mut products: Vec<_> = self.products.iter().map(|(p, r)| (p, r.iter().collect::<Vec<_>>())).collect();
        products.sort();
        writeln!(out, "products {products:?}").unwrap();
        let mut lines: Vec<_> = self.lines.iter().map(|(name, lines)| format!("{name} {lines:?}")).collect();
        lines.sort();
        writeln!(out, "{}", lines.join("\n")).unwrap();
        let mut packages: Vec<_> =
            self.packages.iter().map(|(name, package)| self.dump_package(name, package)).collect();
        packages.sort();
        writeln!(out, "{}", packages.join("\n")).unwrap();
        writeln!(out, "{:?}", self.indexes).unwrap();
        writeln!(out, "windows {}", self.windows.dump()).unwrap();
        let mut declined: Vec<_> = self.declined_updates.iter().collect();
        declined.sort();
        writeln!(out, "declined {declined:?} {:?}", self.declined.iter().collect::<Vec<_>>()).unwrap();
        let mut changes: Vec<_> = self.changes.iter().collect();
        changes.sort();
        writeln!(out, "{}, changes {changes:?} up to {}", self.selection.dump(), self.last_change).unwrap();
        out
    }

    /// Architectures by name: their numbers depend on the order of arrival.
    fn dump_package(&self, name: &str, package: &super::Package) -> String {
        let mut binaries: Vec<_> =
            package.binaries().iter().map(|b| (b.rank, b.revision, self.architecture_name(b.arch))).collect();
        binaries.sort();
        let offers: Vec<_> = package
            .offers()
            .iter()
            .map(|o| (o.rank, o.index, o.revision, o.offer, self.architecture_name(o.arch)))
            .collect();
        format!("{name} {:?}\n  {binaries:?}\n  {offers:?}", package.versions().collect::<Vec<_>>())
    }
}
