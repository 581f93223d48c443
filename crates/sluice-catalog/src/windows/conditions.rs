//! Prerequisites, each distinct one once: many updates share theirs, so a round evaluates a few
//! hundred conditions instead of thousands of updates.

use rustc_hash::FxHashMap;

use super::bits::Bits;
use super::lists::Lists;

/// Distinct conditions: of every clause at least one update.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    /// By clause: updates, by ordinal. A clause without any is never met: nobody knows what it
    /// asks for (protocols.md §3.5).
    updates: Lists,
    /// By condition: clauses.
    clauses: Lists,
    known_clauses: FxHashMap<Box<[u32]>, u32>,
    known: FxHashMap<Box<[u32]>, u32>,
}

impl Conditions {
    /// The number of a condition.
    pub(super) fn number(&mut self, clauses: impl Iterator<Item = Vec<u32>>) -> u32 {
        let mut numbers: Vec<u32> = clauses.map(|clause| self.clause(clause)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        if let Some(known) = self.known.get(numbers.as_slice()) {
            return *known;
        }
        let number = next(&self.clauses);
        self.clauses.push(numbers.iter().copied());
        self.known.insert(numbers.into(), number);
        number
    }

    fn clause(&mut self, mut updates: Vec<u32>) -> u32 {
        updates.sort_unstable();
        updates.dedup();
        if let Some(known) = self.known_clauses.get(updates.as_slice()) {
            return *known;
        }
        let number = next(&self.updates);
        self.updates.push(updates.iter().copied());
        self.known_clauses.insert(updates.into(), number);
        number
    }

    /// Forgets what only [`Self::number`] needs.
    pub(super) fn seal(&mut self) {
        self.known_clauses = FxHashMap::default();
        self.known = FxHashMap::default();
    }

    pub(super) fn len(&self) -> usize {
        self.clauses.len()
    }

    /// All updates that a condition names.
    pub(super) fn named(&self, condition: u32) -> impl Iterator<Item = u32> {
        self.clauses.get(condition).iter().flat_map(|clause| self.updates.get(*clause)).copied()
    }

    /// The conditions that are met by some updates.
    pub(super) fn met(&self, have: &Bits) -> Bits {
        let mut clauses = Bits::new(self.updates.len());
        for clause in (0u32..).take(self.updates.len()) {
            if self.updates.get(clause).iter().any(|update| have.contains(*update)) {
                clauses.insert(clause);
            }
        }
        let mut met = Bits::new(self.len());
        for condition in (0u32..).take(self.len()) {
            if self.clauses.get(condition).iter().all(|clause| clauses.contains(*clause)) {
                met.insert(condition);
            }
        }
        met
    }
}

fn next(lists: &Lists) -> u32 {
    u32::try_from(lists.len()).unwrap_or(u32::MAX)
}
