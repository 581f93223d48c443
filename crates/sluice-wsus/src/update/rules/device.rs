//! Rules of recent Windows: attributes of the device and releases of products. No published text has them; they are
//! the rules of all OSInstaller updates (protocols.md §8.3).

use super::attributes::Attributes;
use super::compare::{Comparison, Version};
use super::facts::Facts;
use super::rule::WhyUnknown;
use super::truth::Truth;

/// A rule about attributes or releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceTest {
    /// `DeviceAttribute` of a text or a number: compared as numbers when both are, else as text without regard to
    /// case.
    Attribute {
        /// Which, such as `OSSkuId`.
        name: String,
        /// How to compare.
        comparison: Comparison,
        /// With what.
        value: String,
    },
    /// `DeviceAttribute` of a version.
    VersionAttribute {
        /// Which, such as `OSVersion`.
        name: String,
        /// How to compare.
        comparison: Comparison,
        /// With what.
        value: Version,
    },
    /// `ProductReleaseInstalled` (at that release or newer), `ProductReleaseVersion`.
    Release {
        /// Which product, such as `Client.OS.RS2.AMD64`.
        name: String,
        /// How to compare.
        comparison: Comparison,
        /// With what.
        version: Version,
    },
}

impl DeviceTest {
    /// Reads an element; `None` when its name is none of these rules'.
    pub(super) fn parse(name: &str, attributes: &Attributes<'_>) -> Result<Option<Self>, WhyUnknown> {
        Ok(Some(match name {
            "DeviceAttribute" => {
                let name = attributes.text("Name")?;
                let comparison = attributes.value("Comparison")?;
                match attributes.optional("Type").as_deref() {
                    Some("Version") => Self::VersionAttribute { name, comparison, value: attributes.value("Value")? },
                    _ => Self::Attribute { name, comparison, value: attributes.text("Value")? },
                }
            }
            "ProductReleaseInstalled" => Self::Release {
                name: attributes.text("Name")?,
                comparison: Comparison::GreaterThanOrEqualTo,
                version: attributes.value("Version")?,
            },
            "ProductReleaseVersion" => Self::Release {
                name: attributes.text("Name")?,
                comparison: attributes.value("Comparison")?,
                version: attributes.value("Version")?,
            },
            _ => return Ok(None),
        }))
    }

    /// An attribute the device does not have satisfies nothing: rules name old and new spellings side by side.
    pub(super) fn evaluate(&self, facts: &dyn Facts) -> Truth {
        match self {
            Self::Attribute { name, comparison, value } => facts.device_attribute(name).is(|fact| {
                let ordering = match (fact.trim().parse::<i64>(), value.trim().parse::<i64>()) {
                    (Ok(fact), Ok(value)) => fact.cmp(&value),
                    _ => fact.to_lowercase().cmp(&value.to_lowercase()),
                };
                comparison.holds(ordering)
            }),
            Self::VersionAttribute { name, comparison, value } => facts
                .device_attribute(name)
                .is(|fact| fact.parse::<Version>().is_ok_and(|fact| comparison.holds(fact.cmp(value)))),
            Self::Release { name, comparison, version } => {
                facts.product_release(name).is(|fact| comparison.holds(fact.cmp(version)))
            }
        }
    }
}
