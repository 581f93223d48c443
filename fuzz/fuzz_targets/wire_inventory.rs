//! Inventory uploads: what is accepted has the announced hash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_wire::InventoryUpload;

fuzz_target!(|bytes: &[u8]| {
    let Ok(upload) = serde_json::from_slice::<InventoryUpload>(bytes) else { return };
    let announced = upload.hash.clone();
    if let Ok(inventory) = upload.clone().apply(None) {
        assert_eq!(inventory.hash(), announced);
    }
    let base = upload.rest.clone();
    let _ = upload.apply(Some(&base));
});
