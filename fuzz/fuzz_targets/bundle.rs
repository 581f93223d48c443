//! Transfer bundles: as they come, and as a trusted signer's program might write them wrongly.
#![no_main]

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use libfuzzer_sys::fuzz_target;
use sluice_bundle::{PublicKey, SigningKey, verify};

/// The hash a bundle ends with when its frames are these.
fn framed(head: &[u8], input: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let digest = |pieces: &[&[u8]]| {
        let mut context = Context::new(&SHA256);
        pieces.iter().for_each(|piece| context.update(piece));
        context.finish().as_ref().to_vec()
    };
    let mut running = digest(&[b"sluice transfer bundle\0", head]);
    let mut frames = Vec::new();
    let mut rest = input;
    while let [kind, length, tail @ ..] = rest {
        let (body, next) = tail.split_at(usize::from(*length).min(tail.len()));
        let size = (body.len() as u32).to_be_bytes();
        let kind = kind % 4;
        running = digest(&[&running, &[kind], &size, body]);
        frames.extend([&[kind][..], &size, body, &running].concat());
        rest = next;
    }
    (frames, running)
}

fuzz_target!(|input: &[u8]| {
    let seed = [7; 32];
    let Some(key) = SigningKey::from_seed(&seed) else { return };
    let trusted: [PublicKey; 1] = [key.public()];
    let _ = verify(input, &trusted);

    let Some((length, rest)) = input.split_first() else { return };
    let (json, rest) = rest.split_at(usize::from(*length).min(rest.len()));
    let header: &[u8] = if json.is_empty() { HEADER } else { json };
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("32 bytes");
    assert_eq!(pair.public_key().as_ref(), trusted[0].0);
    let mut bundle = b"SLUICEB\n\0\x01".to_vec();
    bundle.extend(trusted[0].0);
    bundle.extend((header.len() as u32).to_be_bytes());
    bundle.extend(header);
    let signed = [&b"sluice transfer bundle header\0"[..], &bundle].concat();
    bundle.extend(pair.sign(&signed).as_ref());
    let (frames, last) = framed(&bundle, rest);
    bundle.extend(frames);
    bundle.extend(pair.sign(&[&b"sluice transfer bundle end\0"[..], &last].concat()).as_ref());
    let _ = verify(bundle.as_slice(), &trusted);
});

/// A header with which everything may follow.
const HEADER: &[u8] = br#"{"bundle":"00000000-0000-0000-0000-00000000000b","sequence":1,"previous":null,"site":"00000000-0000-0000-0000-000000000051","site_name":"s","created":"2026-01-01T00:00:00Z","expires":"2027-01-01T00:00:00Z","intended":null,"parts":["documents","content","collections","groups","deployments","declined","selection","settings"],"content":"all"}"#;
