//! A request of an update agent or a server, in any encoding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_wsus::messages::client::ClientRequest;
use sluice_wsus::messages::reporting::ReportingRequest;
use sluice_wsus::messages::simple_auth::SimpleAuthRequest;
use sluice_wsus::soap::{Envelope, Limits, decode};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes, None) else { return };
    let open = || Envelope::open(&text, Limits::REQUEST);
    let _ = open().map(ClientRequest::read);
    let _ = open().map(ReportingRequest::read);
    let _ = open().map(SimpleAuthRequest::read);
});
