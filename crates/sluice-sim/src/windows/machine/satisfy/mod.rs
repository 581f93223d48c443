//! Installing without an installer: changing facts until a rule holds.
//!
//! A search over the changes that make single conditions hold, which takes back what led nowhere. It ends: the
//! changes tried are bounded.

mod candidates;
mod loops;
mod msi;
mod values;

use sluice_model::id::UpdateId;
use sluice_wsus::update::rules::{Applicability, Metadata, RegistryTest, Rule, Truth};

use super::VirtualMachine;
use super::fact::{Change, Undo};

/// Conditions that are looked at in one search. Real rules have up to a few hundred.
const MAX_STEPS: u32 = 20_000;

/// Conditions that wait for each other: bounds the stack.
const MAX_DEPTH: u32 = 1_500;

/// Why no change makes a rule hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsatisfiable {
    /// The update has no such rule.
    #[error("the update has no {0} rule")]
    NoRule(&'static str),
    /// A condition that installing cannot change, such as the processor, or that is not understood.
    #[error("no change of the machine makes this {wanted}: {condition}")]
    Condition {
        /// The first condition that could not be met.
        condition: String,
        /// What it should have been.
        wanted: bool,
    },
    /// Conditions that contradict each other, or more than are tried.
    #[error("the conditions of the rule contradict each other, or there are too many")]
    Contradiction,
}

impl VirtualMachine {
    /// Changes the machine so that a rule holds, as installing an update would.
    ///
    /// # Errors
    /// [`Unsatisfiable`] when there is no such change; the machine is as before.
    pub fn satisfy(&mut self, rule: &Rule, update: UpdateId, metadata: &Metadata) -> Result<(), Unsatisfiable> {
        self.bring(rule, true, update, metadata).map(|_| ())
    }

    /// Changes the machine so that a rule is `wanted`; answers how to take that back.
    pub(in super::super) fn bring(
        &mut self,
        rule: &Rule,
        wanted: bool,
        update: UpdateId,
        metadata: &Metadata,
    ) -> Result<Vec<Undo>, Unsatisfiable> {
        let applicability = Applicability { metadata: metadata.clone(), ..Applicability::default() };
        let mut search = Search { machine: self, update, applicability, undo: Vec::new(), steps: 0, obstacle: None };
        if search.solve(&Goals::One { rule, wanted, rest: &Goals::Done { rule, wanted } }, 0) {
            return Ok(search.undo);
        }
        search.take_back(0);
        Err(search.obstacle.take().unwrap_or(Unsatisfiable::Contradiction))
    }
}

/// What is still to be met.
enum Goals<'g> {
    /// Nothing; the whole rule is checked.
    Done { rule: &'g Rule, wanted: bool },
    /// A rule, then the rest.
    One { rule: &'g Rule, wanted: bool, rest: &'g Goals<'g> },
    /// All of these, then the rest.
    All { rules: &'g [Rule], wanted: bool, rest: &'g Goals<'g> },
}

struct Search<'m> {
    machine: &'m mut VirtualMachine,
    update: UpdateId,
    /// Evaluates single rules with the metadata.
    applicability: Applicability,
    /// How to take back what was changed.
    undo: Vec<Undo>,
    steps: u32,
    /// The first condition that nothing could be done about.
    obstacle: Option<Unsatisfiable>,
}

impl Search<'_> {
    fn solve(&mut self, goals: &Goals<'_>, depth: u32) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS || depth > MAX_DEPTH {
            return false;
        }
        let (rule, wanted, rest) = match goals {
            Goals::Done { rule, wanted } => return self.is(rule, *wanted),
            Goals::All { rules: [], rest, .. } => return self.solve(rest, depth),
            Goals::All { rules: [first, others @ ..], wanted, rest } => {
                let others = Goals::All { rules: others, wanted: *wanted, rest };
                return self.solve(&Goals::One { rule: first, wanted: *wanted, rest: &others }, depth + 1);
            }
            Goals::One { rule, wanted, rest } => (*rule, *wanted, *rest),
        };
        match (rule, wanted) {
            (Rule::Not(rule), _) => self.solve(&Goals::One { rule, wanted: !wanted, rest }, depth + 1),
            (Rule::And(rules), true) | (Rule::Or(rules), false) => {
                self.solve(&Goals::All { rules, wanted, rest }, depth + 1)
            }
            (Rule::Or(rules), true) | (Rule::And(rules), false) => self.one_of(rules, wanted, rest, depth),
            (Rule::Registry(RegistryTest::KeyLoop { key, true_if, rule }), _) => {
                self.key_loop(key, *true_if, rule, wanted, rest, depth)
            }
            _ => self.condition(rule, wanted, rest, depth),
        }
    }

    /// Makes one of the rules as wanted: preferably one that is.
    fn one_of(&mut self, rules: &[Rule], wanted: bool, rest: &Goals<'_>, depth: u32) -> bool {
        let met: Vec<bool> = rules.iter().map(|rule| self.is(rule, wanted)).collect();
        let in_order = [true, false];
        in_order.into_iter().any(|first| {
            let turn = rules.iter().zip(&met).filter(|(_, met)| **met == first);
            turn.into_iter().any(|(rule, _)| self.attempt(&[], rule, wanted, rest, depth))
        })
    }

    /// Makes changes and goes on with a rule; takes all back when that leads nowhere.
    fn attempt(&mut self, changes: &[Change], rule: &Rule, wanted: bool, rest: &Goals<'_>, depth: u32) -> bool {
        let mark = self.undo.len();
        self.change(changes);
        if self.solve(&Goals::One { rule, wanted, rest }, depth + 1) {
            return true;
        }
        self.take_back(mark);
        false
    }

    /// A condition without others inside.
    fn condition(&mut self, rule: &Rule, wanted: bool, rest: &Goals<'_>, depth: u32) -> bool {
        if self.is(rule, wanted) && self.solve(rest, depth + 1) {
            return true;
        }
        let candidates = candidates::of(rule, wanted, self.machine, self.update, &self.applicability.metadata);
        let mut met = false;
        for changes in candidates {
            let mark = self.undo.len();
            self.change(&changes);
            if self.is(rule, wanted) {
                met = true;
                if self.solve(rest, depth + 1) {
                    return true;
                }
            }
            self.take_back(mark);
        }
        if !met && !self.is(rule, wanted) && self.obstacle.is_none() {
            self.obstacle = Some(Unsatisfiable::Condition { condition: shortened(rule), wanted });
        }
        false
    }

    /// Whether a rule is as wanted.
    fn is(&mut self, rule: &Rule, wanted: bool) -> bool {
        self.applicability.is_installed = Some(rule.clone());
        self.applicability.installed(self.update, self.machine) == Truth::from(wanted)
    }

    fn change(&mut self, changes: &[Change]) {
        for change in changes {
            self.undo.extend(self.machine.change(change.clone()));
        }
    }

    fn take_back(&mut self, mark: usize) {
        let undo = self.undo.split_off(mark.min(self.undo.len()));
        self.machine.take_back(undo);
    }
}

/// A condition as it is written in messages; rules come from outside and may be long.
fn shortened(rule: &Rule) -> String {
    format!("{rule:?}").chars().take(200).collect()
}

#[cfg(test)]
mod tests;
