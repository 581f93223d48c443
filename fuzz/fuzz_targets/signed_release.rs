//! Signed files, without a trusted key: nothing may ever be accepted.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use sluice_packages::openpgp::{Keyring, Verifier};

fuzz_target!(|bytes: &[u8]| {
    let keyring = Keyring::default();
    let verifier = Verifier::new(&keyring, Timestamp::UNIX_EPOCH);
    assert!(verifier.verify_inline(bytes).is_err());
    let (text, signature) = bytes.split_at(bytes.len() / 2);
    assert!(verifier.verify_detached(text, signature).is_err());
});
