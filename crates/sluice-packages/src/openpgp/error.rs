//! What can be wrong with keyrings and signatures.

use jiff::Timestamp;
use thiserror::Error;

use super::{KeyFingerprint, MAX_KEYRING_LEN, MAX_SIGNATURES, MAX_SIGNATURES_LEN, MAX_SIGNED_LEN};

/// Why a keyring cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// Larger than [`MAX_KEYRING_LEN`].
    #[error("the keyring is larger than {MAX_KEYRING_LEN} bytes")]
    TooLong,
    /// GnuPG's own database format, which apt does not read either.
    #[error("the keyring is a GnuPG keybox; export it with: gpg --export > keyring.gpg")]
    Keybox,
    /// The armor around it is broken.
    #[error("cannot read the armor of the keyring")]
    Armor(#[source] pgp::errors::Error),
    /// An armored block has no end, or is not a public key.
    #[error("the keyring is armored, but not a complete public key block")]
    IncompleteArmor,
    /// There is no key in it that can be read.
    #[error("the keyring has no usable public key")]
    NoKeys,
}

/// Why a signed file cannot be trusted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// Larger than [`MAX_SIGNED_LEN`].
    #[error("the signed file is larger than {MAX_SIGNED_LEN} bytes")]
    TooLong,
    /// The signatures are larger than [`MAX_SIGNATURES_LEN`].
    #[error("the signatures are larger than {MAX_SIGNATURES_LEN} bytes")]
    SignaturesTooLong,
    /// It does not begin as a signed file: often a page of a proxy or a login portal.
    #[error("the file does not begin with a signed message; a proxy or login page may have answered instead")]
    NotSigned,
    /// The signed message is malformed.
    #[error("the signed message is malformed: {0}")]
    Malformed(&'static str),
    /// The signature block cannot be read.
    #[error("cannot read the signature block")]
    Armor(#[source] pgp::errors::Error),
    /// There is no signature in it.
    #[error("the file has no signatures")]
    NoSignatures,
    /// More than [`MAX_SIGNATURES`].
    #[error("the file has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// No signature is by a key of the keyring.
    #[error("the file is signed by keys that are not in the keyring: {}", key_ids.join(", "))]
    UnknownKeys {
        /// Key ids or fingerprints, as the signatures name their makers.
        key_ids: Vec<String>,
    },
    /// None of the signatures is good.
    #[error("none of the signatures can be accepted: {}", list(rejected))]
    Rejected {
        /// Each with its reason.
        rejected: Vec<RejectedSignature>,
    },
}

/// A signature that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("by {key_id}: {reason}")]
pub struct RejectedSignature {
    /// Key id or fingerprint, as the signature names its maker; `unknown` when it does not.
    pub key_id: String,
    /// Why not.
    pub reason: Rejection,
}

/// Why a signature was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The maker is not in the keyring.
    #[error("the key is not in the keyring")]
    UnknownKey,
    /// The maker is in the keyring, but the source insists on others.
    #[error("the key {0} is not one that the source is pinned to")]
    NotPinned(KeyFingerprint),
    /// The signature does not fit the text: the text was changed, or the signature was.
    #[error("the signature is wrong: the file was changed or damaged")]
    BadSignature,
    /// The signature is over a digest that can be forged, or an unknown one.
    #[error("the digest {0} is too weak or unknown")]
    WeakDigest(String),
    /// The key is of an algorithm or size that is not accepted.
    #[error("the key is {0}, where RSA of 2048 bits or more, or Ed25519, is needed")]
    WeakKey(String),
    /// The key had an end, and it is past.
    #[error("the key expired at {0}")]
    KeyExpired(Timestamp),
    /// The owner withdrew the key.
    #[error("the key is revoked")]
    KeyRevoked,
    /// The key is not meant for signing.
    #[error("the key is not for signing")]
    NotForSigning,
    /// The keyring does not prove that the key belongs together and what it is for.
    #[error("the key has no valid self-signature")]
    NotBound,
    /// The signature had an end, and it is past.
    #[error("the signature expired at {0}")]
    SignatureExpired(Timestamp),
    /// The signature is from the future, or from before its key was made.
    #[error("the signature is dated {0}, before its key was made or in the future; check the clock")]
    BadTime(Timestamp),
    /// A kind or version of signature that is not in use for files.
    #[error("the signature is of a kind that is not accepted")]
    Unsupported,
}

fn list(rejected: &[RejectedSignature]) -> String {
    rejected.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
