//! Verifying the signatures of a `Release` file.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use pgp::armor::BlockType;
use pgp::composed::SignedPublicKey;
use pgp::packet::{Packet, PacketParser, Signature, SignatureType};
use pgp::types::KeyDetails;

use super::certificate::{self, SigningKey, instant, is_strong, signature_end};
use super::cleartext;
use super::error::{RejectedSignature, Rejection, SignatureError};
use super::keyring::dearmor;
use super::{KeyFingerprint, KeyPin, Keyring, MAX_SIGNATURES, MAX_SIGNATURES_LEN, MAX_SIGNED_LEN};

/// How far in the future a signature may be dated: clocks of devices are sometimes a zone off, and
/// the date inside the signed text is checked on its own.
const FUTURE_SLACK: SignedDuration = SignedDuration::from_hours(24);

/// Decides whether signed files can be trusted at a time.
#[derive(Debug, Clone, Copy)]
pub struct Verifier<'k> {
    keyring: &'k Keyring,
    pins: &'k [KeyPin],
    now: Timestamp,
}

/// A text that a trusted key signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRelease<'a> {
    /// Exactly what was signed.
    pub text: Cow<'a, [u8]>,
    /// Whose signatures are good: at least one.
    pub signers: Vec<Signer>,
    /// The signatures that did not count, with their reasons; for diagnosis.
    pub rejected: Vec<RejectedSignature>,
}

/// The maker of a good signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The primary key.
    pub primary: KeyFingerprint,
    /// The key that signed: the primary key, or a subkey of it.
    pub key: KeyFingerprint,
    /// When it says it signed.
    pub signed_at: Timestamp,
}

impl<'k> Verifier<'k> {
    /// Trusts the keys of `keyring`, judged at `now`.
    #[must_use]
    pub fn new(keyring: &'k Keyring, now: Timestamp) -> Self {
        Self { keyring, pins: &[], now }
    }

    /// Trusts only those of them that `pins` name. No pins mean all.
    #[must_use]
    pub fn pinned_to(self, pins: &'k [KeyPin]) -> Self {
        Self { pins, ..self }
    }

    /// Verifies a cleartext-signed file (`InRelease`).
    ///
    /// # Errors
    /// [`SignatureError`] says why no signature counts, or what is malformed.
    pub fn verify_inline(&self, file: &[u8]) -> Result<VerifiedRelease<'static>, SignatureError> {
        let parts = cleartext::split(file)?;
        let signatures =
            dearmor(parts.armor, BlockType::Signature, MAX_SIGNATURES_LEN).map_err(SignatureError::Armor)?;
        let canonical = cleartext::canonical(&parts.text);
        let (signers, rejected) = self.judge_all(&signatures, &canonical)?;
        Ok(VerifiedRelease { text: Cow::Owned(parts.text), signers, rejected })
    }

    /// Verifies a file (`Release`) against a signature beside it (`Release.gpg`, armored or not).
    ///
    /// # Errors
    /// As [`Verifier::verify_inline`].
    pub fn verify_detached<'a>(
        &self,
        release: &'a [u8],
        signature: &[u8],
    ) -> Result<VerifiedRelease<'a>, SignatureError> {
        if release.len() > MAX_SIGNED_LEN {
            return Err(SignatureError::TooLong);
        }
        if signature.len() > MAX_SIGNATURES_LEN {
            return Err(SignatureError::SignaturesTooLong);
        }
        let bytes = if signature.trim_ascii_start().starts_with(b"-----BEGIN ") {
            Cow::Owned(dearmor(signature, BlockType::Signature, MAX_SIGNATURES_LEN).map_err(SignatureError::Armor)?)
        } else {
            Cow::Borrowed(signature)
        };
        let (signers, rejected) = self.judge_all(&bytes, release)?;
        Ok(VerifiedRelease { text: Cow::Borrowed(release), signers, rejected })
    }

    fn judge_all(
        &self,
        packets: &[u8],
        signed: &[u8],
    ) -> Result<(Vec<Signer>, Vec<RejectedSignature>), SignatureError> {
        let (mut signers, mut rejected) = (Vec::new(), Vec::new());
        for (number, packet) in PacketParser::new(packets).enumerate() {
            if number >= MAX_SIGNATURES {
                return Err(SignatureError::TooManySignatures);
            }
            match packet {
                Ok(Packet::Signature(signature)) => match self.judge(&signature, signed) {
                    Ok(signer) => signers.push(signer),
                    Err(reason) => rejected.push(RejectedSignature { key_id: maker(&signature), reason }),
                },
                Ok(_) => return Err(SignatureError::Malformed("there is something else among its signatures")),
                // A signature of a version or algorithm unknown here says nothing about the others.
                Err(_) => {
                    let reason = Rejection::Unsupported;
                    rejected.push(RejectedSignature { key_id: "unknown".to_owned(), reason });
                }
            }
        }
        if !signers.is_empty() {
            return Ok((signers, rejected));
        }
        if rejected.is_empty() {
            return Err(SignatureError::NoSignatures);
        }
        if rejected.iter().all(|r| r.reason == Rejection::UnknownKey) {
            return Err(SignatureError::UnknownKeys { key_ids: rejected.into_iter().map(|r| r.key_id).collect() });
        }
        Err(SignatureError::Rejected { rejected })
    }

    fn judge(&self, signature: &Signature, signed: &[u8]) -> Result<Signer, Rejection> {
        if !matches!(signature.typ(), Some(SignatureType::Text | SignatureType::Binary)) {
            return Err(Rejection::Unsupported);
        }
        match signature.hash_alg() {
            Some(digest) if is_strong(digest) => {}
            Some(digest) => return Err(Rejection::WeakDigest(digest.to_string())),
            None => return Err(Rejection::Unsupported),
        }
        let signed_at = instant(signature.created().ok_or(Rejection::Unsupported)?);
        // Key ids are short enough to collide, so that several keys may have to be tried.
        let mut outcome = Err(Rejection::UnknownKey);
        for (certificate, key) in self.candidates(signature) {
            outcome = self.judge_with(signature, signed, signed_at, certificate, key);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    fn candidates<'s>(
        &'s self,
        signature: &'s Signature,
    ) -> impl Iterator<Item = (&'s SignedPublicKey, SigningKey<'s>)> {
        self.keyring.certificates().iter().flat_map(move |certificate| {
            let primary = is_maker(signature, certificate).then_some((certificate, SigningKey::Primary));
            let subkeys = certificate
                .public_subkeys
                .iter()
                .filter(|subkey| is_maker(signature, subkey))
                .map(move |subkey| (certificate, SigningKey::Subkey(subkey)));
            primary.into_iter().chain(subkeys)
        })
    }

    fn judge_with(
        &self,
        signature: &Signature,
        signed: &[u8],
        signed_at: Timestamp,
        certificate: &SignedPublicKey,
        key: SigningKey<'_>,
    ) -> Result<Signer, Rejection> {
        let primary = KeyFingerprint::of(certificate);
        let (fingerprint, made, fits) = match key {
            SigningKey::Primary => {
                (primary.clone(), certificate.created_at(), signature.verify(&certificate.primary_key, signed))
            }
            SigningKey::Subkey(subkey) => {
                (KeyFingerprint::of(subkey), subkey.created_at(), signature.verify(&subkey.key, signed))
            }
        };
        if !self.pins.is_empty() && !self.pins.iter().any(|pin| pin.allows(&primary, &fingerprint)) {
            return Err(Rejection::NotPinned(fingerprint));
        }
        fits.map_err(|_| Rejection::BadSignature)?;
        certificate::check(certificate, key, self.now)?;
        if signed_at < instant(made) || signed_at.duration_since(self.now) > FUTURE_SLACK {
            return Err(Rejection::BadTime(signed_at));
        }
        match signature_end(signature) {
            Some(end) if end <= self.now => Err(Rejection::SignatureExpired(end)),
            _ => Ok(Signer { primary, key: fingerprint, signed_at }),
        }
    }
}

/// Whether the signature names this key as its maker, by fingerprint where it has one.
fn is_maker(signature: &Signature, key: &impl KeyDetails) -> bool {
    let fingerprints = signature.issuer_fingerprint();
    if fingerprints.is_empty() {
        return signature.issuer_key_id().contains(&&key.legacy_key_id());
    }
    fingerprints.contains(&&key.fingerprint())
}

fn maker(signature: &Signature) -> String {
    let fingerprint = signature.issuer_fingerprint().first().map(|f| hex::encode_upper(f.as_bytes()));
    let key_id = || signature.issuer_key_id().first().map(hex::encode_upper);
    fingerprint.or_else(key_id).unwrap_or_else(|| "unknown".to_owned())
}
