//! Every recorded answer is read, and written again byte for byte.

use crate::captures::shared_text;
use crate::messages::client::*;
use crate::messages::reporting::ReportEventBatchResponse;
use crate::messages::shared::DeploymentAction;
use crate::messages::simple_auth::GetAuthorizationCookieResponse;
use crate::soap::{
    AnswerError, ContentEncoding, ErrorCode, Fault, Fragment, Message, SoapVersion, Style, read_response,
    write_response,
};
use crate::xpress;

/// Reads the answer in a file, compares what is written again, and returns it. The text is leaked: a test's lifetime.
fn captured<M: Message<'static>>(path: &str) -> Option<M> {
    let text: &'static str = shared_text(path)?.leak();
    let message: M = read_response(text).unwrap();
    let written = write_response(&message, SoapVersion::Soap11, ContentEncoding::Identity).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), text);
    let packed = write_response(&message, SoapVersion::Soap11, ContentEncoding::Xpress).unwrap();
    assert_eq!(xpress::decompress(&packed, text.len()).unwrap(), text.as_bytes());
    Some(message)
}

#[test]
fn get_config() {
    let path = "captures/wua-wsus/scan/000001/response.body";
    let Some(config) = captured::<GetConfigResponse>(path) else { return };
    assert!(config.is_registration_required);
    assert_eq!(config.auth_info[0].service_url, "SimpleAuthWebService/SimpleAuth.asmx");
    let names: Vec<_> = config.properties.iter().map(|property| property.name.as_str()).collect();
    let expected = [
        "MaxExtendedUpdatesPerRequest",
        "PackageServerShare",
        "ProtocolVersion",
        "IsInventoryRequired",
        "ClientReportingLevel",
    ];
    assert_eq!(names, expected);
}

#[test]
fn get_authorization_cookie() {
    let path = "captures/wua-wsus/scan/000002/response.body";
    let Some(response) = captured::<GetAuthorizationCookieResponse>(path) else { return };
    assert_eq!(response.cookie.plug_in_id, "SimpleTargeting");
    assert_eq!(response.cookie.cookie_data.len(), 496);
}

#[test]
fn get_cookie() {
    let path = "captures/wua-wsus/scan/000003/response.body";
    let Some(response) = captured::<GetCookieResponse>(path) else { return };
    assert_eq!(response.cookie.expiration.unwrap().to_string(), "2026-10-04T16:03:35.9967236Z");
    assert_eq!(response.cookie.encrypted_data.len(), 224);
}

#[test]
fn register_computer_is_empty() {
    let _ = captured::<RegisterComputerResponse>("captures/wua-wsus/scan/000004/response.body");
}

#[test]
fn start_category_scan() {
    let path = "captures/wua-wsus/scan/000005/response.body";
    let Some(response) = captured::<StartCategoryScanResponse>(path) else { return };
    assert_eq!((response.preferred_category_ids.len(), response.requested_category_ids_in_error.len()), (1, 0));
}

#[test]
fn sync_updates_rounds() {
    for (folder, id, leaf) in [("000006", 108_226, false), ("000007", 108_231, false), ("000008", 72_571, true)] {
        let path = format!("captures/wua-wsus/scan/{folder}/response.body");
        let Some(response) = captured::<SyncUpdatesResponse>(&path) else { return };
        let [update] = response.result.new_updates.as_slice() else { panic!("one update") };
        assert_eq!((update.id, update.is_leaf), (id, leaf));
        assert_eq!(update.deployment.as_ref().unwrap().action, DeploymentAction::Evaluate);
        let xml = update.xml.as_ref().unwrap().to_xml().unwrap();
        assert!(xml.starts_with("<UpdateIdentity UpdateID=\""), "{xml}");
        assert_eq!(response.result.driver_sync_not_needed, Some(true));
    }
}

#[test]
fn sync_updates_with_nothing_new() {
    for path in ["captures/wua-wsus/scan/000009/response.body", "captures/wua-wsus/flow/000014/response.body"] {
        let Some(response) = captured::<SyncUpdatesResponse>(path) else { return };
        assert!(response.result.new_updates.is_empty() && !response.result.truncated);
    }
}

#[test]
fn sync_updates_with_a_full_page() {
    let path = "captures/driver-wsus/000005/response.body";
    let Some(response) = captured::<SyncUpdatesResponse>(path) else { return };
    assert_eq!(response.result.new_updates.len(), 30);
    assert!(response.result.truncated);
    assert_eq!(response.result.driver_sync_not_needed, Some(false));
}

/// The recording is an excerpt without envelope: it gets one, and every element must come back.
#[test]
fn software_updates_with_large_fragments() {
    let Some(excerpt) = shared_text("captures/wua-wsus/flow-excerpts/software-updateinfo.xml") else { return };
    let from = excerpt.find("<NewUpdates").unwrap();
    let excerpt = excerpt[from..].trim_end();
    let text: &'static str = format!(
        "<s:Envelope xmlns:s=\"{}\"><s:Body><SyncUpdatesResponse xmlns=\"{}\"><SyncUpdatesResult>{excerpt}\
         <Truncated>false</Truncated></SyncUpdatesResult></SyncUpdatesResponse></s:Body></s:Envelope>",
        SoapVersion::Soap11.namespace(),
        SERVICE.namespace,
    )
    .leak();
    let response: SyncUpdatesResponse = read_response(text).unwrap();
    let updates = &response.result.new_updates;
    let count = |action| updates.iter().filter(|update| update.deployment.as_ref().unwrap().action == action).count();
    assert_eq!((count(DeploymentAction::Install), count(DeploymentAction::Bundle)), (1, 7));
    let written = write_response(&response, SoapVersion::Soap11, ContentEncoding::Identity).unwrap();
    let written = String::from_utf8(written).unwrap();
    let squeeze = |text: &str| text.replace(">\n<", "><");
    assert!(squeeze(&written).contains(squeeze(excerpt).as_str()));
}

/// Fragments that were packed before make the same text.
#[test]
fn ready_blocks_are_put_together() {
    let path = "captures/driver-wsus/000005/response.body";
    let Some(mut response) = captured::<SyncUpdatesResponse>(path) else { return };
    let plain = write_response(&response, SoapVersion::Soap11, ContentEncoding::Identity).unwrap();
    for update in &mut response.result.new_updates {
        let Some(Fragment::Escaped(text)) = &update.xml else { panic!("escaped") };
        update.xml = Some(Fragment::Packed(xpress::compress(text).leak()));
    }
    assert_eq!(write_response(&response, SoapVersion::Soap11, ContentEncoding::Identity).unwrap(), plain);
    let packed = write_response(&response, SoapVersion::Soap11, ContentEncoding::Xpress).unwrap();
    assert_eq!(xpress::decompress(&packed, plain.len()).unwrap(), plain);
    assert!(packed.len() < plain.len());
}

#[test]
fn get_extended_update_info() {
    let path = "captures/wua-wsus/scan/000010/response.body";
    let Some(response) = captured::<GetExtendedUpdateInfoResponse>(path) else { return };
    let ids: Vec<_> = response.updates.iter().map(|update| update.id).collect();
    assert_eq!(ids, [72_571, 108_226, 108_231, 72_571, 108_226, 108_231]);
    assert!(response.file_locations.is_empty());

    let path = "captures/wua-wsus/flow/000015/response.body";
    let Some(response) = captured::<GetExtendedUpdateInfoResponse>(path) else { return };
    assert_eq!(response.file_locations.len(), 9);
    assert!(response.file_locations.iter().all(|file| file.file_digest.len() == 20));
}

/// Its cookie was blanked with a word that is neither date nor Base64, so the cookie is filled in first.
#[test]
fn get_file_locations() {
    let Some(text) = shared_text("captures/windows-servicing/get-file-locations-response.xml") else { return };
    let text = text
        .replace("<Expiration>REDACTED<", "<Expiration>2026-10-04T16:03:35.5Z<")
        .replace("<EncryptedData>REDACTED<", "<EncryptedData>AAAA<");
    let response: GetFileLocationsResponse = read_response(&text).unwrap();
    assert_eq!(response.file_locations.len(), 1);
    let written = write_response(&response, SoapVersion::Soap11, ContentEncoding::Identity).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), text.trim_end());
}

#[test]
fn report_event_batch() {
    for folder in ["000016", "000018"] {
        let path = format!("captures/wua-wsus/flow/{folder}/response.body");
        let Some(response) = captured::<ReportEventBatchResponse>(&path) else { return };
        assert!(response.accepted);
    }
}

/// The fault of the client service, and one of an ASMX service with an actor and an empty message.
#[test]
fn faults() {
    for (path, style, code, message) in [
        (
            "captures/driver-wsus/000141/response.body",
            Style::Wcf,
            ErrorCode::InvalidParameters,
            "parameters.InstalledNonLeafUpdateIDs",
        ),
        ("captures/wsus-upstream/000017/response.body", Style::Asmx, ErrorCode::InternalServerError, ""),
        ("captures/wsus-upstream/000018/response.body", Style::Asmx, ErrorCode::InvalidParameters, "filter"),
        ("captures/wsus-upstream/000019/response.body", Style::Asmx, ErrorCode::InvalidCookie, ""),
    ] {
        let Some(text) = shared_text(path) else { return };
        let Err(AnswerError::Fault(fault)) = read_response::<SyncUpdatesResponse>(&text) else { panic!("{path}") };
        assert_eq!(fault.code(), Some(code), "{path}");
        assert_eq!(fault.reason, "Fault occurred");
        if !message.is_empty() {
            assert_eq!(fault.message, message);
        }
        let actor = text
            .split_once("<faultactor>")
            .and_then(|(_, rest)| rest.split_once("</faultactor>"))
            .map(|(actor, _)| actor.to_owned());
        let again =
            Fault { code, message: fault.message.clone(), id: fault.id.unwrap(), action: fault.method.clone(), actor };
        assert_eq!(String::from_utf8(again.write(style, SoapVersion::Soap11)).unwrap(), text);
    }
}
