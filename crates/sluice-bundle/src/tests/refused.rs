//! What was changed is refused, wherever and however.

use proptest::prelude::*;

use super::*;
use crate::{MAX_DATA, verify};

/// The places where the frames of a bundle begin, and the place after the last.
fn frames(bytes: &[u8]) -> Vec<usize> {
    let mut at = 46 + u32::from_be_bytes(bytes[42..46].try_into().unwrap()) as usize + 64;
    let mut places = vec![at];
    while at + 64 < bytes.len() {
        at += 5 + u32::from_be_bytes(bytes[at + 1..at + 5].try_into().unwrap()) as usize + 32;
        places.push(at);
    }
    places
}

#[test]
fn every_single_flipped_byte_is_found() {
    let bytes = write(&records(400, 500));
    assert!(verify(bytes.as_slice(), &trusted()).is_ok());
    for at in 0..bytes.len() {
        for bit in [1, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            assert!(verify(changed.as_slice(), &trusted()).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn every_cut_and_every_byte_more_is_found() {
    let bytes = write(&records(400, 500));
    for end in 0..bytes.len() {
        let error = verify(&bytes[..end], &trusted()).unwrap_err();
        let told =
            matches!(error, BundleError::Truncated { .. }) || end < 8 && matches!(error, BundleError::NotABundle);
        assert!(told, "{end}: {error:?}");
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    let error = verify(longer.as_slice(), &trusted()).unwrap_err();
    assert!(matches!(error, BundleError::TrailingBytes { position } if position == bytes.len() as u64), "{error:?}");
    assert!(verify([bytes.clone(), bytes].concat().as_slice(), &trusted()).is_err());
}

#[test]
fn no_frame_can_be_left_out_doubled_or_moved() {
    let bytes = write(&records(400, MAX_DATA + 1));
    let places = frames(&bytes);
    assert!(places.len() > 14);
    let frame = |n: usize| &bytes[places[n]..places[n + 1]];
    let count = places.len() - 1;
    let with = |order: &[usize]| {
        let frames: Vec<u8> = order.iter().flat_map(|n| frame(*n)).copied().collect();
        [&bytes[..places[0]], &frames, &bytes[places[count]..]].concat()
    };
    let order: Vec<usize> = (0..count).collect();
    assert_eq!(with(&order), bytes);
    for n in 0..count {
        let mut without = order.clone();
        without.remove(n);
        assert!(verify(with(&without).as_slice(), &trusted()).is_err(), "without frame {n}");
        let mut twice = order.clone();
        twice.insert(n, n);
        assert!(verify(with(&twice).as_slice(), &trusted()).is_err(), "frame {n} twice");
        for other in (n + 1..count).take(3) {
            let mut swapped = order.clone();
            swapped.swap(n, other);
            assert!(verify(with(&swapped).as_slice(), &trusted()).is_err(), "frames {n} and {other} swapped");
        }
    }
    // Whole records, too.
    assert!(verify([&bytes[..places[0]], &bytes[places[count - 1]..]].concat().as_slice(), &trusted()).is_err());
}

#[test]
fn pieces_of_two_bundles_make_none() {
    let (one, other) = (write(&records(400, 500)), write(&records(404, 500)));
    // After the first frame: until there they are the same.
    for place in frames(&one).into_iter().skip(1) {
        if place < other.len() {
            assert!(verify([&one[..place], &other[place..]].concat().as_slice(), &trusted()).is_err());
        }
    }
    let start = frames(&one)[0];
    let mut writer = BundleWriter::new(Vec::new(), &key(1), &Header { sequence: 8, ..header() }).unwrap();
    writer.record(Head::Selection {}, b"").unwrap();
    let newer = writer.finish(&key(1)).unwrap().out;
    assert_eq!(frames(&newer)[0], start);
    assert!(verify([&newer[..start], &one[start..]].concat().as_slice(), &trusted()).is_err(), "an old body");
}

#[test]
fn only_trusted_signers_count() {
    let bytes = write(&records(4, 5));
    let error = verify(bytes.as_slice(), &[key(2).public()]).unwrap_err();
    let BundleError::UnknownSigner { fingerprint } = error else { panic!("{error:?}") };
    assert_eq!(fingerprint, key(1).public().fingerprint());
    assert!(verify(bytes.as_slice(), &[]).is_err());
    // Somebody else's key in its place does not make the signature that key's.
    let mut forged = bytes.clone();
    forged[10..42].copy_from_slice(&key(9).public().0);
    assert!(matches!(verify(forged.as_slice(), &trusted()), Err(BundleError::HeaderSignature)));
    let mut other = bytes;
    other[9] = 2;
    assert!(matches!(verify(other.as_slice(), &trusted()), Err(BundleError::Version(2))));
}

/// What a trusted signer's program should not write is refused all the same.
#[test]
fn signed_nonsense_is_refused() {
    let packed = |size: usize| zstd::bulk::compress(&vec![0; size], 3).unwrap();
    let document = |n| Head::Document { update: Uuid::from_u128(n), revision: 1 };
    let with = |head: Head, body: &[u8], plain_size: u64| {
        let mut writer = BundleWriter::new(Vec::new(), &key(1), &header()).unwrap();
        writer.packed(head, body, plain_size).unwrap();
        verify(writer.finish(&key(1)).unwrap().out.as_slice(), &trusted())
    };
    assert!(with(document(1), &packed(1000), 1000).is_ok());
    assert!(with(document(1), &packed(1000), 999).is_err(), "it unpacks to more");
    assert!(with(document(1), &packed(1000), 1001).is_err(), "it unpacks to less");
    assert!(with(document(1), &packed(100 << 20), 10).is_err(), "it unpacks to far more");
    assert!(with(document(1), b"nonsense", 8).is_err());
    assert!(with(Head::Selection {}, &packed(15), 15).is_err(), "no identities");
    assert!(with(Head::Declined {}, &packed(15), 15).is_err(), "no list");
    assert!(with(Head::Licences {}, &packed(15), 15).is_err(), "no list");
    let mut writer = BundleWriter::new(Vec::new(), &key(1), &header()).unwrap();
    let file = Head::File { name: "x".into(), sha256: sha256(b"other") };
    writer.begin(&Record { head: file, packed: false, size: 3, plain_size: 3 }).unwrap();
    writer.data(b"abc").unwrap();
    let error = verify(writer.finish(&key(1)).unwrap().out.as_slice(), &trusted()).unwrap_err();
    assert!(error.to_string().contains("a file is not the one that was announced"), "{error}");
}

proptest! {
    #[test]
    fn anything_cut_out_is_missed(from in 0_usize..1500, len in 1_usize..200) {
        let bytes = write(&records(400, 500));
        let from = from % (bytes.len() - 1);
        let to = (from + len).min(bytes.len());
        let cut = [&bytes[..from], &bytes[to..]].concat();
        prop_assert!(verify(cut.as_slice(), &trusted()).is_err());
    }

    /// Frames of a trusted signer with anything in them: read, or refused with an error.
    #[test]
    fn signed_frames_of_anything(frames in prop::collection::vec((0_u8..5, frame_body()), 0..6)) {
        let start = write(&[]);
        let head = &start[..self::frames(&start)[0]];
        let hash = |pieces: &[&[u8]]| {
            let all = pieces.concat();
            aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &all).as_ref().to_vec()
        };
        let mut running = hash(&[b"sluice transfer bundle\0", head]);
        let mut bytes = head.to_vec();
        for (kind, body) in &frames {
            let length = u32::try_from(body.len()).unwrap().to_be_bytes();
            running = hash(&[&running, &[*kind], &length, body]);
            bytes.extend([&[*kind][..], &length, body, &running].concat());
        }
        bytes.extend(key(1).sign(b"sluice transfer bundle end\0", &running));
        let complete = verify(bytes.as_slice(), &trusted()).is_ok();
        prop_assert!(!complete || frames.last().is_some_and(|(kind, _)| *kind == 3));
    }
}

/// The body of a frame: sometimes one that belongs into a bundle.
fn frame_body() -> impl Strategy<Value = Vec<u8>> {
    let record = |packed: u8, size: u64, json: &str| {
        [&[packed][..], &size.to_be_bytes(), &size.to_be_bytes(), json.as_bytes()].concat()
    };
    let document = r#"{"kind":"document","update":"00000000-0000-0000-0000-000000000001","revision":1}"#;
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        (0_u8..3, 0_u64..4).prop_map(move |(packed, size)| record(packed, size, document)),
        Just(record(0, 0, r#"{"kind":"selection"}"#)),
        Just(serde_json::to_vec(&crate::Counts::default()).unwrap()),
    ]
}
