//! Start tags and their attributes.

use std::borrow::Cow;
use std::str::FromStr;

use super::super::error::UpdateError;
use super::attributes::Attributes;
use super::namespace::Namespace;

/// A start tag (or an empty element) as a slice of the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'a> {
    /// What stands between the angle brackets.
    content: &'a str,
    name_len: usize,
    /// Name without prefix.
    pub local: &'a str,
    pub namespace: Namespace,
    /// `<a/>`: no content and no end tag.
    pub empty: bool,
    /// Offset of its `<` in the text.
    pub start: usize,
}

impl<'a> Tag<'a> {
    pub(super) fn new(content: &'a str, name_len: usize, empty: bool, start: usize) -> Self {
        let name = content.get(..name_len).unwrap_or(content);
        let local = name.split_once(':').map_or(name, |(_, local)| local);
        Self { content, name_len, local, namespace: Namespace::None, empty, start }
    }

    /// Name with prefix.
    pub(crate) fn name(&self) -> &'a str {
        self.content.get(..self.name_len).unwrap_or(self.content)
    }

    /// Prefix of the name; empty when there is none.
    pub(super) fn prefix(&self) -> &'a str {
        self.name().split_once(':').map_or("", |(prefix, _)| prefix)
    }

    /// Whether it is the named element of the Update schema.
    pub(crate) fn is(&self, local: &str) -> bool {
        self.local == local && self.namespace.is_update()
    }

    /// Names (with prefix) and raw values in the order of the text. Syntax was checked when the tag was read.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut all = Attributes::new(self.content, self.name_len);
        std::iter::from_fn(move || all.next().ok().flatten())
    }

    /// The raw value of an attribute without prefix.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        self.attributes().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The value of an attribute without prefix, references resolved.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.raw(name).map(unescape)
    }

    /// A value that parses, or `None`: for what may be missing without harm.
    pub(crate) fn parse<T: FromStr>(&self, name: &str) -> Option<T> {
        parse(self.raw(name)?)
    }

    /// A truth value of XML Schema; `None` when absent or something else.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        flag(self.raw(name)?)
    }

    /// A value that must be there.
    pub(crate) fn required(&self, name: &str, what: &'static str) -> Result<Cow<'a, str>, UpdateError> {
        self.text(name).ok_or(UpdateError::Missing { what, position: self.start })
    }
}

/// The raw value of an attribute, parsed.
pub(crate) fn parse<T: FromStr>(raw: &str) -> Option<T> {
    unescape(raw).trim().parse().ok()
}

/// `true`, `1`, `false` or `0` in any case.
pub(crate) fn flag(value: &str) -> Option<bool> {
    let value = value.trim();
    if value == "1" || value.eq_ignore_ascii_case("true") {
        Some(true)
    } else if value == "0" || value.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Resolves the references of a raw value; they were checked when the tag was read.
pub(crate) fn unescape(raw: &str) -> Cow<'_, str> {
    quick_xml::escape::unescape(raw).unwrap_or(Cow::Borrowed(raw))
}
