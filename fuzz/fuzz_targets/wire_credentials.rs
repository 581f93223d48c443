//! Enrolment tokens and device credentials: what is read is written back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_wire::{DeviceCredential, EnrollmentToken};

fuzz_target!(|text: &str| {
    if let Ok(token) = EnrollmentToken::decode(text) {
        let again = EnrollmentToken::decode(&token.encode()).expect("an encoded token can be read");
        assert!(again == token);
    }
    if let Some(credential) = DeviceCredential::decode(text) {
        let again = DeviceCredential::decode(&credential.encode()).expect("an encoded credential can be read");
        assert_eq!(again.secret_hash(), credential.secret_hash());
    }
});
