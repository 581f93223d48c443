//! Keyrings, binary and armored.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_packages::openpgp::Keyring;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(keyring) = Keyring::from_bytes(bytes) {
        assert!(!keyring.is_empty());
        let _ = keyring.keys().count();
    }
});
