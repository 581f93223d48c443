//! Packed documents, and that what is packed comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_wsus::blob::{pack, unpack};

fuzz_target!(|bytes: &[u8]| {
    let _ = unpack(bytes, 1 << 20);
    let document = String::from_utf8_lossy(bytes);
    // A mark at the start is not of the document: whoever unpacks drops one.
    let document = document.trim_start_matches('\u{FEFF}');
    let packed = pack(document).expect("it is small");
    assert_eq!(unpack(&packed, document.len()).expect("it was packed here"), document);
});
