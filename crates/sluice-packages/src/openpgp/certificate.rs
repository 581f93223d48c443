//! Whether a certificate, at a time, lets one of its keys sign files (RFC 9580, section 10.1).
//!
//! Self-signatures may still be over SHA-1, unlike signatures of files: the keyring is local and
//! trusted as it is, forging one takes a second preimage and not a mere collision, and many
//! archive keys in use have them. MD5 is refused everywhere.

use jiff::Timestamp;
use pgp::composed::{SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SignatureType, SubpacketData};
use pgp::ser::Serialize;
use pgp::types::{EddsaLegacyPublicParams, KeyDetails, PublicParams, Tag};

use super::error::Rejection;

/// RSA keys below this many bits are within reach of attackers.
const MIN_RSA_BITS: u16 = 2048;

/// A key of a certificate that may have signed.
#[derive(Debug, Clone, Copy)]
pub(super) enum SigningKey<'a> {
    /// The primary key itself.
    Primary,
    /// A subkey.
    Subkey(&'a SignedPublicSubKey),
}

/// Checks that the key may sign files at `now`.
pub(super) fn check(certificate: &SignedPublicKey, key: SigningKey<'_>, now: Timestamp) -> Result<(), Rejection> {
    check_strength(certificate.public_params())?;
    let primary = &certificate.primary_key;
    // A revocation of a key counts whenever it is dated: its reasons include lost control.
    if certificate.details.revocation_signatures.iter().any(|s| digest_ok(s) && s.verify_key(primary).is_ok()) {
        return Err(Rejection::KeyRevoked);
    }
    let statement = newest_self_signature(certificate, now).ok_or(Rejection::NotBound)?;
    check_expiry(primary, statement, now)?;
    match key {
        SigningKey::Primary => match may_sign(statement) {
            // A key without the statement, from before it was invented, may do everything.
            None | Some(true) => Ok(()),
            Some(false) => Err(Rejection::NotForSigning),
        },
        SigningKey::Subkey(subkey) => check_subkey(certificate, subkey, now),
    }
}

fn check_subkey(certificate: &SignedPublicKey, subkey: &SignedPublicSubKey, now: Timestamp) -> Result<(), Rejection> {
    check_strength(subkey.public_params())?;
    let primary = &certificate.primary_key;
    let of_type = |typ: SignatureType| {
        subkey.signatures.iter().filter(move |s| {
            s.typ() == Some(typ) && digest_ok(s) && s.verify_subkey_binding(primary, &subkey.key).is_ok()
        })
    };
    if of_type(SignatureType::SubkeyRevocation).next().is_some() {
        return Err(Rejection::KeyRevoked);
    }
    let binding = of_type(SignatureType::SubkeyBinding)
        .filter(|s| in_force(s, now))
        .max_by_key(|s| s.created())
        .ok_or(Rejection::NotBound)?;
    check_expiry(&subkey.key, binding, now)?;
    if may_sign(binding) != Some(true) {
        return Err(Rejection::NotForSigning);
    }
    // The subkey must say that it belongs to the primary key, or anyone could claim another's
    // subkey, and with it its signatures, as their own.
    let back = binding
        .embedded_signature()
        .filter(|s| digest_ok(s) && in_force(s, now) && s.verify_primary_key_binding(&subkey.key, primary).is_ok());
    back.map(|_| ()).ok_or(Rejection::NotBound)
}

/// The newest valid statement of the primary key about itself: a direct signature, or one over a
/// user id that is not withdrawn.
fn newest_self_signature(certificate: &SignedPublicKey, now: Timestamp) -> Option<&Signature> {
    let primary = &certificate.primary_key;
    let direct = certificate.details.direct_signatures.iter().filter(|s| {
        s.typ() == Some(SignatureType::Key) && digest_ok(s) && in_force(s, now) && s.verify_key(primary).is_ok()
    });
    let over_users = certificate.details.users.iter().filter_map(|user| {
        let own = |s: &&Signature| digest_ok(s) && s.verify_certification(primary, Tag::UserId, &user.id).is_ok();
        let is_revocation = |s: &Signature| s.typ() == Some(SignatureType::CertRevocation);
        let newest = user
            .signatures
            .iter()
            .filter(|s| !is_revocation(s) && in_force(s, now))
            .filter(own)
            .max_by_key(|s| s.created())?;
        let withdrawn = user.signatures.iter().filter(|s| is_revocation(s)).filter(own);
        withdrawn.max_by_key(|s| s.created()).is_none_or(|s| s.created() < newest.created()).then_some(newest)
    });
    direct.chain(over_users).max_by_key(|s| s.created())
}

fn check_expiry(key: &impl KeyDetails, statement: &Signature, now: Timestamp) -> Result<(), Rejection> {
    match statement.key_expiration_time().map(|d| d.as_secs()).filter(|secs| *secs != 0) {
        Some(secs) => match after(key.created_at(), secs) {
            end if end <= now => Err(Rejection::KeyExpired(end)),
            _ => Ok(()),
        },
        None => Ok(()),
    }
}

/// Whether key flags allow signing; `None` when there are none.
fn may_sign(statement: &Signature) -> Option<bool> {
    statement.config()?.hashed_subpackets().find_map(|p| match &p.data {
        SubpacketData::KeyFlags(flags) => Some(flags.sign()),
        _ => None,
    })
}

/// Made already, and not expired. A statement from the future does not hold yet.
fn in_force(signature: &Signature, now: Timestamp) -> bool {
    signature.created().is_some_and(|created| instant(created) <= now)
        && signature_end(signature).is_none_or(|end| end > now)
}

/// When a signature ends, if it does.
pub(super) fn signature_end(signature: &Signature) -> Option<Timestamp> {
    let secs = signature.signature_expiration_time()?.as_secs();
    (secs != 0).then(|| signature.created().map(|created| after(created, secs)))?
}

/// The OpenPGP time as ours.
pub(super) fn instant(time: pgp::types::Timestamp) -> Timestamp {
    after(time, 0)
}

fn after(time: pgp::types::Timestamp, secs: u32) -> Timestamp {
    // Two 32-bit numbers: far inside the range of timestamps.
    Timestamp::from_second(i64::from(time.as_secs()) + i64::from(secs)).unwrap_or(Timestamp::MAX)
}

fn digest_ok(signature: &Signature) -> bool {
    // rPGP's SHA-1 detects the known ways to make collisions and fails on them.
    signature.hash_alg() == Some(HashAlgorithm::Sha1) || signature.hash_alg().is_some_and(is_strong)
}

/// Digests accepted for signatures of files.
pub(super) fn is_strong(digest: HashAlgorithm) -> bool {
    use HashAlgorithm::{Sha3_256, Sha3_512, Sha256, Sha384, Sha512};
    matches!(digest, Sha256 | Sha384 | Sha512 | Sha3_256 | Sha3_512)
}

fn check_strength(key: &PublicParams) -> Result<(), Rejection> {
    match key {
        PublicParams::Ed25519(_) | PublicParams::EdDSALegacy(EddsaLegacyPublicParams::Ed25519 { .. }) => Ok(()),
        PublicParams::RSA(_) => {
            // The serialized form begins with the number of bits of the modulus (RFC 9580, 3.2).
            let bytes = key.to_bytes().unwrap_or_default();
            let bits = bytes.first_chunk().map_or(0, |length| u16::from_be_bytes(*length));
            if bits >= MIN_RSA_BITS { Ok(()) } else { Err(Rejection::WeakKey(format!("RSA of {bits} bits"))) }
        }
        PublicParams::DSA(_) => Err(Rejection::WeakKey("DSA".to_owned())),
        PublicParams::ECDSA(_) => Err(Rejection::WeakKey("ECDSA".to_owned())),
        _ => Err(Rejection::WeakKey("of an algorithm not used here".to_owned())),
    }
}
