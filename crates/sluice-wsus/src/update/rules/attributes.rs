//! Attributes of rule elements. One that is missing or cannot be read makes its rule unknown, not the update refused.

use std::str::FromStr;

use jiff::Timestamp;

use super::super::time::timestamp;
use super::super::xml::Tag;
use super::rule::WhyUnknown;

/// Reads the attributes of one element.
pub(super) struct Attributes<'t>(pub(super) &'t Tag<'t>);

impl Attributes<'_> {
    pub(super) fn optional(&self, name: &str) -> Option<String> {
        self.0.text(name).map(|text| text.into_owned())
    }

    pub(super) fn text(&self, name: &'static str) -> Result<String, WhyUnknown> {
        self.optional(name).ok_or(WhyUnknown::Attribute(name))
    }

    /// A number, a version or a comparison.
    pub(super) fn value<T: FromStr>(&self, name: &'static str) -> Result<T, WhyUnknown> {
        self.optional_value(name)?.ok_or(WhyUnknown::Attribute(name))
    }

    pub(super) fn optional_value<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, WhyUnknown> {
        match self.0.text(name) {
            None => Ok(None),
            Some(text) => text.trim().parse().map(Some).map_err(|_| WhyUnknown::Attribute(name)),
        }
    }

    /// Absent is false.
    pub(super) fn flag(&self, name: &'static str) -> Result<bool, WhyUnknown> {
        match self.0.raw(name) {
            None => Ok(false),
            Some(_) => self.0.flag(name).ok_or(WhyUnknown::Attribute(name)),
        }
    }

    pub(super) fn optional_time(&self, name: &'static str) -> Result<Option<Timestamp>, WhyUnknown> {
        match self.0.text(name) {
            None => Ok(None),
            Some(text) => timestamp(&text).map(Some).ok_or(WhyUnknown::Attribute(name)),
        }
    }
}
