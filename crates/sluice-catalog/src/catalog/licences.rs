//! Licence terms: an update that names some is not installed before an administrator accepted them
//! (protocols.md §3.8; configmgr-sum.md, SYN-15).

use std::collections::BTreeSet;
use std::sync::Arc;

use sluice_model::RevisionId;
use uuid::Uuid;

use super::Catalog;

/// Bundles inside bundles that are looked into; real ones have one level.
const MAX_NESTING: usize = 8;

impl Catalog {
    /// The licence terms of an update as a revision describes it, each once, sorted: its own and, of a
    /// bundle, those of its members, which are installed with it.
    #[must_use]
    pub fn licences_of(&self, revision: RevisionId) -> Vec<Uuid> {
        let mut found = BTreeSet::new();
        let (mut seen, mut level) = (BTreeSet::from([revision]), vec![revision]);
        for _ in 0..=MAX_NESTING {
            let mut below = Vec::new();
            for content in level.iter().filter_map(|revision| self.revision(*revision)?.content.windows()) {
                found.extend(content.licence);
                let members = content.bundled.iter().flatten().filter_map(|member| self.exact(*member));
                below.extend(members.filter(|member| seen.insert(*member)));
            }
            if below.is_empty() {
                break;
            }
            level = below;
        }
        found.into_iter().collect()
    }

    /// Whether an administrator accepted licence terms.
    #[must_use]
    pub fn is_licence_accepted(&self, licence: Uuid) -> bool {
        self.licences.contains(&licence)
    }

    /// The licence terms that were accepted, in any order.
    pub fn accepted_licences(&self) -> impl Iterator<Item = Uuid> {
        self.licences.iter().copied()
    }

    /// Whether an update has licence terms that are not accepted yet: then devices find out whether
    /// they need it, and install nothing.
    #[must_use]
    pub fn awaits_licence(&self, revision: RevisionId) -> bool {
        self.licences_of(revision).iter().any(|licence| !self.is_licence_accepted(*licence))
    }

    pub(super) fn accept_licence(&mut self, licence: Uuid, accepted: bool) {
        let licences = Arc::make_mut(&mut self.licences);
        if accepted {
            licences.insert(licence);
        } else {
            licences.remove(&licence);
        }
    }
}
