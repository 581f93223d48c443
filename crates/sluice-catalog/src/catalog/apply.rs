//! From one catalog to the next: only what a change touches is computed again.
//!
//! What one new update costs, whatever the size of the catalog: the chunk or shard it falls into of
//! each container, the bitmaps that name revisions (a bit per revision, copied whole: 12 KB per
//! 100,000), of a Linux update the packages and lines of its names, of a Windows update the edges
//! to what it needs and supersedes. Categories are rebuilt whole when one of them changes.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use sluice_model::{IndexId, RevisionId, SourcePackage, Update, UpdateContent};
use sluice_packages::deb::version;

use super::package::{PackageBinary, PackageOffer, Unranked};
use super::{
    ArchNumber, Catalog, CatalogChange, CatalogProblem, IndexContent, IndexRow, Line, MAX_ARCHITECTURES, Offer,
    Package, Revision,
};

impl Catalog {
    /// The catalog after a change, and the items of the change that were left out. An item that
    /// was left out must be given again once the reason is gone.
    #[must_use]
    pub fn apply(&self, change: CatalogChange) -> (Self, Vec<CatalogProblem>) {
        let mut work = Work { next: self.clone(), ..Work::default() };
        // Changes may come in another order than they were stored in.
        work.next.version = work.next.version.max(change.version);
        if !change.categories.is_empty() {
            let ids: Vec<_> = change.categories.iter().map(|category| category.id).collect();
            work.next.categories = Arc::new(work.next.categories.with(change.categories));
            work.next.join_products(&ids);
        }
        for index in change.removed_indexes {
            work.remove_index(index);
        }
        for (id, update) in change.updates {
            if let Err(problem) = work.put_update(id, update) {
                work.problems.push(problem);
            }
        }
        for content in change.indexes {
            if let Err(problem) = work.put_index(content) {
                work.problems.push(problem);
            }
        }
        for (update, declined) in change.declined {
            work.next.decline(update, declined);
        }
        if let Some(deselected) = change.deselected {
            work.next.deselected = Arc::new(deselected.into_iter().collect());
        }
        for (licence, accepted) in change.licences {
            work.next.accept_licence(licence, accepted);
        }
        work.next.last_change = work.next.last_change.max(change.changes_to);
        for (update, counter) in change.changes {
            if work.next.change_of(update) < counter {
                work.next.changes.insert(update, counter);
            }
            work.next.last_change = work.next.last_change.max(counter);
        }
        work.finish()
    }
}

/// What a change has touched so far.
#[derive(Default)]
struct Work {
    next: Catalog,
    problems: Vec<CatalogProblem>,
    /// Package names to rebuild.
    packages: FxHashMap<Arc<str>, PackageWork>,
    /// Source package names to rebuild, with revisions that may have joined.
    lines: FxHashMap<Arc<str>, Vec<RevisionId>>,
    /// Changes of the number of offers, by the revision an index names.
    offers: FxHashMap<(RevisionId, IndexId), i64>,
    /// Current revisions whose expiry may have changed.
    current: FxHashSet<RevisionId>,
}

#[derive(Default)]
struct PackageWork {
    /// Revisions that may have joined.
    revisions: Vec<RevisionId>,
    /// Offers that came (`true`) or went, in order.
    offers: Vec<(IndexId, Offer, bool)>,
}

impl Work {
    fn put_update(&mut self, id: RevisionId, update: Arc<Update>) -> Result<(), CatalogProblem> {
        self.check_update(id, &update)?;
        let before = self.next.current(update.id);
        self.touch_lines(before);
        self.next.leave_windows(before);
        let known: Arc<[RevisionId]> = self.next.updates.get(&update.id).cloned().unwrap_or_default();
        let fresh = !known.contains(&id);
        let update_id = update.id;
        self.next.revisions.set(id.0, Arc::new(Revision::new(update)));
        if fresh {
            let mut revisions = known.to_vec();
            revisions.push(id);
            let number = |r: &RevisionId| self.next.revision(*r).map(|update| update.number);
            revisions.sort_by_key(|r| (number(r), *r));
            self.next.updates.insert(update_id, revisions.into());
        }
        let after = self.next.current(update_id);
        if after != before {
            // Offers of any revision of the update now count for the new one.
            for revision in self.next.revisions_of(update_id).to_vec() {
                self.touch_packages(revision);
            }
            if let Some(gone) = before {
                Arc::make_mut(&mut self.next.current).remove(gone.0);
                Arc::make_mut(&mut self.next.expired).remove(gone.0);
                Arc::make_mut(&mut self.next.superseded).remove(gone.0);
                if let (Some(offered), Some(now)) = (self.next.offered.take(gone.0), after) {
                    self.next.offered.set(now.0, offered);
                }
            }
            if let Some(now) = after {
                if self.next.revision(now).is_some_and(|update| update.is_listed()) {
                    Arc::make_mut(&mut self.next.current).insert(now.0);
                }
                if !self.next.is_windows(now) {
                    self.current.insert(now);
                }
            }
            self.next.move_declined(update_id, before, after);
        }
        self.touch_lines(after);
        self.next.join_windows(after, fresh.then_some(id));
        Ok(())
    }

    fn check_update(&mut self, id: RevisionId, update: &Update) -> Result<(), CatalogProblem> {
        if id.0 > Catalog::MAX_REVISION {
            return Err(CatalogProblem::RevisionOutOfRange(id));
        }
        let package = match &update.content {
            UpdateContent::Deb(package) => Some(package),
            // Categories may come later than what names them, or never: the publisher's affair.
            UpdateContent::Windows(_) => None,
        };
        if package.is_some() {
            if update.products.is_empty() {
                return Err(CatalogProblem::UnknownProduct { revision: id, product: None });
            }
            if let Some(product) = update.products.iter().find(|p| self.next.categories.get(**p).is_none()) {
                return Err(CatalogProblem::UnknownProduct { revision: id, product: Some(*product) });
            }
        }
        if let Some(known) = self.next.revision(id) {
            let same = known.id == update.id && known.number == update.number && known.kind == update.kind;
            if !same || known.content != update.content {
                return Err(CatalogProblem::RevisionRewritten(id));
            }
            return Ok(());
        }
        match package {
            Some(package) => self.check_package(id, package),
            None => Ok(()),
        }
    }

    fn check_package(&mut self, id: RevisionId, package: &SourcePackage) -> Result<(), CatalogProblem> {
        let binaries = &package.binaries;
        let fits = !binaries.is_empty() && u16::try_from(binaries.len() - 1).is_ok();
        if !fits || !binaries.is_sorted_by(|a, b| a.name <= b.name) {
            return Err(CatalogProblem::BadContent(id));
        }
        for binary in binaries {
            if self.next.architecture(&binary.architecture).is_none() {
                if self.next.architectures.len() >= MAX_ARCHITECTURES {
                    return Err(CatalogProblem::TooManyArchitectures { revision: id });
                }
                Arc::make_mut(&mut self.next.architectures).push(Arc::from(binary.architecture.as_str()));
            }
        }
        Ok(())
    }

    fn put_index(&mut self, content: IndexContent) -> Result<(), CatalogProblem> {
        let IndexContent { index, mut offers } = content;
        let id = index.id;
        if self.next.categories.get(index.product).is_none() {
            return Err(CatalogProblem::IndexOfUnknownProduct { index: id, product: index.product });
        }
        offers.sort_unstable();
        offers.dedup();
        let (next, problems) = (&self.next, &mut self.problems);
        offers.retain(|offer| {
            let known = next.binary(*offer).is_some();
            if !known {
                problems.push(CatalogProblem::UnknownOffer { index: id, offer: *offer });
            }
            known
        });
        let row = Arc::new(IndexRow { index, offers: offers.into() });
        let before = Arc::make_mut(&mut self.next.indexes).insert(id, Arc::clone(&row));
        self.count_difference(id, before.as_ref().map_or(&[], |b| &b.offers), &row.offers);
        Ok(())
    }

    fn remove_index(&mut self, id: IndexId) {
        if let Some(before) = Arc::make_mut(&mut self.next.indexes).remove(&id) {
            self.count_difference(id, &before.offers, &[]);
        }
    }

    /// Notes which of two sorted lists' offers went and came.
    fn count_difference(&mut self, index: IndexId, mut old: &[Offer], mut new: &[Offer]) {
        loop {
            match (old, new) {
                ([a, old_rest @ ..], [b, new_rest @ ..]) if a == b => (old, new) = (old_rest, new_rest),
                ([a, rest @ ..], [b, ..]) if a < b => {
                    self.note_offer(index, *a, false);
                    old = rest;
                }
                (_, [b, rest @ ..]) => {
                    self.note_offer(index, *b, true);
                    new = rest;
                }
                ([a, rest @ ..], []) => {
                    self.note_offer(index, *a, false);
                    old = rest;
                }
                ([], []) => return,
            }
        }
    }

    fn note_offer(&mut self, index: IndexId, offer: Offer, came: bool) {
        let Some(name) = self.next.binary(offer).map(|binary| binary.name.as_str()) else { return };
        with_package(&self.next, &mut self.packages, name, |work| work.offers.push((index, offer, came)));
        *self.offers.entry((offer.revision, index)).or_default() += if came { 1 } else { -1 };
    }

    fn touch_packages(&mut self, id: RevisionId) {
        let Some(update) = self.next.revision(id) else { return };
        let mut last = "";
        for binary in update.content.binaries() {
            if binary.name != last {
                with_package(&self.next, &mut self.packages, &binary.name, |work| work.revisions.push(id));
                last = &binary.name;
            }
        }
    }

    fn touch_lines(&mut self, id: Option<RevisionId>) {
        if let Some((id, update)) = id.and_then(|id| Some((id, self.next.revision(id)?))) {
            let Some(name) = update.content.package().map(|package| package.name.as_str()) else { return };
            match self.lines.get_mut(name) {
                Some(list) => list.push(id),
                None => drop(self.lines.insert(Arc::from(name), vec![id])),
            }
        }
    }

    fn finish(mut self) -> (Catalog, Vec<CatalogProblem>) {
        for (name, work) in std::mem::take(&mut self.packages) {
            self.rebuild_package(name, work);
        }
        for (name, joined) in std::mem::take(&mut self.lines) {
            self.rebuild_lines(name, joined);
        }
        self.count_offers();
        (self.next, self.problems)
    }

    fn rebuild_package(&mut self, name: Arc<str>, work: PackageWork) {
        let next = &self.next;
        let old = next.packages.get(&name);
        let mut revisions = work.revisions;
        revisions.extend(old.iter().flat_map(|package| package.binaries()).map(|binary| binary.revision));
        revisions.sort_unstable();
        revisions.dedup();
        revisions.retain(|revision| next.current.contains(revision.0));
        let mut offers: Vec<_> =
            old.iter().flat_map(|package| package.offers()).map(|offer| (offer.index, offer.offer)).collect();
        for (index, offer, came) in work.offers {
            if came {
                offers.push((index, offer));
            } else {
                offers.retain(|known| *known != (index, offer));
            }
        }
        let mut binaries = Vec::new();
        for revision in revisions {
            let Some(update) = next.revision(revision) else { continue };
            let all = update.content.binaries();
            let from = all.partition_point(|binary| *binary.name < *name);
            for binary in all.iter().skip(from).take_while(|binary| *binary.name == *name) {
                let arch = next.architecture(&binary.architecture).unwrap_or(ArchNumber::ALL);
                let item = PackageBinary { rank: 0, arch, revision };
                binaries.push(Unranked { version: &binary.version, item });
            }
        }
        let offers: Vec<_> = offers
            .into_iter()
            .filter_map(|(index, offer)| {
                let binary = next.binary(offer)?;
                let arch = next.architecture(&binary.architecture)?;
                let revision = next.current_of(offer.revision)?;
                let item = PackageOffer { rank: 0, index, revision, offer, arch };
                Some(Unranked { version: &binary.version, item })
            })
            .collect();
        if binaries.is_empty() && offers.is_empty() {
            self.next.packages.remove(&name);
        } else {
            let package = Arc::new(Package::build(Arc::clone(&name), binaries, offers));
            self.next.packages.insert(name, package);
        }
    }

    /// Orders the updates of a source package name within each product, and notes what is
    /// superseded and which revisions a product has.
    fn rebuild_lines(&mut self, name: Arc<str>, joined: Vec<RevisionId>) {
        let old = self.next.lines.get(&name).cloned().unwrap_or_default();
        let products = Arc::make_mut(&mut self.next.products);
        let superseded = Arc::make_mut(&mut self.next.superseded);
        for line in old.iter() {
            for revision in &line.revisions {
                superseded.remove(revision.0);
                if let Some(list) = products.get_mut(&line.product) {
                    list.remove(revision.0);
                }
            }
        }
        let mut revisions = joined;
        revisions.extend(old.iter().flat_map(|line| line.revisions.iter()));
        revisions.sort_unstable();
        revisions.dedup();
        let mut members: Vec<_> = revisions
            .into_iter()
            .filter(|revision| self.next.current.contains(revision.0))
            .filter_map(|revision| {
                let update = &self.next.revisions.get(revision.0)?.update;
                let package = update.content.package()?;
                (*package.name == *name).then_some((revision, update, package.version.as_str()))
            })
            .collect();
        members.sort_by(|(a_id, _, a), (b_id, _, b)| version::compare(a, b).then(a_id.cmp(b_id)));
        let mut lines: Vec<(_, Vec<RevisionId>)> = Vec::new();
        for (revision, update, _) in members {
            let mut of_update = update.products.clone();
            of_update.sort_unstable();
            of_update.dedup();
            for product in of_update {
                products.entry(product).or_default().insert(revision.0);
                match lines.iter_mut().find(|(p, _)| *p == product) {
                    Some((_, line)) => line.push(revision),
                    None => lines.push((product, vec![revision])),
                }
            }
        }
        products.retain(|_, list| !list.is_empty());
        for (_, line) in &lines {
            for revision in line.iter().rev().skip(1) {
                superseded.insert(revision.0);
            }
        }
        lines.sort_by_key(|(product, _)| *product);
        let lines: Arc<[Line]> =
            lines.into_iter().map(|(product, line)| Line { product, revisions: line.into() }).collect();
        if lines.is_empty() {
            self.next.lines.remove(&name);
        } else {
            self.next.lines.insert(name, lines);
        }
    }

    /// Brings the offers per update up to date, and with them what is expired.
    fn count_offers(&mut self) {
        let mut by_current: FxHashMap<RevisionId, Vec<(IndexId, i64)>> = FxHashMap::default();
        for ((revision, index), change) in std::mem::take(&mut self.offers) {
            if let Some(current) = self.next.current_of(revision) {
                by_current.entry(current).or_default().push((index, change));
            }
        }
        self.current.extend(by_current.keys());
        for (revision, changes) in by_current {
            let mut counts: Vec<(IndexId, i64)> = self.next.offered.get(revision.0).map_or_else(Vec::new, |known| {
                known.iter().map(|(index, count)| (*index, i64::from(*count))).collect()
            });
            for (index, change) in changes {
                match counts.iter_mut().find(|(known, _)| *known == index) {
                    Some((_, count)) => *count += change,
                    None => counts.push((index, change)),
                }
            }
            counts.sort_unstable();
            let counts: Arc<[(IndexId, u32)]> = counts
                .into_iter()
                .filter_map(|(index, count)| Some((index, u32::try_from(count).ok().filter(|c| *c > 0)?)))
                .collect();
            if counts.is_empty() {
                self.next.offered.take(revision.0);
            } else {
                self.next.offered.set(revision.0, counts);
            }
        }
        let expired = Arc::make_mut(&mut self.next.expired);
        for revision in self.current.drain() {
            let current = self.next.current.contains(revision.0);
            if current && self.next.offered.get(revision.0).is_none() {
                expired.insert(revision.0);
            } else {
                expired.remove(revision.0);
            }
        }
    }
}

/// Adds to the work on a package name; its text is shared with the catalog where it is known there.
fn with_package(
    next: &Catalog,
    packages: &mut FxHashMap<Arc<str>, PackageWork>,
    name: &str,
    add: impl FnOnce(&mut PackageWork),
) {
    if let Some(work) = packages.get_mut(name) {
        return add(work);
    }
    let mut work = PackageWork::default();
    add(&mut work);
    let name = next.packages.get(name).map_or_else(|| Arc::from(name), |known| Arc::clone(&known.name));
    packages.insert(name, work);
}

impl Revision {
    fn new(update: Arc<Update>) -> Self {
        let mut folded = update.title.to_lowercase();
        let title_len = folded.len();
        let mut last = "";
        for binary in update.content.binaries() {
            if binary.name != last {
                last = &binary.name;
                folded.push('\n');
                folded.push_str(&last.to_lowercase());
            }
        }
        for article in update.content.windows().into_iter().flat_map(|content| &content.articles) {
            folded.push_str("\nkb");
            folded.push_str(&article.to_lowercase());
        }
        for advisory in &update.advisories {
            folded.push('\n');
            folded.push_str(&advisory.to_lowercase());
        }
        Self { update, folded: folded.into(), title_len }
    }
}
