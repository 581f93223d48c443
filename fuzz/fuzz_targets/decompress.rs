//! Compressed indices: never more bytes than announced.
#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use sluice_packages::decompress::{Compression, Decompressor, OutputSize};

const LIMIT: u64 = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    for compression in [Compression::Xz, Compression::Gzip, Compression::Plain] {
        let Ok(mut reader) = Decompressor::new(bytes, compression, OutputSize::AtMost(LIMIT)) else { continue };
        let mut unpacked = Vec::new();
        let _ = reader.read_to_end(&mut unpacked);
        assert!(unpacked.len() as u64 <= LIMIT);
    }
});
