//! The facts of a machine as one map, so that changing one and taking it back is the same for all kinds.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use sluice_model::id::UpdateId;
use sluice_wsus::update::rules::{
    FileFacts, InstalledDriver, MsiPatchState, MsiProduct, PackageState, RegistryKey, RegistryValue, RootKey, Version,
};

/// Which fact. Names are in lower case, as Windows compares them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FactKey {
    /// A registry value; without a name the key itself.
    Registry {
        root: RootKey,
        view32: bool,
        subkey: String,
        name: Option<String>,
    },
    /// A file by its full path with single backslashes.
    File(String),
    /// Namespace and query.
    Wmi(String, String),
    Licence(String),
    Product(String),
    Feature(String, String),
    Component(String, String),
    /// Product and patch.
    Patch(String, String),
    Package(String),
    Release(String),
    Attribute(String),
    InstalledOnce(UpdateId),
    Generic(String, String, String),
    /// The driver of the device at this place.
    Driver(usize),
}

/// What is so.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum FactValue {
    /// It is there; there is nothing more to say.
    There,
    Registry(RegistryValue),
    File(FileFacts),
    Number(u32),
    Text(String),
    Product(MsiProduct),
    Patch(MsiPatchState),
    Package(PackageState),
    Release(Version),
    Driver(Box<InstalledDriver>),
}

/// A change of one fact; `None`: it is gone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub key: FactKey,
    pub value: Option<FactValue>,
}

/// How to take a change back.
#[derive(Clone, Debug)]
pub(in super::super) struct Undo {
    pub(super) key: FactKey,
    pub(super) before: Before,
}

#[derive(Clone, Debug)]
pub(super) enum Before {
    /// The machine was as its base.
    AsBase,
    /// The machine differed from its base.
    Own(Option<FactValue>),
}

/// Facts that many machines share, and what one differs in.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FactMap {
    base: Arc<BTreeMap<FactKey, FactValue>>,
    own: BTreeMap<FactKey, Option<FactValue>>,
}

impl FactMap {
    /// Nothing but a base.
    pub(super) fn of(base: Arc<BTreeMap<FactKey, FactValue>>) -> Self {
        Self { base, own: BTreeMap::new() }
    }

    pub(super) fn get(&self, key: &FactKey) -> Option<&FactValue> {
        match self.own.get(key) {
            Some(value) => value.as_ref(),
            None => self.base.get(key),
        }
    }

    /// Makes a change and says how to take it back.
    pub(super) fn apply(&mut self, change: Change) -> Undo {
        let undo_key = change.key.clone();
        let before = match self.own.entry(change.key) {
            Entry::Occupied(mut entry) => Before::Own(entry.insert(change.value)),
            Entry::Vacant(entry) => {
                entry.insert(change.value);
                Before::AsBase
            }
        };
        Undo { key: undo_key, before }
    }

    pub(super) fn take_back(&mut self, undo: Undo) {
        match undo.before {
            Before::AsBase => {
                self.own.remove(&undo.key);
            }
            Before::Own(value) => {
                self.own.insert(undo.key, value);
            }
        }
    }

    /// All that is at or below a registry key.
    pub(super) fn below<'f>(&'f self, key: &RegistryKey) -> impl Iterator<Item = &'f FactKey> + use<'f> {
        let path = canonical(&key.subkey);
        let from = FactKey::Registry { root: key.root, view32: key.view32, subkey: path.clone(), name: None };
        let (root, view32) = (key.root, key.view32);
        let inside = move |fact: &&FactKey| match fact {
            FactKey::Registry { root: r, view32: v, subkey, .. } => {
                *r == root && *v == view32 && is_at_or_below(subkey, &path)
            }
            _ => false,
        };
        // Names that begin alike lie between, so what is inside is not one piece; the bound is where they end.
        let alike = {
            let path = canonical(&key.subkey);
            move |fact: &&FactKey| {
                matches!(fact, FactKey::Registry { root: r, view32: v, subkey, .. }
                    if *r == root && *v == view32 && subkey.starts_with(&path))
            }
        };
        let base = self.base.range(from.clone()..).map(|(fact, _)| fact);
        let base = base.take_while(alike.clone()).filter(|fact| !self.own.contains_key(fact));
        let own = self.own.range(from..);
        let own =
            own.take_while(move |(fact, _)| alike(fact)).filter(|(_, value)| value.is_some()).map(|(fact, _)| fact);
        base.chain(own).filter(inside)
    }
}

fn is_at_or_below(subkey: &str, path: &str) -> bool {
    match subkey.strip_prefix(path) {
        Some(rest) => rest.is_empty() || path.is_empty() || rest.starts_with('\\'),
        None => false,
    }
}

/// A path in lower case with single backslashes between and none around.
pub(super) fn canonical(path: &str) -> String {
    let mut canonical = String::with_capacity(path.len());
    for part in path.split('\\').filter(|part| !part.is_empty()) {
        if !canonical.is_empty() {
            canonical.push('\\');
        }
        canonical.extend(part.chars().flat_map(char::to_lowercase));
    }
    canonical
}

impl FactKey {
    pub(super) fn registry_key(key: &RegistryKey) -> Self {
        Self::Registry { root: key.root, view32: key.view32, subkey: canonical(&key.subkey), name: None }
    }

    pub(super) fn registry_value(key: &RegistryKey, name: &str) -> Self {
        Self::Registry {
            root: key.root,
            view32: key.view32,
            subkey: canonical(&key.subkey),
            name: Some(name.to_lowercase()),
        }
    }

    pub(super) fn file(path: &str) -> Self {
        Self::File(canonical(path))
    }

    pub(super) fn attribute(name: &str) -> Self {
        Self::Attribute(name.to_lowercase())
    }

    /// A fact that is there.
    pub(super) fn is(self, value: FactValue) -> Change {
        Change { key: self, value: Some(value) }
    }

    /// A fact that is gone.
    pub(super) fn gone(self) -> Change {
        Change { key: self, value: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(subkey: &str) -> RegistryKey {
        RegistryKey { root: RootKey::LocalMachine, subkey: subkey.to_owned(), view32: false }
    }

    #[test]
    fn below_a_key_is_not_what_only_begins_alike() {
        let mut facts = FactMap::default();
        for subkey in [r"Software\A", r"Software\A\B", r"Software\AB", r"Software\A B\C"] {
            facts.apply(FactKey::registry_key(&key(subkey)).is(FactValue::There));
        }
        facts.apply(FactKey::registry_value(&key(r"SOFTWARE\\a\B\"), "V").is(FactValue::Number(1)));
        let below = |path: &str| facts.below(&key(path)).count();
        assert_eq!(below(r"software\a"), 3);
        assert_eq!(below("software"), 5);
        assert_eq!(below(""), 5);
        assert_eq!(below(r"software\ab"), 1);
        assert_eq!(below("nothing"), 0);
    }

    #[test]
    fn a_change_can_be_taken_back() {
        let base = BTreeMap::from([(FactKey::file("C:\\x"), FactValue::There)]);
        let mut facts = FactMap::of(Arc::new(base));
        let first = facts.apply(FactKey::file("c:\\X").gone());
        assert_eq!(facts.get(&FactKey::file("c:\\x")), None);
        let second = facts.apply(FactKey::file("c:\\x").is(FactValue::Number(3)));
        facts.take_back(second);
        assert_eq!(facts.get(&FactKey::file("c:\\x")), None);
        facts.take_back(first);
        assert_eq!(facts.get(&FactKey::file("c:\\x")), Some(&FactValue::There));
    }
}
