//! Spellings that are not recorded from agents but occur: SOAP 1.2, nil, other prefixes, encoded arrays.

use crate::captures::shared_text;
use crate::messages::client::*;
use crate::soap::{AnswerError, Envelope, ErrorCode, Limits, SoapError, SoapVersion, read_response};

fn read(text: &str) -> Result<ClientRequest, SoapError> {
    ClientRequest::read(Envelope::open(text, Limits::REQUEST)?)
}

fn derived(file: &str) -> Option<String> {
    shared_text(&format!("captures/spec-derived/{file}"))
}

#[test]
fn soap12_with_a_nil_cookie() {
    let Some(text) = derived("wusp_getcookie_request_soap12.xml") else { return };
    assert_eq!(Envelope::open(&text, Limits::REQUEST).unwrap().version, SoapVersion::Soap12);
    let Ok(ClientRequest::GetCookie(request)) = read(&text) else { panic!("GetCookie") };
    assert_eq!(request.old_cookie, None);
    assert_eq!(request.auth_cookies[0].cookie_data, [1, 2, 3, 4]);
    assert_eq!(request.protocol_version, "");
}

#[test]
fn nil_empty_and_absent_are_the_same() {
    let Some(text) = derived("wusp_nil_empty_absent.xml") else { return };
    let Ok(ClientRequest::GetFileLocations(request)) = read(&text) else { panic!("GetFileLocations") };
    assert_eq!(*request, GetFileLocations::default());
}

#[test]
fn other_prefixes_and_foreign_namespaces() {
    let Some(text) = derived("wusp_getconfig_response_alt_prefix.xml") else { return };
    let response: GetConfigResponse = read_response(&text).unwrap();
    assert!(response.is_registration_required);
    assert_eq!(response.allowed_event_ids, [7]);
    let text = derived("wusp_getconfig_response_soap11.xml").unwrap();
    let response: GetConfigResponse = read_response(&text).unwrap();
    assert_eq!(response.allowed_event_ids, [10, 11]);
    assert_eq!(response.auth_info[0].parameter, "Parameter");
    let text = derived("wusp_cookie_alt_namespace_children.xml").unwrap();
    let response: GetCookieResponse = read_response(&text).unwrap();
    assert_eq!(response.cookie.encrypted_data, [0, 1, 2]);
}

#[test]
fn encoded_arrays() {
    let Some(text) = derived("wusp_syncupdates_response_encoded_array.xml") else { return };
    let response: SyncUpdatesResponse = read_response(&text).unwrap();
    assert_eq!(response.result.out_of_scope_revision_ids, [5, 6]);
    assert!(response.result.truncated);
}

#[test]
fn faults_of_other_servers() {
    let fault = |file: &str| {
        let text = derived(file)?;
        match read_response::<GetCookieResponse>(&text) {
            Err(AnswerError::Fault(fault)) => Some(fault),
            other => panic!("{other:?}"),
        }
    };
    let Some(invalid) = fault("fault_soap11_invalid_cookie.xml") else { return };
    assert_eq!(invalid.code(), Some(ErrorCode::InvalidCookie));
    assert!(invalid.method.ends_with("/SyncUpdates"));
    let plain = fault("fault_soap11_no_errorcode.xml").unwrap();
    assert_eq!((plain.code(), plain.reason.as_str(), plain.fault_code.as_str()), (None, "boom", "Server"));
    let soap12 = fault("fault_soap12_wsusss_detail.xml").unwrap();
    assert_eq!((soap12.fault_code.as_str(), soap12.reason.as_str()), ("Sender", "bad digests"));
    assert_eq!((soap12.error_code.as_str(), soap12.message.as_str()), ("FileDigestsMissing", "AAAA|BBBB"));
}

#[test]
fn hostile_documents_are_refused() {
    let Some(text) = derived("malformed_unclosed.xml") else { return };
    assert!(matches!(read(&text), Err(SoapError::Malformed { .. } | SoapError::Unfinished)));
    let text = derived("dtd_external_entity.xml").unwrap();
    assert!(matches!(read(&text), Err(SoapError::DocumentType)));
}

fn sync_updates(parameters: &str) -> String {
    format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><SyncUpdates xmlns='{}'><parameters>\
         {parameters}</parameters></SyncUpdates></s:Body></s:Envelope>",
        SERVICE.namespace
    )
}

#[test]
fn any_order_and_unknown_elements() {
    let text = sync_updates(
        "<Later><Deep><int>9</int></Deep></Later><SkipSoftwareSync>1</SkipSoftwareSync>\
         <OtherCachedUpdateIDs><int> 5 </int><int/></OtherCachedUpdateIDs><ExpressQuery/>",
    );
    let Ok(ClientRequest::SyncUpdates(request)) = read(&text) else { panic!("SyncUpdates") };
    let parameters = request.parameters.unwrap();
    assert!(parameters.skip_software_sync && !parameters.express_query);
    assert_eq!(parameters.other_cached_update_ids, [5]);
}

#[test]
fn wrong_values_name_the_parameter() {
    for (inside, parameter) in [
        ("<InstalledNonLeafUpdateIDs><int>1e3</int></InstalledNonLeafUpdateIDs>", "InstalledNonLeafUpdateIDs"),
        ("<InstalledNonLeafUpdateIDs><int>2147483648</int></InstalledNonLeafUpdateIDs>", "InstalledNonLeafUpdateIDs"),
        ("<SkipSoftwareSync>maybe</SkipSoftwareSync>", "SkipSoftwareSync"),
        ("<FilterCategoryIds><CategoryIdentifier><Id>x</Id></CategoryIdentifier></FilterCategoryIds>", "Id"),
    ] {
        let error = read(&sync_updates(inside)).unwrap_err();
        assert_eq!(error.parameter(), Some(parameter), "{error}");
    }
}

#[test]
fn a_million_ids_are_refused() {
    let ids = "<int>1</int>".repeat(100_001);
    let error = read(&sync_updates(&format!("<OtherCachedUpdateIDs>{ids}</OtherCachedUpdateIDs>"))).unwrap_err();
    assert_eq!(error.parameter(), Some("OtherCachedUpdateIDs"));
    let text = sync_updates(&format!("<X>{}</X>", "<int/>".repeat(1_000_000)));
    assert!(matches!(read(&text), Err(SoapError::Limit { what: "elements", .. })));
}
