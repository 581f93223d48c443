//! Signed policies and their content.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_wire::{Policy, SignedPolicy};
use uuid::Uuid;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(signed) = serde_json::from_slice::<SignedPolicy>(bytes) {
        assert!(signed.open(&[0; 32], Uuid::nil(), None, 0).is_err());
    }
    if let Ok(policy) = serde_json::from_slice::<Policy>(bytes) {
        let _ = policy.content_hash();
    }
});
