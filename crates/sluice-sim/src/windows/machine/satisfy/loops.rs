//! Rules that hold for the subkeys of a registry key.

use sluice_wsus::update::rules::{
    Fact, Facts as _, FileBase, FileTest, LoopLogic, RegistryKey, RegistryTest, RootKey, Rule, SystemTest,
};

use super::super::fact::{FactKey, FactValue};
use super::{Goals, Search};

/// Subkeys that a loop is unrolled over; real keys (of installed programs) have a few hundred.
const MAX_SUBKEYS: usize = 512;

/// The subkey that is made when none fits.
const NEW_SUBKEY: &str = "Simulated";

impl Search<'_> {
    pub(super) fn key_loop(
        &mut self,
        key: &RegistryKey,
        true_if: LoopLogic,
        rule: &Rule,
        wanted: bool,
        rest: &Goals<'_>,
        depth: u32,
    ) -> bool {
        let subkeys = match self.machine.registry_subkeys(key) {
            Fact::Known(names) => names.into_iter().take(MAX_SUBKEYS).map(str::to_owned).collect(),
            Fact::Absent | Fact::Unavailable => Vec::new(),
        };
        let at = |name: &str| unrolled(rule, &join(key, name));
        let existing: Vec<Rule> = subkeys.iter().map(|name| at(name)).collect();
        // Either all subkeys must be one way, or one must be.
        let (all, each) = match (true_if, wanted) {
            (LoopLogic::Any, true) | (LoopLogic::None, false) => (false, true),
            (LoopLogic::Any, false) | (LoopLogic::None, true) => (true, false),
            (LoopLogic::All, true) => (true, true),
            (LoopLogic::All, false) => (false, false),
        };
        if all {
            return self.solve(&Goals::All { rules: &existing, wanted: each, rest }, depth + 1);
        }
        if self.one_of(&existing, each, rest, depth) {
            return true;
        }
        let new = FactKey::registry_key(&join(key, NEW_SUBKEY)).is(FactValue::There);
        self.attempt(&[new], &at(NEW_SUBKEY), each, rest, depth)
    }
}

/// The key below a key.
fn join(key: &RegistryKey, below: &str) -> RegistryKey {
    let subkey = match (key.subkey.trim_end_matches('\\'), below.trim_start_matches('\\')) {
        (own, "") => own.to_owned(),
        ("", below) => below.to_owned(),
        (own, below) => format!("{own}\\{below}"),
    };
    RegistryKey { root: key.root, subkey, view32: key.view32 }
}

/// A rule with the subkey of its innermost loop put in. Loops inside have targets of their own.
fn unrolled(rule: &Rule, target: &RegistryKey) -> Rule {
    let resolved = |key: &RegistryKey| match key.root {
        RootKey::LoopTarget => {
            let mut resolved = join(target, &key.subkey);
            resolved.view32 |= key.view32;
            resolved
        }
        _ => key.clone(),
    };
    let all = |rules: &[Rule]| rules.iter().map(|rule| unrolled(rule, target)).collect();
    match rule {
        Rule::Not(rule) => Rule::Not(Box::new(unrolled(rule, target))),
        Rule::And(rules) => Rule::And(all(rules)),
        Rule::Or(rules) => Rule::Or(all(rules)),
        Rule::Registry(RegistryTest::KeyExists(key)) => Rule::Registry(RegistryTest::KeyExists(resolved(key))),
        Rule::Registry(RegistryTest::Value { key, value, check }) => {
            let (key, value, check) = (resolved(key), value.clone(), check.clone());
            Rule::Registry(RegistryTest::Value { key, value, check })
        }
        Rule::Registry(RegistryTest::KeyLoop { key, true_if, rule }) => {
            Rule::Registry(RegistryTest::KeyLoop { key: resolved(key), true_if: *true_if, rule: rule.clone() })
        }
        Rule::File(FileTest { base: FileBase::Registry { key, value }, path, check }) => {
            let base = FileBase::Registry { key: resolved(key), value: value.clone() };
            Rule::File(FileTest { base, path: path.clone(), check: check.clone() })
        }
        Rule::System(SystemTest::ClusterResourceOwner { key, value, prefix, suffix }) => {
            let (value, prefix, suffix) = (value.clone(), prefix.clone(), suffix.clone());
            Rule::System(SystemTest::ClusterResourceOwner { key: resolved(key), value, prefix, suffix })
        }
        other => other.clone(),
    }
}
