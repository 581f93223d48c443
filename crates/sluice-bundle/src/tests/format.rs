//! What is written comes back.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{MAX_DATA, ids_from_bytes, verify};

#[test]
fn everything_comes_back() {
    let records = records(4_000, 3 * MAX_DATA + 5);
    let bytes = write(&records);
    assert_eq!(read(&bytes).unwrap(), records);
    let verified = verify(bytes.as_slice(), &trusted()).unwrap();
    assert_eq!((verified.header, verified.signer), (header(), key(1).public()));
    assert_eq!(verified.size, bytes.len() as u64);
    let counts = verified.counts;
    assert_eq!((counts.records, counts.documents, counts.files, counts.groups), (10, 2, 1, 1));
    assert_eq!(counts.file_bytes, 3 * MAX_DATA as u64 + 5);
    // Payloads that nobody reads are checked all the same.
    let mut reader = BundleReader::open(bytes.as_slice(), &trusted()).unwrap();
    while reader.next_record().unwrap().is_some() {}
    assert_eq!((reader.counts(), reader.hash()), (counts, verified.hash));
}

#[test]
fn the_beginning_is_as_documented() {
    let bytes = write(&[]);
    assert_eq!(&bytes[..8], b"SLUICEB\n");
    assert_eq!(&bytes[8..10], [0, 1]);
    assert_eq!(&bytes[10..42], key(1).public().0);
    let length = u32::from_be_bytes(bytes[42..46].try_into().unwrap()) as usize;
    assert_eq!(serde_json::from_slice::<Header>(&bytes[46..46 + length]).unwrap(), header());
    // Signature, then the end: a frame with the counts and a signature.
    let end = &bytes[46 + length + 64..];
    assert_eq!(end[0], 3);
    let length = u32::from_be_bytes(end[1..5].try_into().unwrap()) as usize;
    assert_eq!(end.len(), 5 + length + 32 + 64);
}

#[test]
fn keys_are_texts() {
    let public = key(1).public();
    assert_eq!(public.to_string().parse(), Ok(public));
    assert_eq!(public.fingerprint().len(), 79);
    assert!("00".parse::<PublicKey>().is_err());
    assert_eq!(format!("{:?}", key(1)), format!("SigningKey({public})"));
}

#[test]
fn lists_of_identities() {
    let ids: Vec<Uuid> = (0..3).map(Uuid::from_u128).collect();
    assert_eq!(ids_from_bytes(&ids_to_bytes(ids.clone())), Some(ids));
    assert_eq!(ids_from_bytes(&[0; 15]), None);
}

#[test]
fn a_writer_refuses_what_would_be_no_bundle() {
    let new = |header: &Header| BundleWriter::new(Vec::new(), &key(1), header);
    let wrong = [
        Header { sequence: 0, ..header() },
        Header { expires: at(999), ..header() },
        Header { previous: Some(header().bundle), ..header() },
        Header { parts: vec![Part::Groups, Part::Documents], ..header() },
        Header { site_name: "a\nb".into(), ..header() },
    ];
    for header in wrong {
        assert!(matches!(new(&header), Err(BundleError::Header(_))), "{header:?}");
    }
    let mut writer = new(&Header { parts: vec![Part::Documents, Part::Groups], ..header() }).unwrap();
    writer.record(Head::Group { id: Uuid::nil(), name: "g".into() }, &[]).unwrap();
    let document = Head::Document { update: Uuid::nil(), revision: 1 };
    assert!(matches!(writer.record(document, b"x"), Err(BundleError::Misuse(_))), "out of order");
    assert!(matches!(writer.record(Head::Selection {}, b""), Err(BundleError::Misuse(_))), "not announced");
    let group = Head::Group { id: Uuid::nil(), name: "g".into() };
    writer.begin(&Record { head: group, packed: false, size: 2, plain_size: 2 }).unwrap();
    assert!(matches!(writer.data(b"abc"), Err(BundleError::Misuse(_))));
    assert!(matches!(writer.finish(&key(1)), Err(BundleError::Misuse(_))));
}

proptest! {
    #[test]
    fn any_payload_comes_back(payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 0..6)) {
        let head = |n: usize| Head::Document { update: Uuid::from_u128(n as u128), revision: 1 };
        let records: Vec<_> = payloads.into_iter().enumerate().map(|(n, payload)| (head(n), payload)).collect();
        prop_assert_eq!(read(&write(&records)).unwrap(), records);
    }

    #[test]
    fn no_bytes_make_reading_fail_otherwise_than_with_an_error(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(verify(bytes.as_slice(), &trusted()).is_err());
    }
}
