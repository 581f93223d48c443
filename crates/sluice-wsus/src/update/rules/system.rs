//! Operating system, language, processor and cluster rules.

use super::attributes::Attributes;
use super::compare::Comparison;
use super::facts::{Fact, OsVersion};
use super::registry::{RegistryKey, RegistryValue};
use super::rule::{Context, WhyUnknown};
use super::truth::Truth;

/// A rule about the operating system, the processor or a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemTest {
    /// `Platform`: the platform number is this one.
    Platform(u32),
    /// `WindowsVersion`, `PlatformVersion`.
    Version(VersionTest),
    /// `WindowsLanguage`, `PlatformLanguage`: the system is localized so and has no multilingual user interface.
    Language(String),
    /// `MuiInstalled`.
    MuiInstalled,
    /// `MuiLanguageInstalled`.
    MuiLanguageInstalled(String),
    /// `SystemMetric`.
    Metric {
        /// What to compare.
        index: i32,
        /// How.
        comparison: Comparison,
        /// With what.
        value: i32,
    },
    /// `Processor`: architecture, level and revision are these.
    Processor {
        /// 0 x86, 5 ARM, 6 IA-64, 9 x64, 12 ARM64.
        architecture: u16,
        /// Absent: any.
        level: Option<u16>,
        /// Absent: any.
        revision: Option<u16>,
    },
    /// `NumberOfProcessors`.
    ProcessorCount {
        /// How to compare.
        comparison: Comparison,
        /// With what.
        number: u32,
    },
    /// `ClusteredOS`.
    Clustered,
    /// `ClusterResourceOwner`: this node owns the resource that a registry value names.
    ClusterResourceOwner {
        /// Key of the value.
        key: RegistryKey,
        /// Name of the value.
        value: String,
        /// Put before the name of the resource.
        prefix: String,
        /// Put behind the name of the resource.
        suffix: String,
    },
}

/// `VerifyVersionInfo`: parts that are absent are not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionTest {
    /// Of all numbers as one.
    pub comparison: Comparison,
    /// Major, minor, build, service pack major and minor.
    pub numbers: [Option<u32>; 5],
    /// Suites, by bits.
    pub suites: Option<u16>,
    /// Whether all of the suites must be there, instead of one.
    pub all_suites: bool,
    /// 1 workstation, 2 domain controller, 3 server; always equality (peer-wsus-rs.md §7.4, Q46).
    pub product_type: Option<u16>,
}

impl VersionTest {
    fn parse(attributes: &Attributes<'_>) -> Result<Self, WhyUnknown> {
        Ok(Self {
            comparison: attributes.optional_value("Comparison")?.unwrap_or(Comparison::EqualTo),
            numbers: [
                attributes.optional_value("MajorVersion")?,
                attributes.optional_value("MinorVersion")?,
                attributes.optional_value("BuildNumber")?,
                attributes.optional_value("ServicePackMajor")?,
                attributes.optional_value("ServicePackMinor")?,
            ],
            suites: attributes.optional_value("SuiteMask")?,
            all_suites: attributes.flag("AllSuitesMustBePresent")?,
            product_type: attributes.optional_value("ProductType")?,
        })
    }

    fn holds(&self, version: OsVersion) -> bool {
        let facts = [
            version.major,
            version.minor,
            version.build,
            version.service_pack_major.into(),
            version.service_pack_minor.into(),
        ];
        let compared = self.numbers.iter().zip(facts).filter_map(|(number, fact)| Some((fact, (*number)?)));
        let (facts, numbers): (Vec<u32>, Vec<u32>) = compared.unzip();
        let suites = self.suites.is_none_or(|suites| match self.all_suites {
            true => version.suite_mask & suites == suites,
            false => version.suite_mask & suites != 0,
        });
        (numbers.is_empty() || self.comparison.holds(facts.cmp(&numbers)))
            && suites
            && self.product_type.is_none_or(|product_type| product_type == version.product_type)
    }
}

impl SystemTest {
    /// Reads an element; `None` when its name is none of these rules'.
    pub(super) fn parse(name: &str, attributes: &Attributes<'_>) -> Result<Option<Self>, WhyUnknown> {
        Ok(Some(match name {
            "Platform" => Self::Platform(attributes.value("PlatformID")?),
            "WindowsVersion" | "PlatformVersion" => Self::Version(VersionTest::parse(attributes)?),
            "WindowsLanguage" | "PlatformLanguage" => Self::Language(attributes.text("Language")?),
            "MuiInstalled" => Self::MuiInstalled,
            "MuiLanguageInstalled" => Self::MuiLanguageInstalled(attributes.text("Language")?),
            "SystemMetric" => Self::Metric {
                index: attributes.value("Index")?,
                comparison: attributes.value("Comparison")?,
                value: attributes.value("Value")?,
            },
            "Processor" => Self::Processor {
                architecture: attributes.value("Architecture")?,
                level: attributes.optional_value("Level")?,
                revision: attributes.optional_value("Revision")?,
            },
            "NumberOfProcessors" => Self::ProcessorCount {
                comparison: attributes.value("Comparison")?,
                number: attributes.value("Number")?,
            },
            "ClusteredOS" => Self::Clustered,
            "ClusterResourceOwner" => Self::ClusterResourceOwner {
                key: RegistryKey::parse(attributes)?,
                value: attributes.optional("Value").unwrap_or_default(),
                prefix: attributes.optional("Prefix").unwrap_or_default(),
                suffix: attributes.optional("Suffix").unwrap_or_default(),
            },
            _ => return Ok(None),
        }))
    }

    pub(super) fn evaluate(&self, context: &Context<'_>) -> Truth {
        let facts = context.facts;
        match self {
            Self::Platform(platform) => facts.platform().is(|fact| fact == *platform),
            Self::Version(test) => facts.os_version().is(|version| test.holds(version)),
            Self::Language(language) => Truth::all([
                facts.language().is(|fact| covers(language, fact)),
                !facts.mui_installed().is(|installed| installed),
            ]),
            Self::MuiInstalled => facts.mui_installed().is(|installed| installed),
            Self::MuiLanguageInstalled(language) => Truth::all([
                facts.mui_installed().is(|installed| installed),
                facts.mui_language_installed(language).is(|installed| installed),
            ]),
            Self::Metric { index, comparison, value } => {
                facts.system_metric(*index).is(|fact| comparison.holds(fact.cmp(value)))
            }
            Self::Processor { architecture, level, revision } => facts.processor().is(|processor| {
                processor.architecture == *architecture
                    && level.is_none_or(|level| level == processor.level)
                    && revision.is_none_or(|revision| revision == processor.revision)
            }),
            Self::ProcessorCount { comparison, number } => {
                facts.processor_count().is(|fact| comparison.holds(fact.cmp(number)))
            }
            Self::Clustered => facts.clustered().is(|clustered| clustered),
            Self::ClusterResourceOwner { key, value, prefix, suffix } => {
                match key.resolve(context).map(|key| facts.registry_value(&key, value)) {
                    Some(Fact::Known(RegistryValue::Sz(name))) => {
                        facts.owns_cluster_resource(&format!("{prefix}{name}{suffix}")).is(|owner| owner)
                    }
                    Some(Fact::Known(_) | Fact::Absent) => Truth::False,
                    Some(Fact::Unavailable) | None => Truth::Unknown,
                }
            }
        }
    }
}

/// Whether a language of a rule, such as `en`, is that of the system, such as `en-US`.
fn covers(rule: &str, system: &str) -> bool {
    match system.split_at_checked(rule.len()) {
        Some((start, rest)) => start.eq_ignore_ascii_case(rule) && (rest.is_empty() || rest.starts_with('-')),
        None => false,
    }
}
