//! What Windows devices report of updates: equal devices share it and its outcome.
//!
//! Devices name updates, not revisions (event 156, protocols.md §4.2). The bit of an update is that
//! of its current revision, so a new revision takes it along.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};
use sluice_model::{Classification, ReportedState, RevisionId, UpdateId};

use crate::catalog::Catalog;
use crate::cow::CowMap;
use crate::evaluate::DeviceCompliance;

/// What a device says of updates, at most one thing of each; updates it does not name do not apply
/// to it, or are newer than what it knew. Updates that the catalog does not have are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReportedStates {
    /// Sorted by update, each once.
    entries: Box<[(UpdateId, ReportedState)]>,
    restart_pending: bool,
}

impl ReportedStates {
    /// From entries in any order. Of several for one update the gravest holds: a restart that is
    /// pending, a failure, then what is installed.
    #[must_use]
    pub fn new(mut entries: Vec<(UpdateId, ReportedState)>) -> Self {
        entries.sort_unstable_by_key(|(update, state)| (*update, std::cmp::Reverse(weight(*state))));
        entries.dedup_by_key(|(update, _)| *update);
        let restart_pending = entries.iter().any(|(_, state)| *state == ReportedState::RestartPending);
        Self { entries: entries.into(), restart_pending }
    }

    /// By update.
    #[must_use]
    pub fn entries(&self) -> &[(UpdateId, ReportedState)] {
        &self.entries
    }

    /// What it says of an update.
    #[must_use]
    pub fn get(&self, update: UpdateId) -> Option<ReportedState> {
        let at = self.entries.binary_search_by_key(&update, |(known, _)| *known).ok()?;
        self.entries.get(at).map(|(_, state)| *state)
    }

    /// A restart is pending for any.
    #[must_use]
    pub fn restart_pending(&self) -> bool {
        self.restart_pending
    }

    /// How many updates are needed that a catalog does not have.
    fn outside(&self, places: &Places<'_>) -> u32 {
        let open = self.entries.iter().filter(|(update, state)| is_open(*state) && places.is_outside(*update));
        u32::try_from(open.count()).unwrap_or(u32::MAX)
    }

    /// What follows for compliance. An update that is declined or not selected is not asked for
    /// any more, whatever a device said before that.
    fn compliance(&self, places: &mut Places<'_>) -> DeviceCompliance {
        let (mut required, mut installed, mut security, mut outside) = (Vec::new(), Vec::new(), 0, 0);
        for (update, state) in &self.entries {
            let Some(place) = places.of(*update) else {
                outside += u32::from(is_open(*state) && places.is_outside(*update));
                continue;
            };
            match state {
                ReportedState::Installed | ReportedState::RestartPending => installed.push(place.revision),
                ReportedState::Needed | ReportedState::Downloaded | ReportedState::Failed => {
                    if place.asked {
                        required.push(place.revision);
                        security += u32::from(place.security);
                    }
                }
            }
        }
        let bitmap = |mut list: Vec<u32>| {
            list.sort_unstable();
            RoaringBitmap::from_sorted_iter(list).unwrap_or_default()
        };
        let required = bitmap(required);
        DeviceCompliance {
            applicable: required.clone(),
            required,
            installed: bitmap(installed),
            required_security: security,
            outside,
        }
    }
}

/// What compliance must know of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// Its current revision.
    revision: u32,
    security: bool,
    /// Neither declined nor deselected.
    asked: bool,
}

impl Place {
    /// `None` for what the catalog does not have or does not list.
    fn in_catalog(catalog: &Catalog, id: UpdateId) -> Option<Self> {
        let (revision, update) = catalog.update(id)?;
        catalog.current_revisions().contains(revision.0).then(|| Self {
            revision: revision.0,
            security: update.classification == Classification::SecurityUpdates,
            asked: !catalog.is_declined(id) && !catalog.unselected_revisions().contains(revision.0),
        })
    }
}

/// Places that were looked up before; devices name the same updates over and over.
pub(super) struct Places<'c> {
    catalog: &'c Catalog,
    known: FxHashMap<UpdateId, Option<Place>>,
}

impl<'c> Places<'c> {
    pub(super) fn new(catalog: &'c Catalog) -> Self {
        Self { catalog, known: FxHashMap::default() }
    }

    fn of(&mut self, update: UpdateId) -> Option<Place> {
        *self.known.entry(update).or_insert_with(|| Place::in_catalog(self.catalog, update))
    }

    /// Whether the catalog does not have an update at all.
    fn is_outside(&self, update: UpdateId) -> bool {
        self.catalog.update(update).is_none()
    }
}

/// Whether an update is still to be installed.
fn is_open(state: ReportedState) -> bool {
    matches!(state, ReportedState::Needed | ReportedState::Downloaded | ReportedState::Failed)
}

/// Which of two claims about one update holds: the higher.
fn weight(state: ReportedState) -> u8 {
    match state {
        ReportedState::Needed => 0,
        ReportedState::Downloaded => 1,
        ReportedState::Installed => 2,
        ReportedState::Failed => 3,
        ReportedState::RestartPending => 4,
    }
}

/// Whether a revision is the current one of a Windows update that lists show.
pub(super) fn is_listed(catalog: &Catalog, revision: RevisionId) -> bool {
    catalog.current_revisions().contains(revision.0)
        && catalog.revision(revision).is_some_and(|update| update.content.windows().is_some())
}

/// What became of Windows updates from one catalog to another.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// Only the current revision is another one: from and to.
    renamed: FxHashMap<UpdateId, (u32, u32)>,
    /// Anything else that compliance depends on is different.
    changed: FxHashSet<UpdateId>,
}

impl Moved {
    /// `packages`: of Linux updates too.
    pub(super) fn between(old: &Catalog, new: &Catalog, packages: bool) -> Self {
        let mut touched = FxHashSet::default();
        let all = old.current_revisions() | new.current_revisions();
        let mut decided = old.declined_revisions() ^ new.declined_revisions();
        decided |= old.unselected_revisions() ^ new.unselected_revisions();
        for revision in all {
            let id = RevisionId(revision);
            let (before, after) = (old.revision(id), new.revision(id));
            let same = before.zip(after).is_some_and(|(before, after)| Arc::ptr_eq(before, after));
            let listed = old.current_revisions().contains(revision) == new.current_revisions().contains(revision);
            if same && listed && !decided.contains(revision) {
                continue;
            }
            if let Some(update) = after.or(before) {
                let windows = update.content.windows().is_some();
                if windows || packages {
                    touched.insert((update.id, windows));
                }
            }
        }
        let mut moved = Self::default();
        for (update, windows) in touched {
            match (Place::in_catalog(old, update), Place::in_catalog(new, update)) {
                (before, after) if before == after => {}
                // The sets of Linux updates are kept by the evaluation of inventories.
                (Some(before), Some(after)) if windows && before == (Place { revision: before.revision, ..after }) => {
                    moved.renamed.insert(update, (before.revision, after.revision));
                }
                _ => {
                    moved.changed.insert(update);
                }
            }
        }
        moved
    }

    /// From which revisions to which.
    pub(super) fn renamed(&self) -> impl Iterator<Item = (RevisionId, RevisionId)> {
        self.renamed.values().map(|(from, to)| (RevisionId(*from), RevisionId(*to)))
    }
}

/// A new outcome of some states.
pub(super) struct Changed {
    pub(super) states: Arc<ReportedStates>,
    /// The old outcome after [`Moved::renamed`]; `None` when the new one is just that.
    pub(super) base: Option<Arc<DeviceCompliance>>,
    pub(super) compliance: Arc<DeviceCompliance>,
}

/// Distinct states with their compliance.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownStates {
    states: CowMap<Arc<ReportedStates>, Outcome>,
}

#[derive(Clone, Debug)]
struct Outcome {
    compliance: Arc<DeviceCompliance>,
    /// Devices with these states.
    devices: u32,
}

impl KnownStates {
    /// Distinct states, devices with states.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, u32) {
        (self.states.len(), self.states.iter().map(|(_, outcome)| outcome.devices).sum())
    }

    /// Counts a device with these states, evaluating them if they are new.
    pub(super) fn add(
        &mut self,
        states: &Arc<ReportedStates>,
        places: &mut Places<'_>,
    ) -> (Arc<ReportedStates>, Arc<DeviceCompliance>) {
        if let Some((known, _)) = self.states.get_key_value(states) {
            let known = Arc::clone(known);
            if let Some(outcome) = self.states.get_mut(&known) {
                outcome.devices += 1;
                return (known, Arc::clone(&outcome.compliance));
            }
        }
        let compliance = Arc::new(states.compliance(places));
        self.states.insert(Arc::clone(states), Outcome { compliance: Arc::clone(&compliance), devices: 1 });
        (Arc::clone(states), compliance)
    }

    /// One device less has these states.
    pub(super) fn remove(&mut self, states: &Arc<ReportedStates>) {
        let Some(outcome) = self.states.get_mut(states) else { return };
        outcome.devices -= 1;
        if outcome.devices == 0 {
            self.states.remove(states);
        }
    }

    /// The outcomes that are different after updates moved.
    pub(super) fn re_evaluate(&mut self, catalog: &Catalog, moved: &Moved) -> Vec<Changed> {
        let mut changed = Vec::new();
        let nothing = moved.renamed.is_empty() && moved.changed.is_empty();
        let mut places = Places::new(catalog);
        for (states, outcome) in self.states.iter() {
            // One that the catalog has now and lists show nowhere moves nothing else.
            let outside = outcome.compliance.outside;
            let is_in_now = outside > 0 && states.outside(&places) != outside;
            if nothing && !is_in_now {
                continue;
            }
            let mut renamed = DeviceCompliance::clone(&outcome.compliance);
            let (mut is_renamed, mut is_changed) = (false, is_in_now);
            for (update, _) in &states.entries {
                if let Some((from, to)) = moved.renamed.get(update) {
                    is_renamed = true;
                    for bitmap in [&mut renamed.required, &mut renamed.applicable, &mut renamed.installed] {
                        if bitmap.remove(*from) {
                            bitmap.insert(*to);
                        }
                    }
                }
                is_changed |= moved.changed.contains(update);
            }
            let (base, compliance) = match (is_renamed, is_changed) {
                (false, false) => continue,
                (true, false) => (None, renamed),
                (_, true) => (Some(renamed), states.compliance(&mut places)),
            };
            changed.push(Changed {
                states: Arc::clone(states),
                base: base.map(Arc::new),
                compliance: Arc::new(compliance),
            });
        }
        for Changed { states, compliance, .. } in &changed {
            if let Some(outcome) = self.states.get_mut(states) {
                outcome.compliance = Arc::clone(compliance);
            }
        }
        changed
    }
}
