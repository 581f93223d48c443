//! Requests of downstream servers and answers of upstream servers, in any encoding; documents are unpacked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_wsus::messages::dss_auth::DssAuthRequest;
use sluice_wsus::messages::rollup::{GetRollupConfigurationResponse, RollupComputersResponse, RollupRequest};
use sluice_wsus::messages::server_sync::{
    GetConfigDataResponse, GetDeploymentsResponse, GetRevisionIdListResponse, GetUpdateDataResponse, ServerSyncRequest,
};
use sluice_wsus::soap::{Envelope, Limits, decode, read_response};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes, None) else { return };
    let open = || Envelope::open(&text, Limits::SERVER_REQUEST);
    let _ = open().map(ServerSyncRequest::read);
    let _ = open().map(DssAuthRequest::read);
    let _ = open().map(RollupRequest::read);
    let _ = read_response::<GetConfigDataResponse>(&text);
    let _ = read_response::<GetRevisionIdListResponse>(&text);
    let _ = read_response::<GetDeploymentsResponse>(&text);
    let _ = read_response::<GetRollupConfigurationResponse>(&text);
    let _ = read_response::<RollupComputersResponse>(&text);
    if let Ok(response) = read_response::<GetUpdateDataResponse<'_>>(&text) {
        for blob in response.updates.iter().filter_map(|update| update.blob.as_ref()) {
            let _ = blob.to_document(1 << 20);
        }
    }
});
