//! An answer of an update server, as the simulator reads it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_wsus::messages::client::{GetExtendedUpdateInfoResponse, SyncUpdatesResponse};
use sluice_wsus::soap::read_response;

fuzz_target!(|text: &str| {
    let _ = read_response::<SyncUpdatesResponse>(text);
    let _ = read_response::<GetExtendedUpdateInfoResponse>(text);
});
