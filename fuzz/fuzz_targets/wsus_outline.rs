//! A request apart from what differs between clients: other values in a true outline change nothing else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluice_wsus::messages::client::{ClientRequest, Outline};
use sluice_wsus::messages::shared::Cookie;
use sluice_wsus::soap::{Envelope, Limits};

fn read(bytes: &[u8]) -> Option<ClientRequest> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut request = ClientRequest::read(Envelope::open(text, Limits::REQUEST).ok()?).ok()?;
    let cookie = Some(Cookie::default());
    match &mut request {
        ClientRequest::SyncUpdates(request) => {
            request.cookie = cookie;
            if let Some(products) = request.parameters.as_mut().and_then(|all| all.products_parameters.as_mut()) {
                (products.device_attributes, products.caller_attributes) = Default::default();
            }
        }
        ClientRequest::GetExtendedUpdateInfo(request) => {
            request.cookie = cookie;
            (request.device_attributes, request.caller_attributes) = Default::default();
        }
        _ => {}
    }
    Some(request)
}

fuzz_target!(|bytes: &[u8]| {
    let Some(outline) = Outline::find(bytes) else { return };
    let fixed = outline.fixed();
    if !outline.is_true() {
        return;
    }
    let mut other = Vec::new();
    for (part, value) in fixed.into_iter().zip(["2026-10-04T16:03:35Z", "QUJD", "", "", ""]) {
        other.extend_from_slice(part);
        other.extend_from_slice(value.as_bytes());
    }
    // A cookie that was no Base64 makes a request unreadable; this one is.
    if let Some(request) = read(bytes) {
        assert_eq!(Some(request), read(&other));
    }
});
