//! One bad entry of a list: what was wrong with it and where, so that it can be put aside and the
//! rest used.

use thiserror::Error;

use super::deb822::StanzaError;
use super::version::VersionError;

/// An entry of a package list that cannot be used.
#[derive(Debug, Error)]
#[error("cannot use the package entry {} at line {line}", name.as_deref().unwrap_or("without a name"))]
pub struct ItemError {
    /// The package it is about, when that much could be read.
    pub name: Option<String>,
    /// The line of its first field, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    #[source]
    pub problem: ItemProblem,
}

/// What is wrong with an entry.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ItemProblem {
    /// The stanza itself cannot be read.
    #[error(transparent)]
    Stanza(StanzaError),
    /// A field that every entry must have is missing.
    #[error("the field {0} is missing")]
    Missing(&'static str),
    /// A field occurs twice, so that its value is ambiguous.
    #[error("the field {0} occurs more than once")]
    Repeated(&'static str),
    /// A field has a value it cannot have.
    #[error("the field {0} has a value that cannot be read")]
    Invalid(&'static str),
    /// A version is not one.
    #[error("the field {0} is not a version")]
    Version(&'static str, #[source] VersionError),
}

impl ItemError {
    /// Whether nothing can follow, because the text could not be read on.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        matches!(&self.problem, ItemProblem::Stanza(e) if e.is_fatal())
    }
}

impl From<StanzaError> for ItemError {
    fn from(error: StanzaError) -> Self {
        Self { name: None, line: error.line(), problem: ItemProblem::Stanza(error) }
    }
}

/// Names longer than this are cut in an [`ItemError`]; Debian's longest is under 100.
const MAX_NAME_SHOWN: usize = 128;

pub(super) fn item_error(name: Option<&str>, line: u64, problem: ItemProblem) -> ItemError {
    let name = name.map(|n| n.chars().take(MAX_NAME_SHOWN).collect());
    ItemError { name, line, problem }
}

/// A package name by Debian Policy 5.6.1, taken leniently: what dpkg and file names can bear.
pub(super) fn is_package_name(name: &str) -> bool {
    name.len() >= 2
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'_'))
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
}

/// `Source: name (version)`: the version is there when it differs from the binary's.
pub(super) fn source_of<'a>(
    field: Option<&'a str>,
    package: &'a str,
    version: &'a str,
) -> Result<(&'a str, &'a str), ItemProblem> {
    let Some(field) = field else { return Ok((package, version)) };
    let (name, source_version) = match field.split_once('(') {
        None => (field.trim(), version),
        Some((name, rest)) => {
            let inner = rest.trim_end().strip_suffix(')').ok_or(ItemProblem::Invalid("Source"))?;
            (name.trim(), inner.trim())
        }
    };
    if !is_package_name(name) {
        return Err(ItemProblem::Invalid("Source"));
    }
    super::version::validate(source_version).map_err(|e| ItemProblem::Version("Source", e))?;
    Ok((name, source_version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_defaults_to_the_package_itself() {
        assert_eq!(source_of(None, "a1", "1").unwrap(), ("a1", "1"));
        assert_eq!(source_of(Some("src"), "a1", "1").unwrap(), ("src", "1"));
        assert_eq!(source_of(Some("src (2:1-1)"), "a1", "1").unwrap(), ("src", "2:1-1"));
        for bad in ["", "src (", "src (x)", "src ()", "a b", "src (1"] {
            assert!(source_of(Some(bad), "a1", "1").is_err(), "{bad}");
        }
    }
}
