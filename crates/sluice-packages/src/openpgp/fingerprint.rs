//! Names of keys.

use std::fmt;

use thiserror::Error;

/// The fingerprint of a key: 40 (version 4) or 64 (version 6) upper-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyFingerprint(String);

/// A text that is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a key fingerprint (40 or 64 hexadecimal digits)")]
pub struct FingerprintError(String);

impl KeyFingerprint {
    /// Reads a fingerprint, with or without white space and a leading `0x`.
    ///
    /// # Errors
    /// When it is anything else, also when it is a shorter key id: those can be forged.
    pub fn parse(text: &str) -> Result<Self, FingerprintError> {
        let mut digits: String = text.chars().filter(|c| !c.is_ascii_whitespace()).take(67).collect();
        if let Some(rest) = digits.strip_prefix("0x") {
            digits = rest.to_owned();
        }
        if !matches!(digits.len(), 40 | 64) || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(FingerprintError(text.chars().take(100).collect()));
        }
        Ok(Self(digits.to_ascii_uppercase()))
    }

    /// Its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn of(key: &impl pgp::types::KeyDetails) -> Self {
        Self(hex::encode_upper(key.fingerprint().as_bytes()))
    }
}

impl fmt::Display for KeyFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key that a source insists on (`Signed-By` with a fingerprint, `sources.list(5)`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyPin {
    /// The fingerprint of a primary key, or of a subkey.
    pub fingerprint: KeyFingerprint,
    /// Written with `!` behind it: exactly this key must have signed, not a subkey of it.
    pub exact: bool,
}

impl fmt::Display for KeyPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.fingerprint.as_str(), if self.exact { "!" } else { "" })
    }
}

impl KeyPin {
    /// Reads `FINGERPRINT` or `FINGERPRINT!`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, FingerprintError> {
        let (digits, exact) = match text.trim().strip_suffix('!') {
            Some(digits) => (digits, true),
            None => (text, false),
        };
        Ok(Self { fingerprint: KeyFingerprint::parse(digits)?, exact })
    }

    pub(super) fn allows(&self, primary: &KeyFingerprint, signing: &KeyFingerprint) -> bool {
        self.fingerprint == *signing || (!self.exact && self.fingerprint == *primary)
    }
}
