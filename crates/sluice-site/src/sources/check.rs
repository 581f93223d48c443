//! What an administrator may define as a source.

use sluice_packages::openpgp::KeyPin;

use super::{AptKeyring, AptSource};
use crate::error::{SiteError, SiteResult};

/// Longest text of any part.
const MAX_PART: usize = 512;
/// Most components, architectures, keyrings or fingerprints.
const MAX_PARTS: usize = 64;
/// Longest armored key block.
const MAX_KEY_BLOCK: usize = 1 << 20;

impl AptSource {
    /// One line for people.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {} {}", self.uri, self.suite, self.components.join(" "))
    }

    /// The checks that are switched off, in sentences.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.check_valid_until {
            warnings.push("The check of Valid-Until is off: a mirror that is kept back goes unnoticed.".to_owned());
        }
        if !self.check_date {
            warnings.push("The check of the date is off: a Release from the future is accepted.".to_owned());
        }
        warnings
    }

    /// Refuses what could not work or must not be.
    pub(super) fn check(&self) -> SiteResult<()> {
        let invalid = |field, message: String, fix| Err(SiteError::invalid(field, message, fix));
        if !self.uri.starts_with("http://") && !self.uri.starts_with("https://") {
            return invalid("uri", format!("{} is not an http or https address", self.uri), "Give the archive's root.");
        }
        if authority(&self.uri).contains('@') {
            // It would stand in errors, alerts and the log for everybody to read.
            let fix = "Give the address without them; archives that want a password are not supported yet.";
            return invalid("uri", "the address holds a user name or password".into(), fix);
        }
        if let Some(message) = self.proxy.as_deref().and_then(proxy_problem) {
            return invalid("proxy", message, "Give the proxy's address.");
        }
        if self.suite.is_empty() || !path_like(&self.suite) || self.suite.ends_with('/') {
            let fix = "Give a suite such as bookworm-security; flat repositories are not supported yet.";
            return invalid("suite", format!("{:?} is not a suite", self.suite), fix);
        }
        let components: Vec<_> = self.components.iter().map(|c| c.strip_prefix("updates/").unwrap_or(c)).collect();
        let architectures: Vec<_> = self.architectures.iter().map(String::as_str).collect();
        for (field, list) in [("components", components), ("architectures", architectures)] {
            if (1..list.len()).any(|n| list[n..].contains(&list[n - 1])) {
                return invalid(field, format!("the {field} name one twice"), "Name each once.");
            }
        }
        let lists = [("components", &self.components), ("architectures", &self.architectures)];
        for (field, list) in lists {
            if list.is_empty() || list.len() > MAX_PARTS || !list.iter().all(|part| path_like(part)) {
                return invalid(
                    field,
                    format!("the {field} are missing or malformed"),
                    "Give names such as main, amd64.",
                );
            }
        }
        if self.uri.len() > MAX_PART {
            return invalid("uri", "the address is too long".into(), "Give a shorter one.");
        }
        let fix = "Name the vendor's keyring: nothing unsigned is ever synchronized.";
        match &self.keyring {
            AptKeyring::Files(files) if files.is_empty() || files.len() > MAX_PARTS => {
                return invalid("keyring", "no keyring is named".into(), fix);
            }
            AptKeyring::Files(files) => {
                if let Some(file) = files.iter().find(|f| !f.starts_with('/') || f.len() > MAX_PART) {
                    return invalid("keyring", format!("{file:?} is not an absolute path"), fix);
                }
            }
            AptKeyring::Inline(block) if block.len() > MAX_KEY_BLOCK => {
                return invalid("keyring", "the key block is too long".into(), fix);
            }
            AptKeyring::Inline(_) => {}
        }
        if self.fingerprints.len() > MAX_PARTS {
            return invalid("fingerprints", "there are too many fingerprints".into(), "Give fewer.");
        }
        for text in &self.fingerprints {
            if let Err(error) = KeyPin::parse(text) {
                return invalid("fingerprints", error.to_string(), "Give the whole fingerprint, hexadecimal.");
            }
        }
        Ok(())
    }
}

/// The part of an address between scheme and path.
pub(super) fn authority(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// What is wrong with the address of a proxy; without the password it may hold.
pub(super) fn proxy_problem(proxy: &str) -> Option<String> {
    if !proxy.starts_with("http://") && !proxy.starts_with("https://") {
        return Some(format!("{} is not an http or https address", proxy.rsplit('@').next().unwrap_or_default()));
    }
    (proxy.len() > MAX_PART).then(|| "the address is too long".to_owned())
}

/// Letters, digits and what else occurs in suites, without a way out of the directory.
fn path_like(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_PART
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-._~/".contains(c))
        && !text.split('/').any(|part| part.is_empty() || part == "." || part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> AptSource {
        AptSource {
            uri: "http://deb.example/debian".into(),
            suite: "bookworm".into(),
            components: vec!["main".into()],
            architectures: vec!["amd64".into()],
            keyring: AptKeyring::Files(vec!["/usr/share/keyrings/x.gpg".into()]),
            fingerprints: Vec::new(),
            check_valid_until: true,
            check_date: true,
            by_hash: true,
            proxy: None,
        }
    }

    #[test]
    fn only_what_can_work() {
        assert!(source().check().is_ok());
        let refused = |change: &dyn Fn(&mut AptSource)| {
            let mut s = source();
            change(&mut s);
            s.check().unwrap_err().field.unwrap()
        };
        assert_eq!(refused(&|s| s.uri = "file:///etc".into()), "uri");
        assert_eq!(refused(&|s| s.uri = "https://ada:secret@deb.example/debian".into()), "uri");
        assert_eq!(refused(&|s| s.components = vec!["main".into(), "updates/main".into()]), "components");
        assert_eq!(refused(&|s| s.suite = "../x".into()), "suite");
        assert_eq!(refused(&|s| s.suite = "./".into()), "suite");
        assert_eq!(refused(&|s| s.components.clear()), "components");
        assert_eq!(refused(&|s| s.architectures = vec!["a b".into()]), "architectures");
        assert_eq!(refused(&|s| s.keyring = AptKeyring::Files(vec!["rel".into()])), "keyring");
        assert_eq!(refused(&|s| s.fingerprints = vec!["12".into()]), "fingerprints");
        assert_eq!(refused(&|s| s.proxy = Some("socks://x".into())), "proxy");
    }
}
