//! The `Release` file of a repository: who publishes it, until when it holds, and the size and
//! digest of every index (<https://wiki.debian.org/DebianRepository/Format#A.22Release.22_files>).
//!
//! Only parse text that [`crate::openpgp`] has verified. [`Release::packages_index`] then says
//! which file to fetch, [`check_validity`] whether the file may be used now.

mod index;
mod validity;

pub use index::{IndexChoice, IndexError};
pub use validity::{ValidityError, ValidityPolicy, ValidityWarning, check_validity};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use thiserror::Error;

use super::deb822::{Stanza, StanzaError, Value, stanzas};
use crate::digest::Digest;

/// The largest `Release` or `InRelease` accepted, in bytes. Debian's and Ubuntu's stay under 300 KiB.
pub const MAX_RELEASE_LEN: usize = 8 * 1024 * 1024;

/// The most files one `Release` may list. Debian sid lists some 3000.
pub const MAX_FILES: usize = 100_000;

/// The most components or architectures one `Release` may name. Debian has 5 and 11.
pub const MAX_NAMES: usize = 256;

/// A parsed `Release` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Who publishes it, such as `Debian`.
    pub origin: Option<String>,
    /// What it holds, such as `Debian-Security`.
    pub label: Option<String>,
    /// The archive name, such as `stable-security`; moves on to the next release in time.
    pub suite: Option<String>,
    /// The version of the distribution, such as `12.14`.
    pub version: Option<String>,
    /// The name of the release, such as `bookworm-security`.
    pub codename: Option<String>,
    /// One line for people.
    pub description: Option<String>,
    /// When it was made.
    pub date: Option<Timestamp>,
    /// Until when it may be used.
    pub valid_until: Option<Timestamp>,
    /// Whether indices can be fetched by their digest, which no mirror update can mix up.
    pub acquire_by_hash: bool,
    /// Priority 1: apt never installs from it unless told to.
    pub not_automatic: bool,
    /// With `not_automatic`, priority 100: apt upgrades from it what was installed from it.
    pub but_automatic_upgrades: bool,
    /// `Packages` of each architecture contain the packages of architecture `all` too.
    pub no_support_for_architecture_all: bool,
    /// Components as written; those of security suites may read `updates/main`.
    pub components: Vec<String>,
    /// Architectures, among them possibly `all`.
    pub architectures: Vec<String>,
    /// The indices, in ascending order of their path.
    files: Vec<IndexFile>,
}

/// A file that a `Release` vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFile {
    /// Relative to the directory of the `Release` file, without `..` and never absolute.
    pub path: String,
    /// Size, in bytes.
    pub size: u64,
    /// SHA-256 where published, else SHA-512.
    pub digest: Digest,
}

/// Why a `Release` file cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// Larger than [`MAX_RELEASE_LEN`].
    #[error("the Release file is larger than {MAX_RELEASE_LEN} bytes")]
    TooLong,
    /// Not readable as fields.
    #[error("cannot read the fields of the Release file")]
    Stanza(#[source] StanzaError),
    /// There is nothing in it.
    #[error("the Release file is empty")]
    Empty,
    /// Something follows the one stanza, so that it is unclear what holds.
    #[error("the Release file has more than one stanza")]
    MoreThanOneStanza,
    /// A field occurs twice.
    #[error("the Release file has the field {0} more than once")]
    Repeated(String),
    /// A date that is none.
    #[error("the Release file has {value:?} in its field {field}, which is not a date")]
    BadDate {
        /// `Date` or `Valid-Until`.
        field: &'static str,
        /// What stands there, at most 100 characters.
        value: String,
    },
    /// Neither SHA-256 nor SHA-512 digests.
    #[error("the Release file lists no files with SHA256 or SHA512 digests; weaker ones are not accepted")]
    NoStrongDigests,
    /// A line of a digest list is malformed.
    #[error("the Release file has a malformed line in its {list} list: {line:?}")]
    BadFileLine {
        /// `SHA256` or `SHA512`.
        list: &'static str,
        /// The line, at most 100 characters.
        line: String,
    },
    /// A path would lead out of the repository.
    #[error("the Release file lists {0:?}, which is not a path inside the repository")]
    UnsafePath(String),
    /// One path, two digests or sizes.
    #[error("the Release file lists {0:?} twice with different content")]
    Conflict(String),
    /// More than a limit.
    #[error("the Release file lists more than {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl Release {
    /// Parses the signed text of a `Release` file.
    ///
    /// # Errors
    /// [`ReleaseError`] names the field or line that is wrong.
    pub fn parse(text: &[u8]) -> Result<Self, ReleaseError> {
        if text.len() > MAX_RELEASE_LEN {
            return Err(ReleaseError::TooLong);
        }
        let mut all = stanzas(text).with_limit(MAX_RELEASE_LEN);
        let stanza = all.next().ok_or(ReleaseError::Empty)?.map_err(ReleaseError::Stanza)?;
        if all.next().is_some() {
            return Err(ReleaseError::MoreThanOneStanza);
        }
        reject_repeated(&stanza)?;
        let text = |name| stanza.text(name).filter(|t| !t.is_empty()).map(str::to_owned);
        let flag = |name| stanza.text(name).is_some_and(|t| t.eq_ignore_ascii_case("yes"));
        Ok(Self {
            origin: text("Origin"),
            label: text("Label"),
            suite: text("Suite"),
            version: text("Version"),
            codename: text("Codename"),
            description: text("Description"),
            date: date(&stanza, "Date")?,
            valid_until: date(&stanza, "Valid-Until")?,
            acquire_by_hash: flag("Acquire-By-Hash"),
            not_automatic: flag("NotAutomatic"),
            but_automatic_upgrades: flag("ButAutomaticUpgrades"),
            no_support_for_architecture_all: stanza
                .get("No-Support-for-Architecture-all")
                .is_some_and(|v| v.words().any(|w| w == "Packages")),
            components: names(&stanza, "Components")?,
            architectures: names(&stanza, "Architectures")?,
            files: files(&stanza)?,
        })
    }

    /// The files it vouches for, in ascending order of their path.
    #[must_use]
    pub fn files(&self) -> &[IndexFile] {
        &self.files
    }

    /// The file at exactly this path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&IndexFile> {
        let at = self.files.binary_search_by(|f| f.path.as_str().cmp(path)).ok()?;
        self.files.get(at)
    }
}

fn reject_repeated(stanza: &Stanza<'_>) -> Result<(), ReleaseError> {
    let mut seen: Vec<Vec<u8>> = stanza.fields().iter().map(|f| f.name().to_ascii_lowercase()).collect();
    seen.sort_unstable();
    match seen.windows(2).find_map(|pair| match pair {
        [a, b] if a == b => Some(a),
        _ => None,
    }) {
        Some(name) => Err(ReleaseError::Repeated(shorten(name))),
        None => Ok(()),
    }
}

fn date(stanza: &Stanza<'_>, field: &'static str) -> Result<Option<Timestamp>, ReleaseError> {
    let Some(value) = stanza.get(field) else { return Ok(None) };
    let text = value.first_line().unwrap_or_default();
    match parse_date(text) {
        Some(date) => Ok(Some(date)),
        None => Err(ReleaseError::BadDate { field, value: shorten(value.bytes()) }),
    }
}

/// Reads the dates of `Release` files: RFC 2822, in practice `Sat, 16 May 2026 10:54:28 UTC`
/// (`UTC` is no zone in that RFC), and leniently padded days and a wrong weekday.
fn parse_date(text: &str) -> Option<Timestamp> {
    let mut normal = String::with_capacity(text.len() + 4);
    for word in text.split_ascii_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.push_str(if word == "UTC" || word == "Z" { "+0000" } else { word });
    }
    DateTimeParser::new().relaxed_weekday(true).parse_timestamp(&normal).ok()
}

fn names(stanza: &Stanza<'_>, field: &'static str) -> Result<Vec<String>, ReleaseError> {
    let Some(value) = stanza.get(field) else { return Ok(Vec::new()) };
    let names: Vec<_> = value.words().take(MAX_NAMES + 1).map(str::to_owned).collect();
    if names.len() > MAX_NAMES {
        return Err(ReleaseError::TooMany { what: field, limit: MAX_NAMES });
    }
    Ok(names)
}

fn files(stanza: &Stanza<'_>) -> Result<Vec<IndexFile>, ReleaseError> {
    let mut files = match (stanza.get("SHA256"), stanza.get("SHA512")) {
        (Some(list), _) => file_list(list, "SHA256", Digest::sha256_from_hex)?,
        (None, Some(list)) => file_list(list, "SHA512", Digest::sha512_from_hex)?,
        (None, None) => return Err(ReleaseError::NoStrongDigests),
    };
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup();
    match files.windows(2).find_map(|pair| match pair {
        [a, b] if a.path == b.path => Some(a),
        _ => None,
    }) {
        Some(file) => Err(ReleaseError::Conflict(file.path.clone())),
        None => Ok(files),
    }
}

fn file_list(
    list: Value<'_>,
    name: &'static str,
    digest: fn(&str) -> Option<Digest>,
) -> Result<Vec<IndexFile>, ReleaseError> {
    let mut files = Vec::new();
    for line in list.lines().filter(|l| !l.is_empty()) {
        if files.len() >= MAX_FILES {
            return Err(ReleaseError::TooMany { what: "files", limit: MAX_FILES });
        }
        let bad = || ReleaseError::BadFileLine { list: name, line: shorten(line) };
        let mut words = std::str::from_utf8(line).map_err(|_| bad())?.split_ascii_whitespace();
        let (Some(hex), Some(size), Some(path), None) = (words.next(), words.next(), words.next(), words.next()) else {
            return Err(bad());
        };
        if !is_safe_path(path) {
            return Err(ReleaseError::UnsafePath(shorten(path.as_bytes())));
        }
        files.push(IndexFile {
            path: path.to_owned(),
            size: size.parse().map_err(|_| bad())?,
            digest: digest(hex).ok_or_else(bad)?,
        });
    }
    Ok(files)
}

/// A relative path of plain segments: joined to a directory it stays inside.
pub(super) fn is_safe_path(path: &str) -> bool {
    // One pass: this runs for every package of an index.
    let mut segment_start = 0;
    let segment_ok = |segment: &[u8]| !matches!(segment, b"" | b"." | b"..");
    let bytes = path.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'/' => {
                if !segment_ok(bytes.get(segment_start..at).unwrap_or_default()) {
                    return false;
                }
                segment_start = at + 1;
            }
            // Separators on other systems, and what changes the meaning of a URI.
            0..=0x20 | 0x7f | b'\\' | b'%' | b'?' | b'#' => return false,
            _ => {}
        }
    }
    path.len() <= 1024 && segment_ok(bytes.get(segment_start..).unwrap_or_default())
}

fn shorten(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().take(100).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The shape of Debian's security suite: `updates/` in Components, not in paths.
    pub const SECURITY: &str = "Origin: Debian\nLabel: Debian-Security\nSuite: oldstable-security\nVersion: 12\n\
        Codename: bookworm-security\nDate: Wed, 20 May 2026 16:28:12 UTC\nValid-Until: Wed, 27 May 2026 16:28:12 UTC\n\
        Acquire-By-Hash: yes\nArchitectures: amd64 arm64\nComponents: updates/main updates/contrib\n\
        Description: Debian 12 - Security Updates\nSHA256:\n \
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855        0 contrib/Contents-amd64\n \
        f61f27bd17de546264aa58f40f3aafaac7021e0ef69c17f6b1b4cd7664a037ec     1000 main/binary-amd64/Packages\n \
        ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad       20 main/binary-amd64/Packages.gz\n \
        0040f94d11d0039505328a90b2ff48968db873e9e7967307631bf40ef5679275       10 main/binary-amd64/Packages.xz\n";

    #[test]
    fn reads_the_fields() {
        let release = Release::parse(SECURITY.as_bytes()).unwrap();
        insta::assert_debug_snapshot!((&release.origin, &release.label, &release.suite, &release.version,
            &release.codename, release.date, release.valid_until, release.acquire_by_hash, release.not_automatic,
            &release.components, &release.architectures, release.files().len()), @r#"
        (
            Some(
                "Debian",
            ),
            Some(
                "Debian-Security",
            ),
            Some(
                "oldstable-security",
            ),
            Some(
                "12",
            ),
            Some(
                "bookworm-security",
            ),
            Some(
                2026-05-20T16:28:12Z,
            ),
            Some(
                2026-05-27T16:28:12Z,
            ),
            true,
            false,
            [
                "updates/main",
                "updates/contrib",
            ],
            [
                "amd64",
                "arm64",
            ],
            4,
        )
        "#);
    }

    #[test]
    fn dates_in_the_wild() {
        for text in [
            "Sat, 16 May 2026 10:54:28 UTC",
            "Sat, 16 May 2026 10:54:28 +0000",
            "Sat, 16 May 2026 12:54:28 +0200",
            "Sat,  16 May 2026  10:54:28 GMT",
            "Sun, 16 May 2026 10:54:28 Z",
            "16 May 2026 10:54:28 UTC",
        ] {
            assert_eq!(parse_date(text), Some("2026-05-16T10:54:28Z".parse().unwrap()), "{text}");
        }
        assert_eq!(parse_date("Sat,  6 May 2006 10:54:28 UTC"), Some("2006-05-06T10:54:28Z".parse().unwrap()));
        for text in ["", "2026-05-16", "Sat, 32 May 2026 10:54:28 UTC", "yesterday"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let line = "SHA256:\n e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0";
        let error = |text: &str| Release::parse(text.as_bytes()).unwrap_err().to_string();
        let mut all = vec![error(""), error("Suite: x\n"), error("MD5Sum:\n 00 0 a\n"), error("x")];
        all.push(error("Suite: a\nsuite: b\n"));
        all.push(error(&format!("Date: then\n{line} a\n")));
        all.push(error(&format!("{line} a\n\nSuite: b\n")));
        all.push(error("SHA256:\n 00 0 a\n"));
        for path in ["../a", "/a", "a//b", "a/./b", "a b"] {
            all.push(error(&format!("{line} {path}\n")));
        }
        all.push(error(&format!("{line} a\n e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 1 a\n")));
        insta::assert_snapshot!(all.join("\n"), @r#"
        the Release file is empty
        the Release file lists no files with SHA256 or SHA512 digests; weaker ones are not accepted
        the Release file lists no files with SHA256 or SHA512 digests; weaker ones are not accepted
        cannot read the fields of the Release file
        the Release file has the field suite more than once
        the Release file has "then" in its field Date, which is not a date
        the Release file has more than one stanza
        the Release file has a malformed line in its SHA256 list: "00 0 a"
        the Release file lists "../a", which is not a path inside the repository
        the Release file lists "/a", which is not a path inside the repository
        the Release file lists "a//b", which is not a path inside the repository
        the Release file lists "a/./b", which is not a path inside the repository
        the Release file has a malformed line in its SHA256 list: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 a b"
        the Release file lists "a" twice with different content
        "#);
    }

    #[test]
    fn sha512_serves_where_sha256_is_missing() {
        let text = format!("SHA512:\n {} 3 a/b\n", "0a".repeat(64));
        let release = Release::parse(text.as_bytes()).unwrap();
        assert_eq!(release.file("a/b").unwrap().digest.algorithm(), "SHA512");
        assert_eq!(release.file("a"), None);
    }
}
