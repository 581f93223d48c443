//! Evaluation with a memory.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::catalog::Catalog;
use crate::device::{DeviceFacts, InstalledNumber, InstalledTable, Lineage, Subscription};

use super::compliance::DeviceCompliance;
use super::profile::Profile;
use super::single::{Pins, Revisions};
use super::weigh::Weighed;

/// Most profiles remembered. A fleet has a handful; beyond this the memory starts afresh, so that
/// devices with ever new subscriptions cannot fill it.
const MAX_PROFILES: usize = 4096;
/// Most indices in all subscriptions remembered, for the same reason: they may all lead to one
/// profile.
const MAX_INDEXES: usize = 1 << 18;

/// Evaluates devices against one catalog and remembers what it has found out per (profile,
/// installed package).
#[derive(Clone, Debug)]
pub struct Evaluator {
    catalog: Arc<Catalog>,
    /// The lineage of tables whose numbers the memory is about.
    lineage: Option<Lineage>,
    subscriptions: FxHashMap<Arc<Subscription>, usize>,
    /// In all of those.
    indexes: usize,
    profiles: FxHashMap<Arc<Profile>, usize>,
    memories: Vec<Memory>,
    /// Revisions of all outcomes, one after the other.
    revisions: Vec<u32>,
    weighed: Vec<Weighed>,
    found: Revisions,
}

#[derive(Clone, Debug)]
struct Memory {
    profile: Arc<Profile>,
    outcomes: FxHashMap<InstalledNumber, Outcome>,
}

/// Where the revisions of an outcome are: the applicable, then the required, then the installed.
#[derive(Clone, Copy, Debug, Default)]
struct Outcome {
    start: u32,
    applicable: u16,
    required: u16,
    installed: u16,
}

impl Evaluator {
    /// An evaluator for a catalog, with an empty memory.
    #[must_use]
    pub fn new(catalog: Arc<Catalog>) -> Self {
        Self {
            catalog,
            lineage: None,
            subscriptions: FxHashMap::default(),
            indexes: 0,
            profiles: FxHashMap::default(),
            memories: Vec::new(),
            revisions: Vec::new(),
            weighed: Vec::new(),
            found: Revisions::default(),
        }
    }

    /// Goes on with a catalog that differs in its [counters](crate::CatalogChange::is_of_counters)
    /// only; everything it remembers holds.
    pub fn count(&mut self, catalog: Arc<Catalog>) {
        self.catalog = catalog;
    }

    /// The catalog it evaluates against.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Evaluates a device whose packages are numbered by `table`.
    #[must_use]
    pub fn evaluate(&mut self, table: &InstalledTable, facts: &DeviceFacts) -> DeviceCompliance {
        let full = self.memories.len() >= MAX_PROFILES || self.indexes >= MAX_INDEXES;
        if full || self.lineage.as_ref() != Some(table.lineage()) {
            *self = Self::new(Arc::clone(&self.catalog));
            self.lineage = Some(table.lineage().clone());
        }
        let memory = self.memory(&facts.subscription);
        let (mut required, mut applicable, mut installed) =
            (Vec::new(), Vec::new(), Vec::with_capacity(facts.packages.len()));
        for number in &facts.packages {
            if !facts.pins.is_empty() && self.is_pinned(table, facts, *number) {
                let Some(package) = table.get(*number) else { continue };
                let Some(profile) = self.memories.get(memory).map(|memory| Arc::clone(&memory.profile)) else {
                    continue;
                };
                self.found.clear();
                self.found.add(&self.catalog, &profile, Pins(&facts.pins), package, &mut self.weighed);
                required.extend_from_slice(&self.found.required);
                applicable.extend_from_slice(&self.found.applicable);
                installed.extend_from_slice(&self.found.installed);
                continue;
            }
            let known = self.memories.get(memory).and_then(|memory| memory.outcomes.get(number)).copied();
            let outcome = known.unwrap_or_else(|| self.find_out(table, memory, *number));
            let mut rest = self.revisions.get(outcome.start as usize..).unwrap_or_default();
            for (list, count) in [
                (&mut applicable, outcome.applicable),
                (&mut required, outcome.required),
                (&mut installed, outcome.installed),
            ] {
                let (these, others) = rest.split_at_checked(usize::from(count)).unwrap_or((&[], &[]));
                list.extend_from_slice(these);
                rest = others;
            }
        }
        DeviceCompliance::build(&self.catalog, &mut required, &mut applicable, &mut installed)
    }

    /// Whether any of the device's pins names the package.
    fn is_pinned(&self, table: &InstalledTable, facts: &DeviceFacts, number: InstalledNumber) -> bool {
        let Some(package) = table.get(number) else { return false };
        Pins(&facts.pins).named(package.name).next().is_some()
    }

    fn memory(&mut self, subscription: &Arc<Subscription>) -> usize {
        if let Some(known) = self.subscriptions.get(subscription) {
            return *known;
        }
        let profile = Arc::new(Profile::resolve(&self.catalog, subscription));
        let memory = match self.profiles.get(&profile) {
            Some(known) => *known,
            None => {
                let at = self.memories.len();
                self.memories.push(Memory { profile: Arc::clone(&profile), outcomes: FxHashMap::default() });
                self.profiles.insert(profile, at);
                at
            }
        };
        self.indexes += subscription.indexes.len() + 1;
        self.subscriptions.insert(Arc::clone(subscription), memory);
        memory
    }

    fn find_out(&mut self, table: &InstalledTable, memory: usize, number: InstalledNumber) -> Outcome {
        let Some(package) = table.get(number) else { return Outcome::default() };
        let Some(memory) = self.memories.get_mut(memory) else { return Outcome::default() };
        self.found.clear();
        self.found.add(&self.catalog, &memory.profile, Pins(&[]), package, &mut self.weighed);
        let start = u32::try_from(self.revisions.len()).unwrap_or(u32::MAX);
        let mut count = |list: &mut Vec<u32>| {
            list.sort_unstable();
            list.dedup();
            // A package name has far fewer updates than this; were there more, the highest
            // numbers would be lost.
            list.truncate(usize::from(u16::MAX));
            self.revisions.extend_from_slice(list);
            u16::try_from(list.len()).unwrap_or(u16::MAX)
        };
        let outcome = Outcome {
            start,
            applicable: count(&mut self.found.applicable),
            required: count(&mut self.found.required),
            installed: count(&mut self.found.installed),
        };
        memory.outcomes.insert(number, outcome);
        outcome
    }
}
