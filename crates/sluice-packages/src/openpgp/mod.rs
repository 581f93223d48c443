//! Keyrings and the signatures of repositories (OpenPGP, RFC 9580; cleartext framework section 7).
//!
//! Everything a device installs rests on this: [`Verifier`] returns the text of a `Release` file
//! only when a trusted key signed exactly that text. It accepts
//! - RSA keys of at least 2048 bits and Ed25519 keys that are neither expired nor revoked, and
//!   subkeys of them that are bound, both ways, for signing;
//! - signatures over SHA-256, SHA-384, SHA-512 or SHA-3.
//!
//! Of several signatures one good one suffices: archives sign with old and new keys during a
//! change. Nothing outside the signed part is ever returned.

mod certificate;
mod cleartext;
mod error;
mod fingerprint;
mod keyring;
mod verify;

pub use error::{KeyringError, RejectedSignature, Rejection, SignatureError};
pub use fingerprint::{FingerprintError, KeyFingerprint, KeyPin};
pub use keyring::{KeyInfo, Keyring};
pub use verify::{Signer, VerifiedRelease, Verifier};

/// The largest signed file accepted, in bytes: the limit of what it contains.
pub const MAX_SIGNED_LEN: usize = crate::deb::release::MAX_RELEASE_LEN;

/// The largest block of signatures accepted, in bytes. Three RSA-4096 signatures take 3 KiB.
pub const MAX_SIGNATURES_LEN: usize = 256 * 1024;

/// The most signatures looked at in one file. Debian signs with three keys during a change.
pub const MAX_SIGNATURES: usize = 16;

/// The largest keyring accepted, in bytes. Debian's is 56 KB.
pub const MAX_KEYRING_LEN: usize = 4 * 1024 * 1024;

/// The most certificates taken from one keyring. Debian's has ten.
pub const MAX_KEYS: usize = 1024;

#[cfg(test)]
mod tests;
