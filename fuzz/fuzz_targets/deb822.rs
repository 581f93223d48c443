//! The stanza syntax, from memory and as a stream: both must see the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_packages::deb::deb822::{StanzaReader, stanzas};

/// Small, so that the fuzzer reaches it.
const LIMIT: usize = 256;

fuzz_target!(|bytes: &[u8]| {
    let mut reader = StanzaReader::new(bytes).with_limit(LIMIT);
    for in_memory in stanzas(bytes).with_limit(LIMIT) {
        match (in_memory, reader.next()) {
            (Ok(expected), Ok(Some(stanza))) => {
                assert_eq!(expected.line(), stanza.line());
                assert_eq!(expected.fields().len(), stanza.fields().len());
                for field in stanza.fields() {
                    let value = field.value();
                    let _ = (value.first_line(), value.folded(), value.words().count(), value.lines().count());
                }
            }
            (Err(expected), Err(error)) => {
                assert_eq!(expected.line(), error.line());
                if error.is_fatal() {
                    return;
                }
            }
            (expected, found) => panic!("{expected:?} in memory, {found:?} as a stream"),
        }
    }
});
