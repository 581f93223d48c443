//! Every recorded exchange between servers: requests are read and written again with the same contents, answers of WSUS
//! byte for byte.

use crate::captures::shared_text;
use crate::messages::dss_auth::{DssAuthRequest, GetAuthorizationCookieResponse};
use crate::messages::server_sync::*;
use crate::messages::shared::UpdateIdentity;
use crate::soap::{
    AnswerError, ContentEncoding, Envelope, ErrorCode, Limits, Message, SoapVersion, read_response, write_response,
    write_server_request,
};
use crate::xpress;

/// The request of an exchange, and the text it was read from.
fn request(number: u32) -> Option<(String, ServerSyncRequest)> {
    let text = shared_text(&format!("captures/wsus-upstream/{number:06}/request.body"))?;
    let request = ServerSyncRequest::read(Envelope::open(&text, Limits::REQUEST).unwrap()).unwrap();
    Some((text, request))
}

/// The recorded requests are of a script, which wrote no declarations of `xsi` and `xsd`, no space in empty elements and
/// no `Get63LanguageOnly`; otherwise they are what we write.
fn assert_written<'a>(text: &str, request: &impl Message<'a>) {
    let written = String::from_utf8(write_server_request(request, SoapVersion::Soap11)).unwrap();
    let plain = written
        .replace(
            " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"",
            "",
        )
        .replace(" />", "/>")
        .replace("<Get63LanguageOnly>false</Get63LanguageOnly>", "");
    assert_eq!(plain, text.trim_end());
}

/// Reads the answer of an exchange, compares what is written again, and returns it. The text is leaked: a test's lifetime.
fn response<M: Message<'static>>(number: u32) -> Option<M> {
    let text: &'static str = shared_text(&format!("captures/wsus-upstream/{number:06}/response.body"))?.leak();
    let message: M = read_response(text).unwrap();
    let written = write_response(&message, SoapVersion::Soap11, ContentEncoding::Identity).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), text);
    let packed = write_response(&message, SoapVersion::Soap11, ContentEncoding::Xpress).unwrap();
    assert_eq!(xpress::decompress(&packed, text.len()).unwrap(), text.as_bytes());
    Some(message)
}

#[test]
fn get_auth_config() {
    let Some((text, ServerSyncRequest::GetAuthConfig(asked))) = request(1) else { return };
    assert_written(&text, &*asked);
    let answer = response::<GetAuthConfigResponse>(1).unwrap();
    assert_eq!(answer.last_change.to_string(), "2026-10-04T13:16:35.433Z");
    let [plug_in] = &answer.auth_info[..] else { panic!("one plug-in") };
    assert_eq!(plug_in.plug_in_id, "DssTargeting");
    assert_eq!(plug_in.service_url, "DssAuthWebService/DssAuthWebService.asmx");
}

#[test]
fn get_authorization_cookie() {
    let Some(text) = shared_text("captures/wsus-upstream/000002/request.body") else { return };
    let asked = DssAuthRequest::read(Envelope::open(&text, Limits::REQUEST).unwrap()).unwrap();
    let DssAuthRequest::GetAuthorizationCookie(asked) = asked else { panic!("{asked:?}") };
    assert_eq!(asked.account_name, "probe.lab.invalid");
    assert_eq!(asked.account_guid, "6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12");
    assert_written(&text, &*asked);
    let answer = response::<GetAuthorizationCookieResponse>(2).unwrap();
    assert_eq!((answer.cookie.plug_in_id.as_str(), answer.cookie.cookie_data.len()), ("DssTargeting", 432));
}

#[test]
fn get_cookie() {
    let Some((text, ServerSyncRequest::GetCookie(asked))) = request(3) else { return };
    assert_eq!((asked.protocol_version.as_str(), &asked.old_cookie), ("1.20", &None));
    assert_written(&text, &*asked);
    let answer = response::<GetCookieResponse>(3).unwrap();
    assert_eq!(answer.cookie.expiration.unwrap().to_string(), "2026-10-04T20:33:26.65455Z");
}

#[test]
fn get_config_data_with_and_without_anchor() {
    for (number, anchor, languages) in [(4, "9438,2026-10-04 16:09:27.167", 0), (5, "", 39)] {
        let Some((text, ServerSyncRequest::GetConfigData(asked))) = request(number) else { return };
        assert_eq!(asked.config_anchor, anchor);
        assert_written(&text, &*asked);
        let config = response::<GetConfigDataResponse>(number).unwrap().config;
        assert_eq!(config.language_update_list.len(), languages);
        assert_eq!((config.max_number_of_updates_per_request, config.protocol_version.as_str()), (100, "1.20"));
        assert_eq!(config.order, ElementOrder::Wsus);
        assert!(!config.catalog_only_sync && config.lazy_sync && !config.server_hosts_psf_files);
    }
}

/// Microsoft's own service writes another order, with other prefixes.
#[test]
fn get_config_data_of_microsoft() {
    let Some(text) = shared_text("captures/microsoft-sync/microsoft_sync_config_20261006.xml") else { return };
    let config = read_response::<GetConfigDataResponse>(&text).unwrap().config;
    assert!(config.catalog_only_sync && config.lazy_sync && config.server_hosts_psf_files);
    let limits = [
        config.max_number_of_updates_per_request,
        config.max_number_of_driver_sets_per_request,
        config.max_number_of_computer_ids_in_request,
        config.max_number_of_pnp_hardware_ids_in_request,
    ];
    assert_eq!(limits, [100, 100, 200, 450]);
    assert_eq!((config.order, config.protocol_version.as_str()), (ElementOrder::MicrosoftUpdate, "1.21"));
    let written = write_response(&GetConfigDataResponse { config }, SoapVersion::Soap11, ContentEncoding::Identity);
    let inside = |text: &str| {
        let (_, rest) = text.split_once("<GetConfigDataResult>").unwrap();
        rest.split_once("</GetConfigDataResult>").unwrap().0.to_owned()
    };
    assert_eq!(inside(&String::from_utf8(written.unwrap()).unwrap()), inside(&text));
}

#[test]
fn get_revision_id_list() {
    // Products, classifications, anchor, identities.
    let expected = [
        (6, 0, 0, "", 30),
        (7, 1, 0, "", 0),
        (8, 1, 1, "", 0),
        (9, 1, 1, "", 30),
        (10, 1, 1, "9438,2026-10-04 16:09:27.371", 30),
        (11, 1, 1, "9438,2026-10-04 16:09:27.371", 0),
        (12, 0, 0, "9438,2026-10-04 16:09:27.371", 0),
    ];
    for (number, categories, classifications, anchor, identities) in expected {
        let Some((text, ServerSyncRequest::GetRevisionIdList(asked))) = request(number) else { return };
        let filter = asked.filter.as_ref().unwrap();
        assert_eq!((filter.categories.len(), filter.classifications.len()), (categories, classifications));
        assert_eq!((filter.anchor.as_str(), filter.get_config), (anchor, number == 6));
        assert!(filter.categories.iter().chain(&filter.classifications).all(|entry| entry.delta == (number == 11)));
        assert_written(&text, &*asked);
        let answer = response::<GetRevisionIdListResponse>(number).unwrap();
        assert_eq!(answer.new_revisions.len(), identities, "{number}");
        assert!(answer.anchor.starts_with("9438,2026-10-04 16:33:26."));
        let listed = GetRevisionIdListResponse::write_list(
            &answer.anchor,
            answer.new_revisions.iter().copied(),
            SoapVersion::Soap11,
            ContentEncoding::Identity,
        );
        assert_eq!(listed, write_response(&answer, SoapVersion::Soap11, ContentEncoding::Identity));
    }
}

#[test]
fn get_update_data() {
    for number in [13, 15] {
        let Some((text, ServerSyncRequest::GetUpdateData(asked))) = request(number) else { return };
        assert_written(&text, &*asked);
        let answer = response::<GetUpdateDataResponse<'_>>(number).unwrap();
        let [update] = &answer.updates[..] else { panic!("one update") };
        assert_eq!(asked.update_ids, [update.id]);
        match &update.blob {
            Some(UpdateBlob::Packed(_)) => assert_eq!(number, 13),
            Some(UpdateBlob::Plain(_)) => assert_eq!(number, 15),
            None => panic!("no document"),
        }
        let written = GetUpdateDataResponse::write_updates(
            answer.updates.iter().cloned(),
            &answer.file_urls,
            SoapVersion::Soap11,
            ContentEncoding::Identity,
        );
        assert_eq!(written, write_response(&answer, SoapVersion::Soap11, ContentEncoding::Identity));
    }
}

#[test]
fn faults_and_what_was_asked() {
    let unknown = UpdateIdentity { update_id: uuid::Uuid::from_u128(1), revision_number: 1 };
    let Some((text, ServerSyncRequest::GetUpdateData(asked))) = request(17) else { return };
    assert_eq!(asked.update_ids, [unknown]);
    assert_written(&text, &*asked);
    for (number, code, message) in [
        (17, ErrorCode::InternalServerError, ""),
        (18, ErrorCode::InvalidParameters, "filter"),
        (19, ErrorCode::InvalidCookie, ""),
    ] {
        let (_, asked) = request(number).unwrap();
        let text = shared_text(&format!("captures/wsus-upstream/{number:06}/response.body")).unwrap();
        let Err(AnswerError::Fault(fault)) = read_response::<GetRevisionIdListResponse>(&text) else { panic!() };
        assert_eq!((fault.code(), fault.message.as_str()), (Some(code), message));
        assert_eq!(fault.method, asked.action());
    }
}

/// A request of a .NET client, byte for byte.
#[test]
fn a_request_of_a_dotnet_client_is_written_as_it_came() {
    let Some(text) = shared_text("real-inputs/wire/asmx-wsusss-GetConfigData.txt") else { return };
    let (_, body) = text.split_once("\n\n").or_else(|| text.split_once("\r\n\r\n")).unwrap();
    let request = ServerSyncRequest::read(Envelope::open(body, Limits::REQUEST).unwrap()).unwrap();
    let ServerSyncRequest::GetConfigData(request) = request else { panic!("{request:?}") };
    assert_eq!(request.cookie.as_ref().unwrap().encrypted_data, [0, 1, 2, 3, 4, 5]);
    assert_eq!(String::from_utf8(write_server_request(&*request, SoapVersion::Soap11)).unwrap(), body.trim_end());
}
