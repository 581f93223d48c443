//! Registry rules.

use std::borrow::Cow;

use super::super::xml::Tag;
use super::attributes::Attributes;
use super::compare::{Comparison, StringComparison, Version};
use super::facts::Fact;
use super::rule::{Context, Rule, WhyUnknown};
use super::truth::Truth;

/// A root of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RootKey {
    /// `HKEY_LOCAL_MACHINE`.
    LocalMachine,
    /// `HKEY_CLASSES_ROOT`.
    ClassesRoot,
    /// `HKEY_CURRENT_USER`.
    CurrentUser,
    /// `HKEY_USERS`.
    Users,
    /// `HKEY_CURRENT_CONFIG`.
    CurrentConfig,
    /// `HKEY_LOOP_TARGET`: the subkey a registry loop is at. Facts are never asked for it.
    LoopTarget,
}

/// A key of the registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryKey {
    /// The root.
    pub root: RootKey,
    /// The path below, with backslashes.
    pub subkey: String,
    /// Look in the 32-bit view of a 64-bit system.
    pub view32: bool,
}

impl RegistryKey {
    pub(super) fn parse(attributes: &Attributes<'_>) -> Result<Self, WhyUnknown> {
        let root = match attributes.text("Key")?.trim() {
            "HKEY_LOCAL_MACHINE" => RootKey::LocalMachine,
            "HKEY_CLASSES_ROOT" => RootKey::ClassesRoot,
            "HKEY_CURRENT_USER" => RootKey::CurrentUser,
            "HKEY_USERS" => RootKey::Users,
            "HKEY_CURRENT_CONFIG" => RootKey::CurrentConfig,
            "HKEY_LOOP_TARGET" => RootKey::LoopTarget,
            _ => return Err(WhyUnknown::Attribute("Key")),
        };
        let subkey = attributes.optional("Subkey").unwrap_or_default();
        Ok(Self { root, subkey, view32: attributes.flag("RegType32")? })
    }

    /// The key below this one.
    fn join(&self, subkey: &str) -> Self {
        let subkey = match (self.subkey.trim_end_matches('\\'), subkey.trim_start_matches('\\')) {
            (own, "") => own.to_owned(),
            ("", below) => below.to_owned(),
            (own, below) => format!("{own}\\{below}"),
        };
        Self { root: self.root, subkey, view32: self.view32 }
    }

    /// The key to ask facts for; `None`: it is relative to a loop, and there is none.
    pub(super) fn resolve(&self, context: &Context<'_>) -> Option<Cow<'_, Self>> {
        if self.root != RootKey::LoopTarget {
            return Some(Cow::Borrowed(self));
        }
        let mut key = context.loop_key?.join(&self.subkey);
        key.view32 |= self.view32;
        Some(Cow::Owned(key))
    }
}

/// Data of a registry value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryValue {
    /// `REG_SZ`.
    Sz(String),
    /// `REG_EXPAND_SZ`, not expanded.
    ExpandSz(String),
    /// `REG_MULTI_SZ`.
    MultiSz(Vec<String>),
    /// `REG_DWORD`.
    Dword(u32),
    /// `REG_QWORD`.
    Qword(u64),
    /// `REG_BINARY`.
    Binary(Vec<u8>),
    /// Another type, by its name.
    Other(String),
}

impl RegistryValue {
    /// Name of the type, such as `REG_SZ`.
    #[must_use]
    pub fn type_name(&self) -> &str {
        match self {
            Self::Sz(_) => "REG_SZ",
            Self::ExpandSz(_) => "REG_EXPAND_SZ",
            Self::MultiSz(_) => "REG_MULTI_SZ",
            Self::Dword(_) => "REG_DWORD",
            Self::Qword(_) => "REG_QWORD",
            Self::Binary(_) => "REG_BINARY",
            Self::Other(name) => name,
        }
    }

    /// As the oldest rules see it: text as it is, numbers in decimal.
    fn legacy_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Sz(text) | Self::ExpandSz(text) => Some(Cow::Borrowed(text)),
            Self::Dword(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }
}

/// How the results of a loop make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopLogic {
    /// It holds for one subkey.
    Any,
    /// It holds for all.
    All,
    /// It holds for none.
    None,
}

/// A rule about the registry. A value that is missing or of another type does not satisfy a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum RegistryTest {
    /// `RegKeyExists`.
    KeyExists(RegistryKey),
    /// A rule about one value.
    Value {
        /// The key.
        key: RegistryKey,
        /// Name of the value; empty: the key's default value.
        value: String,
        /// What must be so.
        check: ValueCheck,
    },
    /// `RegKeyLoop`: a rule for each subkey of a key.
    KeyLoop {
        /// The key.
        key: RegistryKey,
        /// How the results make one.
        true_if: LoopLogic,
        /// The rule, in which `HKEY_LOOP_TARGET` is the subkey.
        rule: Box<Rule>,
    },
}

/// What must be so of a registry value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueCheck {
    /// `RegValueExists`: it is there, and of this type, if one is given.
    Exists(Option<String>),
    /// `RegDword`.
    Dword(Comparison, u32),
    /// `RegSz`.
    Sz(StringComparison, String),
    /// `RegExpandSz`, not expanded.
    ExpandSz(StringComparison, String),
    /// `RegSzToVersion`.
    Version(Comparison, Version),
    /// `WUv4RegKeyValue`: equal, of the time of Windows Update v4.
    LegacyEqual(String),
    /// `WUv4RegKeySubstring`: contained.
    LegacyContains(String),
}

impl ValueCheck {
    fn holds(&self, fact: &RegistryValue) -> bool {
        match (self, fact) {
            (Self::Exists(of_type), fact) => {
                of_type.as_deref().is_none_or(|of_type| of_type.eq_ignore_ascii_case(fact.type_name()))
            }
            (Self::Dword(comparison, data), RegistryValue::Dword(fact)) => comparison.holds(fact.cmp(data)),
            (Self::Sz(comparison, data), RegistryValue::Sz(fact))
            | (Self::ExpandSz(comparison, data), RegistryValue::ExpandSz(fact)) => comparison.holds(fact, data),
            (Self::Version(comparison, data), RegistryValue::Sz(fact)) => {
                fact.parse::<Version>().is_ok_and(|fact| comparison.holds(fact.cmp(data)))
            }
            (Self::LegacyEqual(data), fact) => {
                fact.legacy_text().is_some_and(|fact| StringComparison::EqualTo.holds(&fact, data))
            }
            (Self::LegacyContains(data), fact) => {
                fact.legacy_text().is_some_and(|fact| StringComparison::Contains.holds(&fact, data))
            }
            _ => false,
        }
    }
}

impl RegistryTest {
    /// Reads an element without children; `None` when its name is none of these rules'.
    pub(super) fn parse(name: &str, attributes: &Attributes<'_>) -> Result<Option<Self>, WhyUnknown> {
        let check = match name {
            "RegKeyExists" => return Ok(Some(Self::KeyExists(RegistryKey::parse(attributes)?))),
            "RegValueExists" => ValueCheck::Exists(attributes.optional("Type")),
            "RegDword" => ValueCheck::Dword(attributes.value("Comparison")?, attributes.value("Data")?),
            "RegSz" => ValueCheck::Sz(attributes.value("Comparison")?, attributes.text("Data")?),
            "RegExpandSz" => ValueCheck::ExpandSz(attributes.value("Comparison")?, attributes.text("Data")?),
            "RegSzToVersion" => ValueCheck::Version(attributes.value("Comparison")?, attributes.value("Data")?),
            "WUv4RegKeyValue" => ValueCheck::LegacyEqual(attributes.text("Data")?),
            "WUv4RegKeySubstring" => ValueCheck::LegacyContains(attributes.text("Data")?),
            _ => return Ok(None),
        };
        let value = attributes.optional("Value").unwrap_or_default();
        Ok(Some(Self::Value { key: RegistryKey::parse(attributes)?, value, check }))
    }

    /// The attributes of `RegKeyLoop`.
    pub(super) fn parse_loop(tag: &Tag<'_>) -> Result<(RegistryKey, LoopLogic), WhyUnknown> {
        let attributes = Attributes(tag);
        let true_if = match attributes.text("TrueIf")?.trim() {
            "Any" => LoopLogic::Any,
            "All" => LoopLogic::All,
            "None" => LoopLogic::None,
            _ => return Err(WhyUnknown::Attribute("TrueIf")),
        };
        Ok((RegistryKey::parse(&attributes)?, true_if))
    }

    pub(super) fn evaluate(&self, context: &Context<'_>) -> Truth {
        match self {
            Self::KeyExists(key) => match key.resolve(context) {
                Some(key) => context.facts.registry_key(&key).exists(),
                None => Truth::Unknown,
            },
            Self::Value { key, value, check } => match key.resolve(context) {
                Some(key) => context.facts.registry_value(&key, value).is(|fact| check.holds(fact)),
                None => Truth::Unknown,
            },
            Self::KeyLoop { key, true_if, rule } => {
                let Some(key) = key.resolve(context) else { return Truth::Unknown };
                let subkeys = match context.facts.registry_subkeys(&key) {
                    Fact::Known(subkeys) => subkeys,
                    Fact::Absent => Vec::new(),
                    Fact::Unavailable => return Truth::Unknown,
                };
                let results = subkeys.into_iter().map(|subkey| {
                    let target = key.join(subkey);
                    rule.evaluate(&Context { loop_key: Some(&target), ..*context })
                });
                match true_if {
                    LoopLogic::Any => Truth::any(results),
                    LoopLogic::All => Truth::all(results),
                    LoopLogic::None => !Truth::any(results),
                }
            }
        }
    }
}
