//! The expression.

use sluice_model::id::UpdateId;

use super::cbs::CbsTest;
use super::device::DeviceTest;
use super::driver::DriverTest;
use super::facts::Facts;
use super::file::FileTest;
use super::licence::{GenericQuery, LicenceTest, WmiQuery};
use super::metadata::Metadata;
use super::msi::MsiTest;
use super::registry::{RegistryKey, RegistryTest};
use super::system::SystemTest;
use super::truth::Truth;

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// Always.
    True,
    /// Never.
    False,
    /// Not that.
    Not(Box<Rule>),
    /// All of them.
    And(Vec<Rule>),
    /// One of them.
    Or(Vec<Rule>),
    /// Operating system, processor, cluster.
    System(SystemTest),
    /// Files.
    File(FileTest),
    /// Registry.
    Registry(RegistryTest),
    /// Software licensing.
    Licence(LicenceTest),
    /// Windows Management Instrumentation.
    Wmi(WmiQuery),
    /// The update is in the device's history.
    InstalledOnce,
    /// An extension.
    Generic(GenericQuery),
    /// Windows Installer.
    Msi(MsiTest),
    /// The servicing stack.
    Cbs(CbsTest),
    /// Drivers.
    Driver(DriverTest),
    /// Attributes and releases of the device.
    Device(DeviceTest),
    /// Not understood.
    Unknown(UnknownRule),
}

/// A rule that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRule {
    /// Name of the element, as it stands without namespace.
    pub element: String,
    /// What is not understood.
    pub why: WhyUnknown,
}

/// Why a rule is not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyUnknown {
    /// No known rule has this name.
    Element,
    /// This attribute is missing or has a value that cannot be read.
    Attribute(&'static str),
    /// Its child elements are not those it should have.
    Content,
}

/// What evaluation needs besides the rule.
#[derive(Clone, Copy)]
pub(super) struct Context<'e> {
    pub facts: &'e dyn Facts,
    pub update: UpdateId,
    pub metadata: &'e Metadata,
    /// The subkey the innermost registry loop is at.
    pub loop_key: Option<&'e RegistryKey>,
}

impl Rule {
    /// Recursion is bounded by the limit on nesting that parsing keeps.
    pub(super) fn evaluate(&self, context: &Context<'_>) -> Truth {
        match self {
            Self::True => Truth::True,
            Self::False => Truth::False,
            Self::Not(rule) => !rule.evaluate(context),
            Self::And(rules) => Truth::all(rules.iter().map(|rule| rule.evaluate(context))),
            Self::Or(rules) => Truth::any(rules.iter().map(|rule| rule.evaluate(context))),
            Self::System(test) => test.evaluate(context),
            Self::File(test) => test.evaluate(context),
            Self::Registry(test) => test.evaluate(context),
            Self::Licence(test) => test.evaluate(context.facts),
            Self::Wmi(query) => query.evaluate(context.facts),
            Self::InstalledOnce => context.facts.installed_once(context.update).is(|once| once),
            Self::Generic(query) => query.evaluate(context.facts),
            Self::Msi(test) => test.evaluate(context),
            Self::Cbs(test) => test.evaluate(context),
            Self::Driver(test) => test.evaluate(context),
            Self::Device(test) => test.evaluate(context.facts),
            Self::Unknown(_) => Truth::Unknown,
        }
    }

    /// The rules in it that are not understood.
    pub fn unknown(&self) -> Vec<&UnknownRule> {
        let mut found = Vec::new();
        self.collect_unknown(&mut found);
        found
    }

    fn collect_unknown<'r>(&'r self, found: &mut Vec<&'r UnknownRule>) {
        match self {
            Self::Unknown(rule) => found.push(rule),
            Self::Not(rule) | Self::Registry(RegistryTest::KeyLoop { rule, .. }) => rule.collect_unknown(found),
            Self::And(rules) | Self::Or(rules) => rules.iter().for_each(|rule| rule.collect_unknown(found)),
            _ => {}
        }
    }
}
