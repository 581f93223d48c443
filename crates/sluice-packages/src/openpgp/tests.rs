//! The whole of verification: keys made here, and the files this machine got from Debian.

use jiff::Timestamp;
use pgp::composed::{
    ArmorOptions, CleartextSignedMessage, DetachedSignature, KeyType, SecretKeyParamsBuilder, SignedPublicKey,
    SignedSecretKey, SubkeyParamsBuilder,
};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{KeyFlags, Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::ser::Serialize;
use pgp::types::{Duration, Password, SigningKey, Tag};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

const TEXT: &str = "Origin: Test\n-Dash: escaped\nSuite: stable\n";
const MADE: u32 = 1_577_836_800; // 2020-01-01
const SIGNED: u32 = 4_070_908_800; // 2099-01-01
const DAY: u32 = 86_400;

/// In the far future, because rPGP dates self-signatures by the clock.
fn now() -> Timestamp {
    Timestamp::from_second(i64::from(SIGNED + DAY)).unwrap()
}

fn key(seed: u64, kind: KeyType, signing_subkey: bool) -> SignedSecretKey {
    let made = pgp::types::Timestamp::from_secs(MADE);
    let mut params = SecretKeyParamsBuilder::default();
    params.key_type(kind.clone()).created_at(made).can_certify(true).can_sign(!signing_subkey);
    params.primary_user_id(format!("test {seed}"));
    if signing_subkey {
        let subkey = SubkeyParamsBuilder::default().key_type(kind).created_at(made).can_sign(true).build().unwrap();
        params.subkeys(vec![subkey]);
    }
    params.build().unwrap().generate(StdRng::seed_from_u64(seed)).unwrap()
}

fn ed25519(seed: u64) -> SignedSecretKey {
    key(seed, KeyType::Ed25519Legacy, false)
}

/// What a signature says; the default is a good one.
struct Making {
    digest: HashAlgorithm,
    at: u32,
    valid_for: Option<u32>,
    kind: SignatureType,
}

const GOOD: Making = Making { digest: HashAlgorithm::Sha256, at: SIGNED, valid_for: None, kind: SignatureType::Text };

fn sub(data: SubpacketData) -> Subpacket {
    Subpacket::regular(data).unwrap()
}

fn config(making: &Making, key: &impl SigningKey) -> SignatureConfig {
    let mut config = SignatureConfig::v4(making.kind, key.algorithm(), making.digest);
    config.hashed_subpackets = vec![
        sub(SubpacketData::SignatureCreationTime(pgp::types::Timestamp::from_secs(making.at))),
        sub(SubpacketData::IssuerFingerprint(key.fingerprint())),
    ];
    if let Some(secs) = making.valid_for {
        config.hashed_subpackets.push(sub(SubpacketData::SignatureExpirationTime(Duration::from_secs(secs))));
    }
    config
}

fn sign(making: &Making, key: &impl SigningKey, text: &str) -> Signature {
    config(making, key).sign(key, &Password::empty(), text.as_bytes()).unwrap()
}

fn inline(signatures: Vec<Signature>) -> String {
    let message = CleartextSignedMessage::new_many(TEXT, |_| Ok(signatures)).unwrap();
    message.to_armored_string(ArmorOptions::default()).unwrap()
}

/// As [`sign`], of what [`TEXT`] is in a cleartext message.
fn signed(making: &Making, key: &impl SigningKey) -> Signature {
    sign(making, key, &TEXT.replace('\n', "\r\n"))
}

fn keyring<'a>(certificates: impl IntoIterator<Item = &'a SignedPublicKey>) -> Keyring {
    let bytes: Vec<u8> = certificates.into_iter().flat_map(|c| c.to_bytes().unwrap()).collect();
    Keyring::from_bytes(&bytes).unwrap()
}

fn ring_of(key: &SignedSecretKey) -> Keyring {
    keyring([&key.to_public_key()])
}

fn refused(ring: &Keyring, file: &str) -> String {
    Verifier::new(ring, now()).verify_inline(file.as_bytes()).unwrap_err().to_string()
}

/// The certificate with a self-signature that says something else.
fn restated(
    key: &SignedSecretKey,
    expires_after: Option<u32>,
    may_sign: bool,
    digest: HashAlgorithm,
) -> SignedPublicKey {
    let mut certificate = key.to_public_key();
    let mut flags = KeyFlags::default();
    flags.set_certify(true);
    flags.set_sign(may_sign);
    let making = Making { kind: SignatureType::CertPositive, at: MADE + DAY, digest, ..GOOD };
    let mut config = config(&making, &key.primary_key);
    config.hashed_subpackets.push(sub(SubpacketData::KeyFlags(flags)));
    if let Some(secs) = expires_after {
        config.hashed_subpackets.push(sub(SubpacketData::KeyExpirationTime(Duration::from_secs(secs))));
    }
    let user = &mut certificate.details.users[0];
    let primary = key.primary_key.public_key();
    let made = config.sign_certification(&key.primary_key, primary, &Password::empty(), Tag::UserId, &user.id).unwrap();
    user.signatures = vec![made];
    certificate
}

#[test]
fn a_good_signature_gives_exactly_the_text() {
    let key = ed25519(1);
    for kind in [SignatureType::Text, SignatureType::Binary] {
        for digest in [HashAlgorithm::Sha256, HashAlgorithm::Sha512] {
            let file = inline(vec![signed(&Making { kind, digest, ..GOOD }, &key.primary_key)]);
            let ring = ring_of(&key);
            let verified = Verifier::new(&ring, now()).verify_inline(file.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(verified.text.into_owned()).unwrap(), TEXT);
            assert_eq!(verified.signers.len(), 1);
            assert_eq!(verified.signers[0].primary, verified.signers[0].key);
            assert_eq!(verified.signers[0].primary, KeyFingerprint::of(&key.primary_key));
            assert_eq!(verified.signers[0].signed_at.as_second(), i64::from(SIGNED));
            // A mirror or mail program that changed line ends has not changed the text.
            let crlf = file.replace('\n', "\r\n");
            assert!(Verifier::new(&ring, now()).verify_inline(crlf.as_bytes()).is_ok());
        }
    }
}

#[test]
fn any_change_of_the_text_or_signature_is_found() {
    let key = ed25519(1);
    let ring = ring_of(&key);
    let file = inline(vec![signed(&GOOD, &key.primary_key)]);
    let text_start = file.find("Origin").unwrap();
    let text_end = file.find("-----BEGIN PGP SIGNATURE").unwrap() - 1;
    for at in text_start..text_end {
        let mut bytes = file.clone().into_bytes();
        bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
        assert!(Verifier::new(&ring, now()).verify_inline(&bytes).is_err(), "changed byte {at}");
    }
    insta::assert_snapshot!(refused(&ring, &file.replace("stable", "stuble")).split_once(": ").unwrap().1.split_once(": ").unwrap().1,
        @"the signature is wrong: the file was changed or damaged");
    for (from, to) in [("Suite", "\nSuite"), ("stable\n", "stable\nMore: x\n"), ("Suite: stable\n", "")] {
        assert!(Verifier::new(&ring, now()).verify_inline(file.replace(from, to).as_bytes()).is_err(), "{from:?}");
    }
    let packet = DetachedSignature::new(sign(&GOOD, &key.primary_key, TEXT)).to_bytes().unwrap();
    assert!(Verifier::new(&ring, now()).verify_detached(TEXT.as_bytes(), &packet).is_ok());
    // Two pairs of bytes count the bits of the two numbers that follow; rPGP forgives a wrong count
    // there, with the same numbers.
    for at in (0..packet.len()).filter(|at| !matches!(at, 41 | 42 | 75 | 76)) {
        let mut bytes = packet.clone();
        bytes[at] ^= 1;
        assert!(Verifier::new(&ring, now()).verify_detached(TEXT.as_bytes(), &bytes).is_err(), "changed byte {at}");
    }
}

#[test]
fn one_good_signature_suffices() {
    let (old, new, other) = (ed25519(1), ed25519(2), ed25519(3));
    let ring = keyring([&old.to_public_key(), &new.to_public_key()]);
    let wrong = sign(&GOOD, &old.primary_key, "another text");
    let file = inline(vec![signed(&GOOD, &other.primary_key), wrong, signed(&GOOD, &new.primary_key)]);
    let verified = Verifier::new(&ring, now()).verify_inline(file.as_bytes()).unwrap();
    assert_eq!(
        verified.signers.iter().map(|s| &s.primary).collect::<Vec<_>>(),
        [&KeyFingerprint::of(&new.primary_key)]
    );
    let reasons: Vec<_> = verified.rejected.into_iter().map(|r| r.reason).collect();
    assert_eq!(reasons, [Rejection::UnknownKey, Rejection::BadSignature]);
}

#[test]
fn unknown_keys_are_named() {
    let (key, other) = (ed25519(1), ed25519(2));
    let file = inline(vec![signed(&GOOD, &other.primary_key)]);
    let fingerprint = KeyFingerprint::of(&other.primary_key);
    let error = Verifier::new(&ring_of(&key), now()).verify_inline(file.as_bytes()).unwrap_err();
    assert!(matches!(error, SignatureError::UnknownKeys { key_ids } if key_ids == [fingerprint.to_string()]));
    assert!(Verifier::new(&Keyring::default(), now()).verify_inline(file.as_bytes()).is_err());
}

#[test]
fn subkeys_sign_when_bound() {
    let key = key(1, KeyType::Ed25519Legacy, true);
    let subkey = &key.secret_subkeys[0];
    let file = inline(vec![signed(&GOOD, &subkey.key)]);
    let ring = ring_of(&key);
    let verified = Verifier::new(&ring, now()).verify_inline(file.as_bytes()).unwrap();
    assert_eq!(verified.signers[0].primary, KeyFingerprint::of(&key.primary_key));
    assert_eq!(verified.signers[0].key, KeyFingerprint::of(&subkey.key));
    assert_eq!(ring.keys().next().unwrap().subkeys, [KeyFingerprint::of(&subkey.key)]);

    // The primary key of this certificate is for certifying only.
    let by_primary = inline(vec![signed(&GOOD, &key.primary_key)]);
    assert!(refused(&ring, &by_primary).ends_with("the key is not for signing"));

    // Someone else's certificate that claims the subkey: the binding is not by its primary key.
    let mut thief = ed25519(2).to_public_key();
    thief.public_subkeys = key.to_public_key().public_subkeys;
    assert!(refused(&keyring([&thief]), &file).ends_with("the key has no valid self-signature"));

    // The thief binds the subkey himself, but cannot make the subkey agree.
    let thief_key = ed25519(2);
    let making = Making { kind: SignatureType::SubkeyBinding, at: MADE + DAY, ..GOOD };
    let mut config = config(&making, &thief_key.primary_key);
    let mut flags = KeyFlags::default();
    flags.set_sign(true);
    config.hashed_subpackets.push(sub(SubpacketData::KeyFlags(flags)));
    let stolen = subkey.key.public_key();
    let primary = thief_key.primary_key.public_key();
    let binding = config.sign_subkey_binding(&thief_key.primary_key, primary, &Password::empty(), &stolen).unwrap();
    thief.public_subkeys[0].signatures = vec![binding];
    assert!(refused(&keyring([&thief]), &file).ends_with("the key has no valid self-signature"));

    // A revoked subkey.
    let making = Making { kind: SignatureType::SubkeyRevocation, ..GOOD };
    let revocation = self::config(&making, &key.primary_key)
        .sign_subkey_binding(&key.primary_key, key.primary_key.public_key(), &Password::empty(), &stolen)
        .unwrap();
    let mut revoked = key.to_public_key();
    revoked.public_subkeys[0].signatures.push(revocation);
    assert!(refused(&keyring([&revoked]), &file).ends_with("the key is revoked"));
}

#[test]
fn pins_choose_among_known_keys() {
    let (key, other) = (key(1, KeyType::Ed25519Legacy, true), ed25519(2));
    let ring = keyring([&key.to_public_key(), &other.to_public_key()]);
    let file = inline(vec![signed(&GOOD, &key.secret_subkeys[0].key)]);
    let primary = KeyFingerprint::of(&key.primary_key).to_string();
    let subkey = KeyFingerprint::of(&key.secret_subkeys[0].key).to_string();
    let accepted = |pin: String| {
        let pins = [KeyPin::parse(&pin).unwrap()];
        Verifier::new(&ring, now()).pinned_to(&pins).verify_inline(file.as_bytes()).is_ok()
    };
    assert!(accepted(primary.to_lowercase()));
    assert!(accepted(subkey.clone()));
    assert!(accepted(format!("{subkey}!")));
    assert!(!accepted(format!("{primary}!")));
    assert!(!accepted(KeyFingerprint::of(&other.primary_key).to_string()));
    for text in ["", "6ED0E7B82643E131", "!", &format!("{primary}0"), &primary.replace('A', "G")] {
        assert!(KeyPin::parse(text).is_err() || *text == primary, "{text}");
    }
}

#[test]
fn keys_expire_and_are_revoked() {
    let key = ed25519(1);
    let file = inline(vec![signed(&GOOD, &key.primary_key)]);
    let life = SIGNED - MADE;
    let sha256 = HashAlgorithm::Sha256;
    assert!(
        Verifier::new(&keyring([&restated(&key, Some(life + 2 * DAY), true, sha256)]), now())
            .verify_inline(file.as_bytes())
            .is_ok()
    );
    assert!(
        refused(&keyring([&restated(&key, Some(life), true, sha256)]), &file)
            .ends_with("the key expired at 2099-01-01T00:00:00Z")
    );
    assert!(refused(&keyring([&restated(&key, None, false, sha256)]), &file).ends_with("the key is not for signing"));
    let making = Making { kind: SignatureType::KeyRevocation, ..GOOD };
    let revocation = config(&making, &key.primary_key)
        .sign_key(&key.primary_key, &Password::empty(), key.primary_key.public_key())
        .unwrap();
    let mut revoked = key.to_public_key();
    revoked.details.revocation_signatures.push(revocation);
    assert!(refused(&keyring([&revoked]), &file).ends_with("the key is revoked"));

    // A revocation by someone else means nothing.
    let enemy = ed25519(2);
    let forged = config(&making, &enemy.primary_key)
        .sign_key(&enemy.primary_key, &Password::empty(), key.primary_key.public_key())
        .unwrap();
    let mut certificate = key.to_public_key();
    certificate.details.revocation_signatures.push(forged);
    assert!(Verifier::new(&keyring([&certificate]), now()).verify_inline(file.as_bytes()).is_ok());

    // Nothing proves who the key belongs to and what it may do.
    let mut bare = key.to_public_key();
    bare.details.users.clear();
    assert!(refused(&keyring([&bare]), &file).ends_with("the key has no valid self-signature"));
}

#[test]
fn signatures_have_their_time() {
    let key = ed25519(1);
    let ring = ring_of(&key);
    let reason = |making: Making| refused(&ring, &inline(vec![signed(&making, &key.primary_key)]));
    assert!(reason(Making { valid_for: Some(DAY), ..GOOD }).ends_with("the signature expired at 2099-01-02T00:00:00Z"));
    assert!(reason(Making { at: SIGNED + 3 * DAY, ..GOOD }).contains("before its key was made or in the future"));
    assert!(reason(Making { at: MADE - 1, ..GOOD }).contains("before its key was made or in the future"));
}

/// Made by GnuPG, because rPGP makes no such keys.
#[test]
fn weak_keys_are_refused() {
    for (key, file, reason) in [
        (&include_bytes!("testdata/rsa1024.asc")[..], include_str!("testdata/rsa1024.signed"), "RSA of 1024 bits"),
        (include_bytes!("testdata/dsa2048.asc"), include_str!("testdata/dsa2048.signed"), "DSA"),
    ] {
        let error = refused(&Keyring::from_bytes(key).unwrap(), file);
        assert!(error.contains(&format!("the key is {reason}")), "{error}");
    }
}

#[test]
fn weak_digests_are_refused_for_files_only() {
    let rsa = key(1, KeyType::Rsa(2048), false);
    for digest in [HashAlgorithm::Sha1, HashAlgorithm::Md5, HashAlgorithm::Ripemd160, HashAlgorithm::Sha224] {
        let file = inline(vec![signed(&Making { digest, ..GOOD }, &rsa.primary_key)]);
        assert!(refused(&ring_of(&rsa), &file).ends_with(&format!("the digest {digest} is too weak or unknown")));
    }
    // The keyring itself is trusted: old keys certified themselves over SHA-1. Never over MD5.
    let file = inline(vec![signed(&GOOD, &rsa.primary_key)]);
    let old = keyring([&restated(&rsa, None, true, HashAlgorithm::Sha1)]);
    assert!(Verifier::new(&old, now()).verify_inline(file.as_bytes()).is_ok());
    let oldest = keyring([&restated(&rsa, None, true, HashAlgorithm::Md5)]);
    assert!(refused(&oldest, &file).ends_with("the key has no valid self-signature"));
}

#[test]
fn detached_signatures() {
    let key = ed25519(1);
    let ring = ring_of(&key);
    let verifier = Verifier::new(&ring, now());
    for kind in [SignatureType::Binary, SignatureType::Text] {
        let text = if kind == SignatureType::Text { TEXT.replace('\n', "\r\n") } else { TEXT.to_owned() };
        let signature = DetachedSignature::new(sign(&Making { kind, ..GOOD }, &key.primary_key, &text));
        let armored = signature.to_armored_bytes(ArmorOptions::default()).unwrap();
        for bytes in [armored, signature.to_bytes().unwrap()] {
            assert_eq!(&*verifier.verify_detached(TEXT.as_bytes(), &bytes).unwrap().text, TEXT.as_bytes());
            assert!(verifier.verify_detached(b"other", &bytes).is_err());
        }
    }
    assert!(matches!(verifier.verify_detached(b"x", b""), Err(SignatureError::NoSignatures)));
    let many: Vec<u8> = (0..=MAX_SIGNATURES)
        .flat_map(|_| DetachedSignature::new(sign(&GOOD, &key.primary_key, "x")).to_bytes().unwrap())
        .collect();
    assert!(matches!(verifier.verify_detached(b"x", &many), Err(SignatureError::TooManySignatures)));
    assert!(verifier.verify_detached(b"x", &key.to_public_key().to_bytes().unwrap()).is_err());
}

#[test]
fn keyrings_in_every_form() {
    let (a, b) = (ed25519(1).to_public_key(), ed25519(2).to_public_key());
    let binary = [a.to_bytes().unwrap(), b.to_bytes().unwrap()].concat();
    let armored = |c: &SignedPublicKey| c.to_armored_string(ArmorOptions::default()).unwrap();
    let both = format!("# comment\n{}\n{}", armored(&a), armored(&b));
    let count = |bytes: &[u8]| Keyring::from_bytes(bytes).map(|k| k.keys().count());
    assert_eq!(count(&binary).unwrap(), 2);
    assert_eq!(count(both.as_bytes()).unwrap(), 2);
    assert_eq!(count(armored(&a).as_bytes()).unwrap(), 1);
    let mut sum = Keyring::from_bytes(armored(&a).as_bytes()).unwrap();
    sum.add(Keyring::from_bytes(armored(&b).as_bytes()).unwrap());
    assert_eq!(sum.keys().map(|k| k.user_id.unwrap()).collect::<Vec<_>>(), ["test 1", "test 2"]);

    assert!(matches!(count(b""), Err(KeyringError::NoKeys)));
    assert!(matches!(count(b"garbage that is no key"), Err(KeyringError::NoKeys)));
    assert!(matches!(count(b"\0\0\0 \x01\x01\0\x02KBXf\0\0\0\0"), Err(KeyringError::Keybox)));
    let cut = armored(&a).replace("-----END PGP PUBLIC KEY BLOCK-----", "");
    assert!(matches!(count(cut.as_bytes()), Err(KeyringError::IncompleteArmor)));
    assert!(matches!(count(&vec![0; MAX_KEYRING_LEN + 1]), Err(KeyringError::TooLong)));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        let _ = Keyring::from_bytes(&bytes);
        let ring = Keyring::default();
        let _ = Verifier::new(&ring, now()).verify_detached(b"x", &bytes);
        let _ = Verifier::new(&ring, now()).verify_inline(&bytes);
    }
}

/// Debian's own keyring and files, made by GnuPG with RSA and Ed25519 keys.
#[test]
#[expect(clippy::disallowed_methods, reason = "the files of this machine are of their own time")]
fn the_files_of_this_machine() {
    let Ok(keyring) = std::fs::read("/usr/share/keyrings/debian-archive-keyring.gpg") else {
        eprintln!("SKIPPED: no Debian keyring here");
        return;
    };
    let keyring = Keyring::from_bytes(&keyring).unwrap();
    let now = Timestamp::now();
    let mut seen = 0;
    for entry in std::fs::read_dir("/var/lib/apt/lists").into_iter().flatten().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if !name.starts_with("mirror.example_") || !name.ends_with("_InRelease") {
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        let verified = Verifier::new(&keyring, now).verify_inline(&bytes).unwrap();
        let release = crate::deb::release::Release::parse(&verified.text).unwrap();
        assert_eq!(release.origin.as_deref(), Some("Debian"), "{name}");
        assert!(release.packages_index("main", "amd64").unwrap().path.ends_with(".xz"), "{name}");
        eprintln!("{name}: {} good, {:?}", verified.signers.len(), verified.rejected);
        let mut changed = bytes.clone();
        let at = memchr::memmem::find(&bytes, b"Packages").unwrap();
        changed[at] = b'q';
        assert!(Verifier::new(&keyring, now).verify_inline(&changed).is_err(), "{name}");
        seen += 1;
    }
    if seen == 0 {
        eprintln!("SKIPPED: no InRelease of Debian here");
    }
}
