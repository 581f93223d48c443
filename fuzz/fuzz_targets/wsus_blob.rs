//! Packed documents, and that what is packed comes back.
#![no_main]

use std::sync::Once;

use libfuzzer_sys::fuzz_target;
use sluice_wsus::blob::{pack, unpack};

fuzz_target!(|bytes: &[u8]| {
    // As in `wsus_cabinet`: panics of the LZX library are caught. Those of the comparison below must end the run.
    static QUIET: Once = Once::new();
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    let _ = unpack(bytes, 1 << 20);
    let document = String::from_utf8_lossy(bytes);
    let document = document.strip_prefix('\u{FEFF}').unwrap_or(&document);
    let packed = pack(document).expect("it is small");
    if unpack(&packed, document.len()).ok().as_deref() != Some(document) {
        eprintln!("a packed document came back differently");
        std::process::abort();
    }
});
