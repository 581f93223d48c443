//! The rules of lists written down once more, straight from protocols.md §6.1 and without regard for
//! time, to compare with.

use std::collections::BTreeSet;
use std::sync::Arc;

use sluice_model::{CategoryId, ProtocolVersion, RevisionId, Update, UpdateId, UpdateKind, WindowsContent};

use super::filter::{FilterEntry, RevisionFilter};

pub(super) struct Naive<'a> {
    pub(super) all: &'a [(RevisionId, Arc<Update>)],
    /// Which categories are products, and what is above each.
    pub(super) above: &'a [(CategoryId, Option<CategoryId>)],
    pub(super) classifications: &'a [UpdateId],
}

fn content(update: &Update) -> &WindowsContent {
    update.content.windows().unwrap()
}

impl Naive<'_> {
    fn current(&self, id: UpdateId) -> Option<RevisionId> {
        let revisions = self.all.iter().filter(|(_, update)| update.id == id);
        revisions.max_by_key(|(_, update)| update.number).map(|(revision, _)| *revision)
    }

    fn update(&self, id: RevisionId) -> &Update {
        &self.all.iter().find(|(revision, _)| *revision == id).unwrap().1
    }

    fn is_configuration(&self, id: RevisionId) -> bool {
        matches!(self.update(id).kind, UpdateKind::Category | UpdateKind::Detectoid)
    }

    /// The entries of a filter that an update matches by its categories.
    fn in_categories<'f>(&self, update: &Update, entries: &'f [FilterEntry]) -> Vec<&'f FilterEntry> {
        let parent = |id: CategoryId| self.above.iter().find(|(known, _)| *known == id).and_then(|(_, above)| *above);
        let named = content(update).prerequisites.iter().flatten().map(|id| CategoryId(id.0));
        let products = named.filter(|id| parent(*id).is_some());
        let mut categories: BTreeSet<CategoryId> = products.collect();
        for product in categories.clone() {
            categories.extend(parent(product));
        }
        entries.iter().filter(|entry| categories.contains(&entry.id)).collect()
    }

    fn in_classifications<'f>(&self, update: &Update, entries: &'f [FilterEntry]) -> Vec<&'f FilterEntry> {
        let named = content(update).prerequisites.iter().flatten();
        let named = named.filter(|id| self.classifications.contains(id)).map(|id| CategoryId(id.0));
        let own = update.is_listed().then(|| update.classification.id());
        let mine: Vec<_> = named.chain(own).collect();
        entries.iter().filter(|entry| mine.contains(&entry.id)).collect()
    }

    fn is_hidden(&self, revision: RevisionId, protocol: ProtocolVersion) -> bool {
        content(self.update(revision)).compatible_protocol.is_some_and(|needed| needed > protocol)
    }

    pub(super) fn list(&self, filter: &RevisionFilter<'_>) -> Vec<RevisionId> {
        let mut found = BTreeSet::new();
        for (revision, update) in self.all {
            if self.current(update.id) != Some(*revision) || self.is_configuration(*revision) != filter.configuration {
                continue;
            }
            let fresh = filter.since.is_none_or(|since| *revision > since);
            let nothing_asked = filter.categories.is_empty() && filter.classifications.is_empty();
            if filter.configuration || nothing_asked {
                if fresh && !self.is_hidden(*revision, filter.protocol) {
                    found.insert(*revision);
                }
                continue;
            }
            let categories = self.in_categories(update, filter.categories);
            let classifications = self.in_classifications(update, filter.classifications);
            let again = categories.iter().chain(&classifications).any(|entry| !entry.delta);
            let both = !categories.is_empty() && !classifications.is_empty();
            if both && (fresh || again) && !self.is_hidden(*revision, filter.protocol) {
                found.insert(*revision);
            }
        }
        if filter.configuration {
            return found.into_iter().collect();
        }
        loop {
            let before = found.len();
            for revision in found.clone() {
                let content = content(self.update(revision));
                let exact = content.bundled.iter().flatten();
                let is_exact = |(_, update): &&(RevisionId, Arc<Update>)| {
                    exact.clone().any(|member| update.id == member.update && update.number == member.number)
                };
                let members = self.all.iter().filter(is_exact).map(|(revision, _)| *revision);
                let needed = content.prerequisites.iter().flatten().filter_map(|id| self.current(*id));
                let more = members.chain(needed.filter(|id| !self.is_configuration(*id)));
                found.extend(more.filter(|revision| !self.is_hidden(*revision, filter.protocol)));
            }
            if found.len() == before {
                break;
            }
        }
        found.into_iter().collect()
    }
}
