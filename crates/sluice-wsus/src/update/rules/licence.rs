//! Licence values, WMI queries and vendors' extensions.

use super::attributes::Attributes;
use super::compare::Comparison;
use super::facts::{Fact, Facts};
use super::rule::WhyUnknown;
use super::truth::Truth;

/// A rule about software licensing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LicenceTest {
    /// `LicenseValueExists`.
    Exists(String),
    /// `LicenseDword`.
    Dword {
        /// Name of the value.
        value: String,
        /// How to compare.
        comparison: Comparison,
        /// With what.
        data: u32,
    },
}

impl LicenceTest {
    /// Reads an element; `None` when its name is none of these rules'.
    pub(super) fn parse(name: &str, attributes: &Attributes<'_>) -> Result<Option<Self>, WhyUnknown> {
        Ok(Some(match name {
            "LicenseValueExists" => Self::Exists(attributes.text("Value")?),
            "LicenseDword" => Self::Dword {
                value: attributes.text("Value")?,
                comparison: attributes.value("Comparison")?,
                data: attributes.value("Data")?,
            },
            _ => return Ok(None),
        }))
    }

    pub(super) fn evaluate(&self, facts: &dyn Facts) -> Truth {
        match self {
            Self::Exists(value) => facts.licence_value(value).exists(),
            Self::Dword { value, comparison, data } => {
                facts.licence_dword(value).is(|fact| comparison.holds(fact.cmp(data)))
            }
        }
    }
}

/// `WmiQuery`: the query has a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WmiQuery {
    /// `root\cimv2` when not given.
    pub namespace: String,
    /// In WQL.
    pub query: String,
}

impl WmiQuery {
    pub(super) fn parse(attributes: &Attributes<'_>) -> Result<Self, WhyUnknown> {
        Ok(Self {
            namespace: attributes.optional("Namespace").unwrap_or_else(|| r"root\cimv2".to_owned()),
            query: attributes.text("WqlQuery")?,
        })
    }

    pub(super) fn evaluate(&self, facts: &dyn Facts) -> Truth {
        facts.wmi(&self.namespace, &self.query).is(|found| found)
    }
}

/// `GenericQuery`: an extension of a vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenericQuery {
    /// Whose.
    pub namespace: String,
    /// Which.
    pub kind: String,
    /// Of what.
    pub parameter: String,
    /// What must be so of the result; absent: that there is one.
    pub comparison: Option<(Comparison, String)>,
}

impl GenericQuery {
    pub(super) fn parse(attributes: &Attributes<'_>) -> Result<Self, WhyUnknown> {
        let comparison = attributes.optional_value("Comparison")?;
        Ok(Self {
            namespace: attributes.text("Namespace")?,
            kind: attributes.text("Type")?,
            parameter: attributes.text("Parameter")?,
            comparison: comparison.map(|how| Ok((how, attributes.text("Value")?))).transpose()?,
        })
    }

    /// Numbers are compared as numbers, everything else as text.
    pub(super) fn evaluate(&self, facts: &dyn Facts) -> Truth {
        let fact = facts.generic(&self.namespace, &self.kind, &self.parameter);
        match (&self.comparison, fact) {
            (Some((comparison, value)), Fact::Known(fact)) => {
                let ordering = match (fact.trim().parse::<i64>(), value.trim().parse::<i64>()) {
                    (Ok(fact), Ok(value)) => fact.cmp(&value),
                    _ => fact.cmp(value),
                };
                comparison.holds(ordering).into()
            }
            (_, fact) => fact.exists(),
        }
    }
}
