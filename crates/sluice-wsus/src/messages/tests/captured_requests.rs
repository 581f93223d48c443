//! Every recorded request is read; those of real agents are written again byte for byte.

use crate::captures::shared_text;
use crate::messages::client::*;
use crate::messages::reporting::{ProcessorArchitecture, ReportingRequest, event_id};
use crate::messages::shared::FragmentType;
use crate::messages::simple_auth::{GetAuthorizationCookie, SimpleAuthRequest};
use crate::soap::{Envelope, Limits, Message, SoapVersion, write_request};

/// Reads the request in a file; `None` if there is no data.
fn client(path: &str) -> Option<(String, ClientRequest)> {
    let text = shared_text(path)?;
    let request = ClientRequest::read(Envelope::open(&text, Limits::REQUEST).unwrap()).unwrap();
    Some((text, request))
}

fn assert_written<'a>(text: &str, request: &impl Message<'a>) {
    assert_eq!(String::from_utf8(write_request(request, SoapVersion::Soap11)).unwrap(), text);
}

/// What must come out of a file as which operation.
macro_rules! captured {
    ($path:literal as $operation:ident) => {{
        let Some((text, request)) = client($path) else { return };
        let ClientRequest::$operation(request) = request else { panic!("{request:?}") };
        (text, *request)
    }};
}

#[test]
fn get_config() {
    let (text, request) = captured!("captures/wua-wsus/scan/000001/request.body" as GetConfig);
    assert_eq!(request.protocol_version, "2.90");
    assert_written(&text, &request);
}

#[test]
fn get_authorization_cookie() {
    let Some(text) = shared_text("captures/wua-wsus/scan/000002/request.body") else { return };
    let SimpleAuthRequest::GetAuthorizationCookie(request) =
        SimpleAuthRequest::read(Envelope::open(&text, Limits::REQUEST).unwrap()).unwrap();
    assert_eq!(request.client_id.len(), 36);
    assert_eq!(request.target_group_name, "");
    assert!(!request.dns_name.is_empty());
    assert_written(&text, &*request);
}

#[test]
fn get_cookie_with_an_old_cookie_without_data() {
    let (text, request) = captured!("captures/wua-wsus/scan/000003/request.body" as GetCookie);
    assert_eq!(request.auth_cookies.len(), 1);
    assert_eq!(request.auth_cookies[0].cookie_data.len(), 496);
    let old = request.old_cookie.as_ref().unwrap();
    assert_eq!((old.expiration, old.encrypted_data.len()), (request.current_time, 0));
    assert_eq!(request.last_change.unwrap().to_string(), "2026-10-04T13:17:07.59Z");
    assert_written(&text, &request);
}

#[test]
fn register_computer() {
    let (text, request) = captured!("captures/wua-wsus/scan/000004/request.body" as RegisterComputer);
    let info = request.computer_info.as_ref().unwrap();
    assert_eq!((info.os_major_version, info.os_build_number), (10, 26200));
    assert_eq!(info.processor_architecture, "AMD64");
    assert_eq!((info.suite_mask, info.old_product_type, info.new_product_type), (256, 1, 48));
    assert_eq!(info.os_description.as_deref(), Some("Windows 10 Pro"));
    assert_eq!(info.mobile_operator.as_deref(), Some("Not Present"));
    assert_eq!(request.cookie.as_ref().unwrap().encrypted_data.len(), 224);
    assert_written(&text, &request);
}

#[test]
fn start_category_scan_carries_no_cookie() {
    let (text, request) = captured!("captures/wua-wsus/scan/000005/request.body" as StartCategoryScan);
    assert_eq!(request.requested_categories.len(), 1);
    assert_eq!(request.requested_categories[0].index_of_and_group, 0);
    assert_written(&text, &request);
}

#[test]
fn sync_updates_software_rounds() {
    let rounds = [
        captured!("captures/wua-wsus/scan/000006/request.body" as SyncUpdates),
        captured!("captures/wua-wsus/scan/000007/request.body" as SyncUpdates),
        captured!("captures/wua-wsus/scan/000008/request.body" as SyncUpdates),
    ];
    for ((text, request), installed) in rounds.iter().zip([&[][..], &[108_226], &[108_226, 108_231]]) {
        let parameters = request.parameters.as_ref().unwrap();
        assert_eq!(parameters.installed_non_leaf_update_ids, installed);
        assert!(!parameters.skip_software_sync);
        assert_eq!(parameters.need_two_group_out_of_scope_updates, Some(true));
        assert_eq!(parameters.also_perform_regular_sync, Some(false));
        assert_eq!(parameters.filter_category_ids.len(), 1);
        assert_eq!(parameters.computer_spec, Some(ComputerSpec::default()));
        let products = parameters.products_parameters.as_ref().unwrap();
        assert_eq!(products.attributes().count(), 60);
        assert!(products.attributes().any(|pair| pair == ("OSVersion", "10.0.26200.8037")));
        assert_written(text, request);
    }
}

#[test]
fn sync_updates_driver_pass() {
    let (text, request) = captured!("captures/wua-wsus/scan/000009/request.body" as SyncUpdates);
    let parameters = request.parameters.as_ref().unwrap();
    assert!(parameters.skip_software_sync);
    assert_eq!(parameters.feature_score_matching_key, "AMD64.10.0");
    assert_eq!(parameters.computer_spec.as_ref().unwrap().hardware_ids.len(), 6);
    let devices = &parameters.system_spec;
    assert_eq!(devices.len(), 70);
    assert_eq!(devices.iter().map(|device| device.hardware_ids.len()).sum::<usize>(), 186);
    assert_eq!(devices.iter().map(|device| device.compatible_ids.len()).sum::<usize>(), 115);
    assert_eq!(devices.iter().filter(|device| device.device_flags == Some(1)).count(), 5);
    assert_eq!(devices.iter().filter(|device| !device.extension_drivers.is_empty()).count(), 1);
    let driver = devices[0].installed_driver.as_ref().unwrap();
    assert_eq!((driver.class.as_str(), driver.driver_rank), ("Printer", -1));
    assert_eq!(driver.driver_ver_version, 2_814_751_477_604_196);
    assert_eq!(driver.matching_computer_hwid, None);
    assert_written(&text, &request);
}

#[test]
fn get_extended_update_info() {
    let (text, request) = captured!("captures/wua-wsus/scan/000010/request.body" as GetExtendedUpdateInfo);
    assert_eq!(request.revision_ids, [72_571, 108_226, 108_231]);
    assert_eq!(request.info_types, [FragmentType::Extended, FragmentType::LocalizedProperties]);
    assert_eq!(request.locales, ["en-US", "en"]);
    assert_eq!(request.geo_id, "USA");
    assert_written(&text, &request);

    let (text, request) = captured!("captures/wua-wsus/flow/000015/request.body" as GetExtendedUpdateInfo);
    assert_eq!(request.revision_ids.len(), 18);
    assert!(request.caller_attributes.contains("Id=<<PROCESS>>: powershell.exe"));
    assert_written(&text, &request);
}

#[test]
fn plain_soap_with_empty_arrays() {
    let (_, request) = captured!("captures/driver-wsus/000005/request.body" as SyncUpdates);
    assert_eq!(request.cookie.unwrap().encrypted_data.len(), 224);
    assert_eq!(request.parameters.unwrap(), SyncUpdateParameters::default());
}

#[test]
fn event_batches() {
    for (path, ids) in [
        ("captures/wua-wsus/flow/000016/request.body", &[147, 148, 148, 148][..]),
        ("captures/wua-wsus/flow/000018/request.body", &[182, 182]),
    ] {
        let Some(text) = shared_text(path) else { return };
        let request = ReportingRequest::read(Envelope::open(&text, Limits::REQUEST).unwrap()).unwrap();
        let ReportingRequest::ReportEventBatch(request) = request else { panic!("{request:?}") };
        assert!(request.client_time.is_some());
        let events = &request.event_batch;
        assert_eq!(events.iter().map(|event| event.basic_data.event_id).collect::<Vec<_>>(), ids);
        for event in events {
            assert_eq!((event.basic_data.namespace_id, event.basic_data.source_id), (1, 101));
            assert_eq!(event.extended_data.processor_architecture, ProcessorArchitecture::Amd64Compatible);
            assert_eq!(event.extended_data.os_version.build, 26200);
            assert_eq!(event.extended_data.misc_data.agent_version(), Some("1507.2601.30012.0"));
        }
        assert_written(&text, &*request);
    }
}

#[test]
fn a_failed_installation_names_error_and_bundle() {
    let Some(text) = shared_text("captures/wua-wsus/flow/000018/request.body") else { return };
    let request = ReportingRequest::read(Envelope::open(&text, Limits::REQUEST).unwrap()).unwrap();
    let ReportingRequest::ReportEventBatch(request) = request else { panic!("{request:?}") };
    let [child, parent] = request.event_batch.as_slice() else { panic!("two events") };
    assert_eq!(child.basic_data.event_id, event_id::INSTALL_FAILED);
    assert_eq!(child.basic_data.win32_hresult as u32, 0x8024_6007);
    assert_eq!(child.extended_data.misc_data.secondary_error(), Some(child.basic_data.win32_hresult));
    assert_eq!(child.extended_data.misc_data.bundle(), Some(parent.basic_data.update_id));
    assert!(parent.extended_data.misc_data.is_bundle());
    assert_eq!(parent.extended_data.replacement_strings[0], "0x80246007");
}

/// Requests of .NET clients: an XML declaration, other prefixes, absent and empty arrays, times without zone.
#[test]
fn requests_of_dotnet_clients() {
    let body = |file: &str| {
        let text = shared_text(&format!("real-inputs/wire/{file}.txt"))?;
        let (_, body) = text.split_once("\n\n").or_else(|| text.split_once("\r\n\r\n")).unwrap();
        Some(body.to_owned())
    };
    let read = |file: &str| {
        let body = body(file)?;
        Some(ClientRequest::read(Envelope::open(&body, Limits::REQUEST).unwrap()).unwrap())
    };
    let Some(ClientRequest::GetConfig(config)) = read("wcf-wusp-00-GetConfig") else { return };
    assert_eq!(config.protocol_version, "1.20");
    let auth = body("wcf-wusp-01-GetAuthorizationCookie").unwrap();
    let SimpleAuthRequest::GetAuthorizationCookie(auth) =
        SimpleAuthRequest::read(Envelope::open(&auth, Limits::REQUEST).unwrap()).unwrap();
    let expected = GetAuthorizationCookie {
        client_id: "id-1".to_owned(),
        target_group_name: "grp".to_owned(),
        dns_name: "host1.example".to_owned(),
    };
    assert_eq!(*auth, expected);
    let Some(ClientRequest::GetCookie(cookie)) = read("wcf-wusp-02-GetCookie") else { panic!("GetCookie") };
    assert_eq!(cookie.old_cookie, None);
    assert_eq!(cookie.last_change.unwrap().to_string(), "2026-11-19T07:00:36.365903Z");
    assert_eq!(cookie.current_time.unwrap().to_string(), "2026-11-22T07:46:37.038697Z");
    let Some(ClientRequest::RegisterComputer(register)) = read("wcf-wusp-03-RegisterComputer") else {
        panic!("RegisterComputer")
    };
    assert_eq!(register.computer_info.unwrap().bios_release_date.unwrap().to_string(), "0001-01-01T00:00:00Z");
    let Some(ClientRequest::SyncUpdates(sync)) = read("wcf-wusp-04-SyncUpdates") else { panic!("SyncUpdates") };
    let parameters = sync.parameters.unwrap();
    assert_eq!(parameters.installed_non_leaf_update_ids, [1, 2, 3]);
    assert!(parameters.other_cached_update_ids.is_empty());
    let Some(ClientRequest::GetExtendedUpdateInfo(info)) = read("wcf-wusp-05-GetExtendedUpdateInfo") else {
        panic!("GetExtendedUpdateInfo")
    };
    assert_eq!(info.revision_ids, [963_195, 912_039]);
    assert_eq!(info.info_types, [FragmentType::Extended]);
}
