//! File rules.

use jiff::Timestamp;

use super::attributes::Attributes;
use super::compare::{Comparison, Version};
use super::facts::{Fact, FileFacts};
use super::registry::{RegistryKey, RegistryValue};
use super::rule::{Context, WhyUnknown};
use super::truth::Truth;

/// A rule about a file. A file that is missing satisfies none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileTest {
    /// The folder the path is below.
    pub base: FileBase,
    /// The path.
    pub path: String,
    /// What must be so.
    pub check: FileCheck,
}

/// What a path is below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileBase {
    /// Nothing: it is a full path.
    Nothing,
    /// A Win32 folder number: 36 Windows, 37 System32, 38 Program Files, …
    Folder(i32),
    /// The folder that a `REG_SZ` value holds.
    Registry {
        /// The key.
        key: RegistryKey,
        /// Name of the value; empty: the key's default value.
        value: String,
    },
}

/// What must be so of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileCheck {
    /// `FileExists`: all of what is given matches.
    Exists {
        /// Version.
        version: Option<Version>,
        /// Creation.
        created: Option<Timestamp>,
        /// Last change.
        modified: Option<Timestamp>,
        /// Bytes.
        size: Option<u64>,
        /// Language identifier.
        language: Option<u16>,
    },
    /// `FileVersion`; a file without version does not satisfy it.
    Version(Comparison, Version),
    /// `FileCreated`.
    Created(Comparison, Timestamp),
    /// `FileModified`.
    Modified(Comparison, Timestamp),
    /// `FileSize`.
    Size(Comparison, u64),
}

impl FileTest {
    /// Reads an element; `None` when its name is none of these rules'.
    pub(super) fn parse(name: &str, attributes: &Attributes<'_>) -> Result<Option<Self>, WhyUnknown> {
        let (kind, from_registry) = match name.strip_suffix("PrependRegSz") {
            Some(kind) => (kind, true),
            None => (name, false),
        };
        let time = |name| attributes.optional_time(name)?.ok_or(WhyUnknown::Attribute(name));
        let check = match kind {
            "FileExists" => FileCheck::Exists {
                version: attributes.optional_value("Version")?,
                created: attributes.optional_time("Created")?,
                modified: attributes.optional_time("Modified")?,
                size: attributes.optional_value("Size")?,
                language: attributes.optional_value("Language")?,
            },
            "FileVersion" => FileCheck::Version(attributes.value("Comparison")?, attributes.value("Version")?),
            "FileCreated" => FileCheck::Created(attributes.value("Comparison")?, time("Created")?),
            "FileModified" => FileCheck::Modified(attributes.value("Comparison")?, time("Modified")?),
            "FileSize" => FileCheck::Size(attributes.value("Comparison")?, attributes.value("Size")?),
            _ => return Ok(None),
        };
        let base = if from_registry {
            FileBase::Registry {
                key: RegistryKey::parse(attributes)?,
                value: attributes.optional("Value").unwrap_or_default(),
            }
        } else {
            attributes.optional_value("Csidl")?.map_or(FileBase::Nothing, FileBase::Folder)
        };
        Ok(Some(Self { base, path: attributes.text("Path")?, check }))
    }

    pub(super) fn evaluate(&self, context: &Context<'_>) -> Truth {
        match self.base.folder(context) {
            Fact::Known(folder) => match context.facts.file(&join(&folder, &self.path)) {
                Fact::Known(file) => self.check.evaluate(&file),
                missing => missing.exists(),
            },
            missing => missing.exists(),
        }
    }
}

impl FileBase {
    fn folder(&self, context: &Context<'_>) -> Fact<String> {
        match self {
            Self::Nothing => Fact::Known(String::new()),
            Self::Folder(csidl) => match context.facts.folder(*csidl) {
                Fact::Known(folder) => Fact::Known(folder.to_owned()),
                Fact::Absent => Fact::Absent,
                Fact::Unavailable => Fact::Unavailable,
            },
            Self::Registry { key, value } => match key.resolve(context) {
                Some(key) => match context.facts.registry_value(&key, value) {
                    Fact::Known(RegistryValue::Sz(folder)) => Fact::Known(folder.clone()),
                    Fact::Known(_) | Fact::Absent => Fact::Absent,
                    Fact::Unavailable => Fact::Unavailable,
                },
                None => Fact::Unavailable,
            },
        }
    }
}

impl FileCheck {
    fn evaluate(&self, file: &FileFacts) -> Truth {
        /// What is not known of a file that exists leaves the rule unknown.
        fn known<T>(fact: Option<T>, holds: impl FnOnce(T) -> bool) -> Truth {
            fact.map_or(Truth::Unknown, |fact| holds(fact).into())
        }
        /// What a rule does not ask for always matches.
        fn same<T: Eq>(wanted: Option<T>, fact: Option<T>) -> Truth {
            wanted.map_or(Truth::True, |wanted| known(fact, |fact| fact == wanted))
        }
        match self {
            Self::Exists { version, created, modified, size, language } => Truth::all([
                version.is_none_or(|version| file.version == Some(version)).into(),
                same(*created, file.created),
                same(*modified, file.modified),
                same(*size, file.size),
                same(*language, file.language),
            ]),
            Self::Version(comparison, version) => {
                file.version.is_some_and(|fact| comparison.holds(fact.cmp(version))).into()
            }
            Self::Created(comparison, time) => known(file.created, |fact| comparison.holds(fact.cmp(time))),
            Self::Modified(comparison, time) => known(file.modified, |fact| comparison.holds(fact.cmp(time))),
            Self::Size(comparison, size) => known(file.size, |fact| comparison.holds(fact.cmp(size))),
        }
    }
}

/// Folder and path with single backslashes between: the agent makes paths canonical before it looks.
fn join(folder: &str, path: &str) -> String {
    let mut joined = String::with_capacity(folder.len() + 1 + path.len());
    for part in folder.split('\\').chain(path.split('\\')).filter(|part| !part.is_empty()) {
        if !joined.is_empty() {
            joined.push('\\');
        }
        joined.push_str(part);
    }
    joined
}
