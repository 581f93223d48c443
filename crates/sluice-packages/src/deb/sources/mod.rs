//! The package sources of a device: `sources.list` and `*.sources` (`sources.list(5)`).
//!
//! [`parse_file`] gives one [`SourceEntry`] for each repository suite a device uses, and every
//! line that cannot be used as a [`SourceProblem`] of its own: one bad line never loses the others.

mod deb822_style;
mod line_style;

use std::fmt;

use thiserror::Error;

use crate::openpgp::KeyPin;

pub use deb822_style::parse_deb822;
pub use line_style::parse_list;

/// The largest file of sources read, in bytes. An embedded key takes some 10 KB.
pub const MAX_SOURCES_LEN: usize = 4 * 1024 * 1024;

/// The most entries taken from one file. URIs × suites of a stanza multiply.
pub const MAX_ENTRIES: usize = 4096;

/// One suite of one repository, as a device is told to use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceEntry {
    /// The root of the repository. Secret when it contains a password; see [`SourceEntry::safe_uri`].
    pub uri: String,
    /// The suite, such as `bookworm-security`, or a codename, or a path such as `stable/updates`.
    pub suite: String,
    /// The components; never empty.
    pub components: Vec<String>,
    /// Which architectures it is asked for.
    pub architectures: ArchitectureChoice,
    /// Whose signature it must have.
    pub signed_by: SignedBy,
    /// `trusted`: the device accepts it unsigned (`Some(true)`), or distrusts it though signed
    /// (`Some(false)`). Reported for people to see; Sluice never accepts an unsigned repository.
    pub trusted: Option<bool>,
    /// `check-valid-until`; `None` leaves it to `apt.conf`.
    pub check_valid_until: Option<bool>,
    /// `check-date`; `None` leaves it to `apt.conf`.
    pub check_date: Option<bool>,
    /// `by-hash`; `None` leaves it to the repository.
    pub by_hash: Option<ByHash>,
    /// Whether it is in use.
    pub enabled: bool,
    /// The line it starts at, counted from 1.
    pub line: u64,
}

impl SourceEntry {
    /// The URI without a user name and password, fit to be shown and logged.
    #[must_use]
    pub fn safe_uri(&self) -> String {
        let Some((scheme, rest)) = self.uri.split_once("://") else { return self.uri.clone() };
        let (host, path) = rest.split_once('/').map_or((rest, None), |(h, p)| (h, Some(p)));
        let host = host.rsplit('@').next().unwrap_or(host);
        match path {
            Some(path) => format!("{scheme}://{host}/{path}"),
            None => format!("{scheme}://{host}"),
        }
    }

    /// The URI of a file in the directory of its `Release` file, such as `InRelease`.
    #[must_use]
    pub fn dist_uri(&self, path: &str) -> String {
        format!("{}/dists/{}/{path}", self.uri.trim_end_matches('/'), self.suite.trim_end_matches('/'))
    }
}

/// Which architectures a source is asked for. Everything empty: all that the device has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArchitectureChoice {
    /// `arch=`: these instead of the device's.
    pub only: Vec<String>,
    /// `arch+=`: these too.
    pub add: Vec<String>,
    /// `arch-=`: but not these.
    pub remove: Vec<String>,
}

impl ArchitectureChoice {
    /// The architectures for a device that has `device`.
    #[must_use]
    pub fn resolve<'a>(&'a self, device: &[&'a str]) -> Vec<&'a str> {
        let mut chosen: Vec<&str> =
            if self.only.is_empty() { device.to_vec() } else { self.only.iter().map(String::as_str).collect() };
        for more in &self.add {
            if !chosen.contains(&more.as_str()) {
                chosen.push(more);
            }
        }
        chosen.retain(|a| !self.remove.iter().any(|r| r == a));
        chosen
    }
}

/// Whose signature a repository must have. Everything empty: the keys the device trusts in general
/// (`/etc/apt/trusted.gpg.d`).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SignedBy {
    /// Absolute paths of keyrings.
    pub keyrings: Vec<String>,
    /// Fingerprints of keys in the general keyring, or of subkeys.
    pub keys: Vec<KeyPin>,
    /// An armored public key block that stands in the source itself.
    pub embedded: Option<String>,
}

impl fmt::Debug for SignedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedBy")
            .field("keyrings", &self.keyrings)
            .field("keys", &self.keys)
            .field("embedded", &self.embedded.as_ref().map(String::len))
            .finish()
    }
}

/// Whether indices are fetched by their digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ByHash {
    /// When the repository offers it.
    Yes,
    /// Never.
    No,
    /// Also when the repository does not say that it offers it.
    Force,
}

/// What a file of sources holds.
#[derive(Debug, Default)]
pub struct ParsedSources {
    /// The usable entries, enabled or not, in their order. Entries for source code are left out.
    pub entries: Vec<SourceEntry>,
    /// What could not be used.
    pub problems: Vec<SourceProblem>,
}

/// A line or stanza that cannot be used.
#[derive(Debug, Error)]
#[error("line {line}: {kind}")]
pub struct SourceProblem {
    /// Where, counted from 1.
    pub line: u64,
    /// What is wrong.
    pub kind: SourceProblemKind,
}

/// What is wrong with a line or stanza.
#[derive(Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SourceProblemKind {
    /// The file is larger than [`MAX_SOURCES_LEN`].
    #[error("the file is larger than {MAX_SOURCES_LEN} bytes")]
    TooLong,
    /// More than [`MAX_ENTRIES`].
    #[error("the file has more than {MAX_ENTRIES} entries; the rest is ignored")]
    TooMany,
    /// Neither `deb` nor `deb-src`.
    #[error("{0:?} is not a type of source (deb or deb-src)")]
    UnknownType(String),
    /// Something every source needs is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A repository without suites and components.
    #[error("{0:?} is a flat repository (a suite that ends in /), which is not supported")]
    Flat(String),
    /// The options in brackets do not end.
    #[error("the options in brackets have no end")]
    OpenBracket,
    /// An option or field with a value it cannot have.
    #[error("{name} has the value {value:?}, which it cannot have")]
    BadValue {
        /// The option or field.
        name: String,
        /// What stands there, at most 100 characters.
        value: String,
    },
    /// A URI without a scheme.
    #[error("{0:?} is not a URI")]
    BadUri(String),
    /// The stanza cannot be read.
    #[error("the stanza cannot be read: {0}")]
    Stanza(String),
    /// It is not text.
    #[error("the file is not UTF-8 text")]
    NotText,
}

/// Reads a file of sources in the style its name says: `*.sources` or anything else (`*.list`).
#[must_use]
pub fn parse_file(name: &str, bytes: &[u8]) -> ParsedSources {
    let fail = |kind| ParsedSources { entries: Vec::new(), problems: vec![SourceProblem { line: 1, kind }] };
    if bytes.len() > MAX_SOURCES_LEN {
        return fail(SourceProblemKind::TooLong);
    }
    match std::str::from_utf8(bytes) {
        Err(_) => fail(SourceProblemKind::NotText),
        Ok(text) if name.ends_with(".sources") => parse_deb822(text),
        Ok(text) => parse_list(text),
    }
}

/// The options of a source, the same in both styles; names are those of the one-line style.
#[derive(Debug, Clone, Default)]
struct Options {
    architectures: ArchitectureChoice,
    signed_by: SignedBy,
    trusted: Option<bool>,
    check_valid_until: Option<bool>,
    check_date: Option<bool>,
    by_hash: Option<ByHash>,
}

impl Options {
    /// Sets an option from its words; options that do not matter here are passed over.
    fn set<'a>(&mut self, name: &str, words: impl Iterator<Item = &'a str>) -> Result<(), SourceProblemKind> {
        let words: Vec<&str> = words.filter(|w| !w.is_empty()).collect();
        let value = words.join(" ");
        let bad = || SourceProblemKind::BadValue { name: name.to_owned(), value: shorten(&value) };
        let switch = || boolean(&value).ok_or_else(bad).map(Some);
        let list = || words.iter().map(|w| (*w).to_owned()).collect();
        match name {
            "arch" => self.architectures.only = list(),
            "arch+" => self.architectures.add = list(),
            "arch-" => self.architectures.remove = list(),
            "trusted" => self.trusted = switch()?,
            "check-valid-until" => self.check_valid_until = switch()?,
            "check-date" => self.check_date = switch()?,
            "by-hash" => {
                self.by_hash = Some(match boolean(&value) {
                    _ if value.eq_ignore_ascii_case("force") => ByHash::Force,
                    Some(true) => ByHash::Yes,
                    Some(false) => ByHash::No,
                    None => return Err(bad()),
                });
            }
            "signed-by" => {
                for word in words {
                    if word.starts_with('/') {
                        self.signed_by.keyrings.push(word.to_owned());
                    } else {
                        self.signed_by.keys.push(KeyPin::parse(word).map_err(|_| bad())?);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn entry(&self, uri: &str, suite: &str, components: &[String], enabled: bool, line: u64) -> SourceEntry {
        SourceEntry {
            uri: uri.to_owned(),
            suite: suite.to_owned(),
            components: components.to_vec(),
            architectures: self.architectures.clone(),
            signed_by: self.signed_by.clone(),
            trusted: self.trusted,
            check_valid_until: self.check_valid_until,
            check_date: self.check_date,
            by_hash: self.by_hash,
            enabled,
            line,
        }
    }
}

/// apt's idea of a boolean (`StringToBool`).
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "with" | "on" | "enable" | "1" => Some(true),
        "no" | "false" | "without" | "off" | "disable" | "0" => Some(false),
        _ => None,
    }
}

fn is_uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    }) && !text.bytes().any(|b| b.is_ascii_control())
}

fn shorten(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        let entry = |uri: &str| Options::default().entry(uri, "stable/", &[], true, 1);
        assert_eq!(entry("https://me:secret@host:8/a@b/").safe_uri(), "https://host:8/a@b/");
        assert_eq!(entry("https://a@b@host").safe_uri(), "https://host");
        assert_eq!(entry("file:/srv").safe_uri(), "file:/srv");
        assert_eq!(entry("http://host/debian/").dist_uri("InRelease"), "http://host/debian/dists/stable/InRelease");
    }

    #[test]
    fn architectures_resolve() {
        let choice = |only: &str, add: &str, remove: &str| {
            let list = |t: &str| t.split_whitespace().map(str::to_owned).collect();
            ArchitectureChoice { only: list(only), add: list(add), remove: list(remove) }
        };
        assert_eq!(choice("", "", "").resolve(&["amd64", "i386"]), ["amd64", "i386"]);
        assert_eq!(choice("arm64", "", "").resolve(&["amd64"]), ["arm64"]);
        assert_eq!(choice("", "arm64 amd64", "i386").resolve(&["amd64", "i386"]), ["amd64", "arm64"]);
    }
}
