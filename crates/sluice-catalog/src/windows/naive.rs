//! The rules of rounds written down once more, straight from protocols.md §3.5 and without regard
//! for time, to compare with; and a client that does what §2.2 says and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use sluice_model::{CategoryId, RevisionId, Update, UpdateId, UpdateKind, WindowsContent};

use super::round::RoundRequest;
use super::scope::Scope;

pub(super) struct Naive<'a> {
    pub(super) all: &'a [(RevisionId, Arc<Update>)],
    pub(super) declined: &'a [UpdateId],
}

type Revisions = BTreeSet<RevisionId>;

fn content(update: &Update) -> &WindowsContent {
    update.content.windows().unwrap()
}

impl<'a> Naive<'a> {
    pub(super) fn update(&self, id: RevisionId) -> &'a Update {
        &self.all.iter().find(|(revision, _)| *revision == id).unwrap().1
    }

    fn current(&self, id: UpdateId) -> Option<RevisionId> {
        let revisions = self.all.iter().filter(|(_, update)| update.id == id);
        revisions.max_by_key(|(_, update)| update.number).map(|(revision, _)| *revision)
    }

    fn is_declined(&self, id: UpdateId) -> bool {
        self.declined.contains(&id)
    }

    fn members(&self, bundle: &Update) -> Revisions {
        let exact = content(bundle).bundled.iter().flatten();
        exact
            .flat_map(|m| self.all.iter().filter(|(_, u)| u.id == m.update && u.number == m.number))
            .map(|(r, _)| *r)
            .collect()
    }

    /// What is in scope by itself, and the members of bundles in scope.
    pub(super) fn scope(&self) -> (Revisions, Revisions) {
        let mut own: Revisions = self
            .all
            .iter()
            .filter(|(revision, update)| self.current(update.id) == Some(*revision) && !self.is_declined(update.id))
            .filter(|(_, update)| {
                update.kind == UpdateKind::Category || (update.is_listed() && !content(update).expired)
            })
            .map(|(revision, _)| *revision)
            .collect();
        let mut members = Revisions::new();
        loop {
            let before = (own.len(), members.len());
            for revision in own.union(&members).copied().collect::<Vec<_>>() {
                let update = self.update(revision);
                let prerequisites = content(update).prerequisites.iter().flatten().filter(|id| !self.is_declined(**id));
                own.extend(prerequisites.filter_map(|id| self.current(*id)));
                members.extend(self.members(update));
            }
            if (own.len(), members.len()) == before {
                return (own, members);
            }
        }
    }

    pub(super) fn needed(&self, installed_non_leaf: &[i32]) -> Revisions {
        let (own, members) = self.scope();
        let id = |id: &i32| self.all.iter().find(|(r, _)| i64::from(r.0) == i64::from(*id)).map(|(_, u)| u.id);
        let have: Vec<UpdateId> = installed_non_leaf.iter().filter_map(id).collect();
        let met = |r: &RevisionId| {
            let update = self.update(*r);
            update.kind != UpdateKind::Driver
                && content(update).prerequisites.iter().all(|clause| clause.iter().any(|id| have.contains(id)))
        };
        let mut needed: Revisions = own.into_iter().filter(met).collect();
        loop {
            let parents: Vec<_> = needed.iter().map(|r| self.members(self.update(*r))).collect();
            let before = needed.len();
            needed.extend(members.iter().filter(|r| met(r) && parents.iter().any(|of| of.contains(r))));
            if needed.len() == before {
                return needed;
            }
        }
    }

    pub(super) fn related(&self, filter: &[CategoryId]) -> Revisions {
        let (own, members) = self.scope();
        let scope: Revisions = own.union(&members).copied().collect();
        let mut ids: BTreeSet<UpdateId> =
            filter.iter().map(|id| UpdateId(id.0)).filter(|id| self.current(*id).is_some()).collect();
        let names = |ids: &BTreeSet<UpdateId>, r: &RevisionId| {
            ids.contains(&self.update(*r).id)
                || content(self.update(*r)).prerequisites.iter().flatten().any(|id| ids.contains(id))
        };
        loop {
            let before = ids.len();
            let below: Vec<_> = scope.iter().filter(|r| names(&ids, r)).map(|r| self.update(*r)).collect();
            ids.extend(below.iter().filter(|update| update.kind == UpdateKind::Category).map(|update| update.id));
            if ids.len() == before {
                break;
            }
        }
        let mut related: Revisions = scope.iter().filter(|r| names(&ids, r)).copied().collect();
        loop {
            let before = related.len();
            for revision in related.clone() {
                let update = self.update(revision);
                let wanted: Vec<_> = content(update).prerequisites.iter().flatten().collect();
                related.extend(scope.iter().filter(|r| wanted.contains(&&self.update(**r).id)));
                related.extend(self.members(update));
            }
            if related.len() == before {
                return related;
            }
        }
    }

    pub(super) fn is_leaf(&self, id: UpdateId) -> bool {
        !self.all.iter().any(|(_, update)| content(update).prerequisites.iter().flatten().any(|named| *named == id))
    }

    /// What a client has in the end on which these updates are installed.
    pub(super) fn fixpoint(&self, installed: impl Fn(&Update) -> bool) -> Revisions {
        let mut needed = self.needed(&[]);
        loop {
            let have = needed.iter().filter(|r| installed(self.update(**r)) && !self.is_leaf(self.update(**r).id));
            let have: Vec<i32> = have.map(|r| i32::try_from(r.0).unwrap()).collect();
            let next = self.needed(&have);
            if next == needed {
                return needed;
            }
            needed = next;
        }
    }
}

/// What a client keeps between scans: ids with the leaf flag it was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    pub(super) cached: std::collections::BTreeMap<i32, bool>,
    pub(super) since: u64,
}

impl Client {
    /// A scan; how many round trips it took without the driver pass.
    pub(super) fn scan(&mut self, scope: &Scope, installed: impl Fn(&Update) -> bool) -> u32 {
        self.scan_by_size(scope, installed, |_| 0)
    }

    /// The same where the metadata of each revision has some bytes.
    pub(super) fn scan_by_size(
        &mut self,
        scope: &Scope,
        installed: impl Fn(&Update) -> bool,
        bytes: impl Fn(RevisionId) -> u64,
    ) -> u32 {
        let all = scope.base().revisions().iter().map(|revision| bytes(RevisionId(revision))).sum();
        let most = scope.base().budget().page_bytes(all);
        let catalog = Arc::clone(scope.base().catalog());
        let is_installed = |id: i32| {
            let update = u32::try_from(id).ok().and_then(|id| catalog.revision(RevisionId(id)));
            update.is_some_and(|update| installed(update))
        };
        for trips in 1..1000 {
            let (first, second): (Vec<i32>, Vec<i32>) =
                self.cached.keys().partition(|id| is_installed(**id) && !self.cached[*id]);
            let request =
                RoundRequest { installed_non_leaf: &first, other_cached: &second, filter: &[], since: self.since };
            let round = scope.round(&request, most, &bytes);
            for id in &round.out_of_scope {
                assert!(self.cached.remove(id).is_some(), "{id} was not cached");
            }
            let mut more = round.truncated;
            for (revision, new) in round.changed.iter().map(|r| (r, false)).chain(round.new.iter().map(|r| (r, true))) {
                let leaf = scope.is_leaf(*revision);
                let known = self.cached.insert(i32::try_from(revision.0).unwrap(), leaf).is_some();
                assert_eq!(known, !new, "{revision:?} is new: {new}");
                more |= new && !leaf;
            }
            self.since = catalog.last_change();
            if !more {
                return trips;
            }
        }
        panic!("a scan without end");
    }
}
