//! Streams of update documents: they end, whatever they hold, and a document comes out as it went in.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_wsus::update::stream::DocumentStream;

const DOCUMENT: &[u8] = b"<upd:Update xmlns:upd=\"http://schemas.microsoft.com/msus/2002/12/Update\"><a/></upd:Update>";

fuzz_target!(|bytes: &[u8]| {
    // UTF-16 is told by the first two bytes; what is appended would then be read as that.
    let whole = [bytes, DOCUMENT].concat();
    let utf16 = matches!(whole.as_slice(), [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [_, 0, ..] | [0, _, ..]);
    let mut stream = DocumentStream::new(&whole[..]);
    let mut last = None;
    while let Some(document) = stream.next_document().expect("memory can be read") {
        last = document.text.ok();
    }
    assert!(utf16 || last.as_deref().is_some_and(|last| last.ends_with(DOCUMENT)));
});
