//! Which updates are installed, needed or neither: rules, prerequisites, bundles (protocols.md §8.1).

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};
use sluice_model::id::UpdateId;
use sluice_wsus::update::document::{BundleClause, Revision};
use sluice_wsus::update::rules::{ApplicabilityState, Truth};

use super::{AgentCache, Cached};
use crate::windows::machine::VirtualMachine;

/// Bundles inside bundles; real ones have two levels.
const MAX_NESTING: usize = 8;

/// What an update is to a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum State {
    Installed,
    Installable,
    NotApplicable,
    Unknown,
}

/// Evaluates the updates of a cache for a machine, each when it is asked for.
pub(in super::super) struct Evaluation<'c> {
    cache: &'c AgentCache,
    machine: &'c VirtualMachine,
    /// Whether the states in the cache are those of the machine.
    is_settled: bool,
    by_revision: OnceCell<FxHashMap<Revision, i32>>,
    /// Updates of which a revision is installed: for prerequisites.
    installed: OnceCell<FxHashSet<UpdateId>>,
}

impl<'c> Evaluation<'c> {
    /// The cache must have been evaluated since the machine changed.
    pub(in super::super) fn new(cache: &'c AgentCache, machine: &'c VirtualMachine) -> Self {
        let is_settled = cache.is_settled(machine);
        Self { cache, machine, is_settled, by_revision: OnceCell::new(), installed: OnceCell::new() }
    }

    /// What a revision is to the machine.
    pub(in super::super) fn state(&self, cached: &Cached) -> State {
        match cached.state {
            Some(state) if self.is_settled => state,
            _ => self.nested(cached, 0),
        }
    }

    /// A clause that no installed update satisfies.
    pub(super) fn missing_prerequisite(&self, cached: &Cached) -> Option<UpdateId> {
        let installed = self.installed.get_or_init(|| {
            let installed = self.cache.revisions.values().filter(|cached| cached.installed == Truth::True);
            installed.map(Cached::update).collect()
        });
        let clauses = cached.core.prerequisites.iter();
        let missing = clauses.filter(|clause| !clause.any_of.iter().any(|update| installed.contains(update)));
        missing.filter_map(|clause| clause.any_of.first().copied()).next()
    }

    /// The members of a clause that the cache has.
    pub(in super::super) fn members(&self, clause: &BundleClause) -> impl Iterator<Item = (i32, &'c Cached)> {
        let by_revision = self.by_revision.get_or_init(|| self.cache.by_revision());
        let ids = clause.any_of.iter().filter_map(|revision| by_revision.get(revision).copied());
        ids.filter_map(|id| self.cache.revisions.get(&id).map(|cached| (id, cached)))
    }

    fn nested(&self, cached: &Cached, depth: usize) -> State {
        let core = &cached.core;
        let of_members = !core.bundled.is_empty();
        let state = match core.rules.as_ref().filter(|rules| rules.is_installed.is_some() || !of_members) {
            Some(rules) => match rules.state(core.revision.id, self.machine) {
                ApplicabilityState::Installed => State::Installed,
                ApplicabilityState::Installable => State::Installable,
                ApplicabilityState::NotApplicable => State::NotApplicable,
                ApplicabilityState::Unknown => State::Unknown,
            },
            None if !of_members || depth == MAX_NESTING => State::Unknown,
            None => self.bundle(cached, depth),
        };
        // Where something must be installed first it is not needed, though it may be there.
        if state == State::Installable && self.missing_prerequisite(cached).is_some() {
            return State::NotApplicable;
        }
        state
    }

    /// A bundle is installed when every clause has an installed member, installable when something in it is.
    fn bundle(&self, cached: &Cached, depth: usize) -> State {
        let (mut all, mut installable, mut unknown) = (true, false, false);
        for clause in &cached.core.bundled {
            let states: Vec<State> = self.members(clause).map(|(_, member)| self.nested(member, depth + 1)).collect();
            if states.contains(&State::Installed) {
                continue;
            }
            all = false;
            installable |= states.contains(&State::Installable);
            unknown |= states.contains(&State::Unknown);
        }
        match (all, installable, unknown) {
            (true, ..) => State::Installed,
            (false, true, _) => State::Installable,
            (false, false, true) => State::Unknown,
            (false, false, false) => State::NotApplicable,
        }
    }
}

impl State {
    /// Whether it is installed.
    pub(super) fn is_installed(self) -> Truth {
        match self {
            Self::Installed => Truth::True,
            Self::Installable | Self::NotApplicable => Truth::False,
            Self::Unknown => Truth::Unknown,
        }
    }
}
