use super::*;
use crate::captures::{documents, shared_text};
use crate::messages::server_sync::{GetUpdateDataResponse, UpdateBlob};
use crate::soap::{Fragment, read_response};

const LIMIT: usize = 1 << 20;

/// The recorded answers with documents; those that are among the recorded documents too are equal to them.
#[test]
fn recorded_documents_come_out() {
    let known = documents();
    for folder in ["000013", "000015"] {
        let Some(text) = shared_text(&format!("captures/wsus-upstream/{folder}/response.body")) else { return };
        let response: GetUpdateDataResponse = read_response(&text).unwrap();
        let [update] = &response.updates[..] else { panic!("{} updates", response.updates.len()) };
        let document = update.blob.as_ref().unwrap().to_document(LIMIT).unwrap();
        crate::update::UpdateDocument::parse(&document).unwrap();
        let name = format!("{}-r{}", update.id.update_id, update.id.revision_number);
        if let Some((_, expected)) = known.iter().find(|(known, _)| *known == name) {
            assert_eq!(&document, expected);
        }
    }
}

#[test]
fn documents_come_back() {
    let mut all: Vec<String> = documents().into_iter().map(|(_, document)| document).collect();
    all.extend(["", "a", "<a>\u{1F600}\u{FFFD}\u{10FFFF}</a>", "\u{e9}"].map(str::to_owned));
    all.push("<\u{4e2d}\u{1F600}>".repeat(9_000));
    for document in all {
        let packed = pack(&document).unwrap();
        assert_eq!(unpack(&packed, document.len()).unwrap(), document);
        let blob = UpdateBlob::of_document(&document).unwrap();
        assert_eq!(matches!(blob, UpdateBlob::Packed(_)), document.encode_utf16().count() * 2 > 5_120);
        assert_eq!(blob.to_document(document.len()).unwrap(), document);
    }
}

/// As the cabinet of a document, with whatever is in it.
fn of_units(units: &[u16]) -> Vec<u8> {
    let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    crate::cabinet::write("blob", &bytes).unwrap()
}

#[test]
fn what_is_no_utf16_is_an_error_of_the_document() {
    for (units, position) in
        [(&[0x61, 0xD800, 0x61][..], 4), (&[0x61, 0xD800], 4), (&[0xDC00], 0), (&[0xD800, 0xD800, 0xDC00], 2)]
    {
        let error = unpack(&of_units(units), LIMIT).unwrap_err();
        assert_eq!(error.to_string(), format!("the packed document is not valid UTF-16 near byte {position}"));
    }
    let half = crate::cabinet::write("blob", b"a\0b").unwrap();
    assert!(matches!(unpack(&half, LIMIT), Err(BlobError::Encoding { position: 2 })));
    // A pair over the end of a block, and a mark at the front.
    let mut units = vec![0xFEFF];
    units.resize(16_383, 0x61);
    units.extend([0xD83D, 0xDE00]);
    assert_eq!(unpack(&of_units(&units), LIMIT).unwrap(), format!("{}\u{1F600}", "a".repeat(16_382)));
}

#[test]
fn sizes_are_compared_before_anything_is_unpacked() {
    let text = "\u{4e2d}".repeat(1_000);
    let mut packed = pack(&text).unwrap();
    assert_eq!(unpack(&packed, 3_000).unwrap(), text);
    assert!(matches!(unpack(&packed, 2_999), Err(BlobError::TooLarge { limit: 2_999 })));
    assert!(matches!(unpack(&packed, 999), Err(BlobError::TooLarge { limit: 999 })));
    // The size of the member is at its place in the head: four gigabytes.
    packed[44..48].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(unpack(&packed, LIMIT), Err(BlobError::TooLarge { .. })));
    packed[44..48].copy_from_slice(&4_000_u32.to_le_bytes());
    assert_eq!(unpack(&packed, LIMIT).unwrap_err().to_string(), "the packed document cannot be unpacked");
}

#[test]
fn damaged_texts_are_errors() {
    let document = |blob: UpdateBlob<'_>| blob.to_document(10).map_err(|error| error.to_string());
    let plain = |text: &'static str| UpdateBlob::Plain(Fragment::escaped(text.as_bytes()));
    let packed = |text: &'static str| UpdateBlob::Packed(text.into());
    assert_eq!(document(plain("&lt;a/&gt;")).unwrap(), "<a/>");
    assert_eq!(document(plain("&nbsp;")).unwrap_err(), "the document's text is damaged");
    assert_eq!(document(plain("12345678901")).unwrap_err(), "the document is larger than 10 bytes");
    assert_eq!(document(packed("!")).unwrap_err(), "the packed document is not Base64");
    assert_eq!(document(packed("AAAA")).unwrap_err(), "the packed document cannot be unpacked");
    let mut empty = pack("").unwrap();
    assert_eq!(unpack(&empty, 10).unwrap(), "");
    // No members.
    empty[28] = 0;
    assert!(matches!(unpack(&empty, 10), Err(BlobError::Empty)));
}
