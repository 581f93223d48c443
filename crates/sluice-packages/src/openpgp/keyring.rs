//! Keyrings: the certificates that may sign.

use std::io::Read;

use pgp::armor::{BlockType, Dearmor};
use pgp::composed::{Deserializable, SignedPublicKey};

use super::error::KeyringError;
use super::{KeyFingerprint, MAX_KEYRING_LEN, MAX_KEYS};

const BEGIN_KEY: &[u8] = b"-----BEGIN PGP PUBLIC KEY BLOCK-----";
const END_KEY: &[u8] = b"-----END PGP PUBLIC KEY BLOCK-----";

/// The certificates that may sign a repository.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    certificates: Vec<SignedPublicKey>,
}

/// What a person may want to know about a key of a keyring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    /// The primary key.
    pub fingerprint: KeyFingerprint,
    /// Its first user id, which anyone could have chosen.
    pub user_id: Option<String>,
    /// Its subkeys.
    pub subkeys: Vec<KeyFingerprint>,
}

impl Keyring {
    /// Reads a keyring: binary (`.gpg`) or one or more armored blocks (`.asc`, or the block inside
    /// a `Signed-By` field). Certificates that cannot be read are left out.
    ///
    /// # Errors
    /// When there is no readable certificate at all; see [`KeyringError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyringError> {
        if bytes.len() > MAX_KEYRING_LEN {
            return Err(KeyringError::TooLong);
        }
        if bytes.get(8..12) == Some(b"KBXf") {
            return Err(KeyringError::Keybox);
        }
        let mut keyring = Self::default();
        if memchr::memmem::find(bytes, BEGIN_KEY).is_some() {
            let mut rest = bytes;
            while let Some(begin) = memchr::memmem::find(rest, BEGIN_KEY) {
                rest = rest.get(begin..).unwrap_or_default();
                let end = memchr::memmem::find(rest, END_KEY).ok_or(KeyringError::IncompleteArmor)? + END_KEY.len();
                let (block, tail) = rest.split_at(end);
                keyring.read(&dearmor(block, BlockType::PublicKey, MAX_KEYRING_LEN).map_err(KeyringError::Armor)?);
                rest = tail;
            }
        } else {
            keyring.read(bytes);
        }
        if keyring.certificates.is_empty() {
            return Err(KeyringError::NoKeys);
        }
        Ok(keyring)
    }

    /// Adds the certificates of another keyring.
    pub fn add(&mut self, other: Self) {
        self.certificates.extend(other.certificates);
        self.certificates.truncate(MAX_KEYS);
    }

    /// Whether it has no certificates.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }

    /// Its certificates, for display.
    pub fn keys(&self) -> impl Iterator<Item = KeyInfo> {
        self.certificates.iter().map(|certificate| KeyInfo {
            fingerprint: KeyFingerprint::of(certificate),
            user_id: certificate.details.users.first().map(|u| String::from_utf8_lossy(u.id.id()).into_owned()),
            subkeys: certificate.public_subkeys.iter().map(KeyFingerprint::of).collect(),
        })
    }

    pub(super) fn certificates(&self) -> &[SignedPublicKey] {
        &self.certificates
    }

    fn read(&mut self, bytes: &[u8]) {
        let Ok(certificates) = SignedPublicKey::from_bytes_many(bytes) else { return };
        // Bounded twice: by what is kept, and by what is tried.
        for certificate in certificates.take(2 * MAX_KEYS).flatten() {
            if self.certificates.len() < MAX_KEYS {
                self.certificates.push(certificate);
            }
        }
    }
}

/// Takes the armor off one block of the given type.
pub(super) fn dearmor(block: &[u8], wanted: BlockType, limit: usize) -> Result<Vec<u8>, pgp::errors::Error> {
    let mut dearmor = Dearmor::new(block);
    dearmor.read_header()?;
    let mut bytes = Vec::new();
    if dearmor.typ == Some(wanted) {
        dearmor.take(limit as u64).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
