//! An update document, the fragments derived from it, and its rules.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_wsus::update::rules::Applicability;
use sluice_wsus::update::{UpdateDocument, decode};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes) else { return };
    if let Ok(document) = UpdateDocument::parse(&text) {
        document.fragments().expect("what is read can be sent");
    }
    let _ = Applicability::parse(&text);
});
