//! Compressed bodies, and that what is compressed comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_wsus::xpress::{compress, decompress};

fuzz_target!(|bytes: &[u8]| {
    let _ = decompress(bytes, 1 << 20);
    assert_eq!(decompress(&compress(bytes), bytes.len()).as_deref(), Ok(bytes));
});
