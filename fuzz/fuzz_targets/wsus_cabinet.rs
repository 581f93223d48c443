//! Cabinet files.
#![no_main]

use std::io::{Cursor, Read as _};

use libfuzzer_sys::fuzz_target;
use sluice_wsus::cabinet::Cabinet;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut cabinet) = Cabinet::open(Cursor::new(bytes)) else { return };
    while let Ok(Some(mut member)) = cabinet.next_member() {
        let mut content = Vec::new();
        if (&mut member).take(1 << 20).read_to_end(&mut content).is_err() {
            return;
        }
    }
});
