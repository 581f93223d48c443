//! Operations of which there is no recording: what is written is read back, and has the order of the contract.

use jiff::Timestamp;
use uuid::Uuid;

use crate::messages::client::*;
use crate::messages::reporting::*;
use crate::messages::shared::*;
use crate::soap::{
    ContentEncoding, Envelope, Fragment, Limits, Message, SoapVersion, read_response, write_request, write_response,
};

const VERSIONS: [SoapVersion; 2] = [SoapVersion::Soap11, SoapVersion::Soap12];

/// Writes as request, reads back; returns the inside of the element as text.
pub(super) fn request<M: Message<'static> + PartialEq + std::fmt::Debug>(message: &M) -> String {
    let mut inside = String::new();
    for version in VERSIONS {
        let text: &'static str = String::from_utf8(write_request(message, version)).unwrap().leak();
        let mut envelope = Envelope::open(text, Limits::REQUEST).unwrap();
        assert_eq!((envelope.version, envelope.operation.as_str()), (version, M::ELEMENT));
        assert_eq!(envelope.namespace, M::SERVICE.namespace);
        assert_eq!(&M::read(&mut envelope.body).unwrap(), message);
        envelope.close().unwrap();
        inside = inside_of::<M>(text);
    }
    inside
}

/// Writes as answer, reads back; returns the inside of the element as text.
pub(super) fn response<M: Message<'static> + PartialEq + std::fmt::Debug>(message: &M) -> String {
    let mut inside = String::new();
    for version in VERSIONS {
        let written = write_response(message, version, ContentEncoding::Identity).unwrap();
        let text: &'static str = String::from_utf8(written).unwrap().leak();
        assert_eq!(&read_response::<M>(text).unwrap(), message);
        inside = inside_of::<M>(text);
    }
    inside
}

fn inside_of<M: Message<'static>>(text: &str) -> String {
    let start = format!("<{} xmlns=\"{}\">", M::ELEMENT, M::SERVICE.namespace);
    let (_, rest) = text.split_once(&start).unwrap();
    rest.split_once(&format!("</{}>", M::ELEMENT)).unwrap().0.to_owned()
}

pub(super) fn cookie() -> Option<Cookie> {
    Some(Cookie { expiration: Some("2026-10-04T16:03:35.9967236Z".parse().unwrap()), encrypted_data: vec![1, 2, 3] })
}

pub(super) const COOKIE: &str =
    "<Expiration>2026-10-04T16:03:35.9967236Z</Expiration><EncryptedData>AQID</EncryptedData>";

pub(super) fn identity() -> UpdateIdentity {
    UpdateIdentity { update_id: Uuid::from_u128(0xA1), revision_number: 7 }
}

pub(super) const IDENTITY: &str =
    "<UpdateID>00000000-0000-0000-0000-0000000000a1</UpdateID><RevisionNumber>7</RevisionNumber>";

fn deployment() -> Deployment {
    Deployment {
        id: 5,
        action: DeploymentAction::Install,
        deadline: Some("2026-11-01T02:00:00Z".parse().unwrap()),
        is_assigned: true,
        last_change_time: Some(jiff::civil::date(2026, 10, 4)),
        download_priority: Some("High".to_owned()),
        hardware_ids: vec!["PCI\\VEN_1AF4&DEV_1000".to_owned()],
        auto_select: Some(0),
        auto_download: Some(0),
        supersedence_behavior: Some(0),
    }
}

const DEPLOYMENT: &str = "<Deployment><ID>5</ID><Action>Install</Action><Deadline>2026-11-01T02:00:00Z</Deadline>\
    <IsAssigned>true</IsAssigned><LastChangeTime>2026-10-04</LastChangeTime><DownloadPriority>High</DownloadPriority>\
    <HardwareIds><string>PCI\\VEN_1AF4&amp;DEV_1000</string></HardwareIds><AutoSelect>0</AutoSelect>\
    <AutoDownload>0</AutoDownload><SupersedenceBehavior>0</SupersedenceBehavior></Deployment>";

#[test]
fn refresh_cache() {
    let asked = RefreshCache { cookie: cookie(), global_ids: vec![identity()] };
    assert_eq!(
        request(&asked),
        format!("<cookie>{COOKIE}</cookie><globalIDs><UpdateIdentity>{IDENTITY}</UpdateIdentity></globalIDs>")
    );
    let result =
        RefreshCacheResult { revision_id: 9, global_id: identity(), is_leaf: true, deployment: Some(deployment()) };
    assert_eq!(
        response(&RefreshCacheResponse { results: vec![result] }),
        format!(
            "<RefreshCacheResult><RefreshCacheResult><RevisionID>9</RevisionID><GlobalID>{IDENTITY}</GlobalID>\
             <IsLeaf>true</IsLeaf>{DEPLOYMENT}</RefreshCacheResult></RefreshCacheResult>"
        )
    );
    assert_eq!(response(&RefreshCacheResponse::default()), "<RefreshCacheResult/>");
}

#[test]
fn changed_updates_have_no_xml() {
    let changed = UpdateInfo { id: 3, deployment: Some(deployment()), is_leaf: false, xml: None };
    let result = SyncInfo {
        out_of_scope_revision_ids: vec![1, 2],
        changed_updates: vec![changed],
        truncated: true,
        new_cookie: cookie(),
        deployed_out_of_scope_revision_ids: vec![4],
        ..SyncInfo::default()
    };
    assert_eq!(
        response(&SyncPrinterCatalogResponse { result }),
        format!(
            "<SyncPrinterCatalogResult><OutOfScopeRevisionIDs><int>1</int><int>2</int></OutOfScopeRevisionIDs>\
             <ChangedUpdates><UpdateInfo><ID>3</ID>{DEPLOYMENT}<IsLeaf>false</IsLeaf></UpdateInfo></ChangedUpdates>\
             <Truncated>true</Truncated><NewCookie>{COOKIE}</NewCookie>\
             <DeployedOutOfScopeRevisionIds><int>4</int></DeployedOutOfScopeRevisionIds></SyncPrinterCatalogResult>"
        )
    );
    request(&SyncPrinterCatalog {
        cookie: cookie(),
        installed_non_leaf_update_ids: vec![1],
        printer_update_ids: vec![2, 3],
    });
}

#[test]
fn get_file_locations() {
    let asked = GetFileLocations { cookie: cookie(), file_digests: vec![vec![0; 20], vec![255; 20]] };
    assert_eq!(
        request(&asked),
        format!(
            "<cookie>{COOKIE}</cookie><fileDigests><base64Binary>AAAAAAAAAAAAAAAAAAAAAAAAAAA=</base64Binary>\
             <base64Binary>//////////////////////////8=</base64Binary></fileDigests>"
        )
    );
}

#[test]
fn get_extended_update_info2() {
    request(&GetExtendedUpdateInfo2 {
        cookie: cookie(),
        update_ids: vec![identity()],
        info_types: vec![FragmentType::FileUrl, FragmentType::FileDecryption],
        locales: vec!["en".to_owned()],
        caller_attributes: "Id=x;".to_owned(),
    });
    let key = FileDecryption { file_digest: vec![1], decryption_key: vec![2], security_data: vec![vec![2]] };
    let written = response(&GetExtendedUpdateInfo2Response {
        updates: vec![UpdateData { id: 1, xml: Some(Fragment::escaped(b"&lt;a /&gt;")) }],
        file_locations: vec![FileLocation {
            file_digest: vec![1],
            url: "http://x/a?b&c".to_owned(),
            encrypted_file_digest: Some(vec![3]),
            ..FileLocation::default()
        }],
        file_decryption_data: vec![key.clone()],
        file_decryption_data2: vec![key],
        update_encryption_details: vec![UpdateEncryptionDetail {
            update_identity: identity(),
            has_encrypted_files: true,
        }],
    });
    let order = ["<Updates>", "<FileLocations>", "<FileDecryptionData>", "<FileDecryptionData2>", "<UpdateEncryption"];
    let places: Vec<_> = order.iter().map(|name| written.find(name).unwrap()).collect();
    assert!(places.is_sorted(), "{written}");
    assert!(written.contains("<Url>http://x/a?b&amp;c</Url>"));
}

#[test]
fn installed_and_extension_drivers() {
    let date = Some("2024-10-21T00:00:00Z".parse().unwrap());
    let device = Device {
        hardware_ids: vec!["A".to_owned()],
        compatible_ids: vec!["B".to_owned()],
        installed_driver: Some(InstalledDriver {
            driver_ver_date: date,
            matching_computer_hwid: Some(Uuid::from_u128(1)),
            is_generic: Some(true),
            ..InstalledDriver::default()
        }),
        extension_drivers: vec![ExtensionDriver {
            extension_id: "E".to_owned(),
            class: "C".to_owned(),
            driver_ver_date: date,
            ..ExtensionDriver::default()
        }],
        driver_recovery_ids: vec!["R".to_owned()],
        device_flags: Some(1),
    };
    let parameters = SyncUpdateParameters {
        skip_software_sync: true,
        system_spec: vec![device],
        cached_driver_ids: vec![8],
        ..SyncUpdateParameters::default()
    };
    request(&SyncUpdates { cookie: cookie(), parameters: Some(parameters) });
}

#[test]
fn reporting_without_cookie() {
    let batch = ReportEventBatch2 {
        computer_id: "id-1".to_owned(),
        client_time: Some(Timestamp::UNIX_EPOCH),
        event_batch: vec![ReportingEvent {
            basic_data: BasicData { event_id: event_id::STATUS, update_id: identity(), ..BasicData::default() },
            extended_data: ExtendedData {
                replacement_strings: vec![String::new(), "second".to_owned()],
                misc_data: MiscData::parse(["U=".to_owned(), "x=1".to_owned()]),
                device_id: Some("d".to_owned()),
                ..ExtendedData::default()
            },
            private_data: PrivateData { user_account_name: Some("u".to_owned()), ..PrivateData::default() },
        }],
    };
    assert!(request(&batch).contains("<MiscData><string>U=</string><string>x=1</string></MiscData>"));
    assert_eq!(
        response(&ReportEventBatch2Response { accepted: true }),
        "<ReportEventBatch2Result>true</ReportEventBatch2Result>"
    );
}

#[test]
fn inventory_and_ping() {
    request(&GetRequiredInventoryType {
        cookie: cookie(),
        rules_id: Some(Uuid::from_u128(2)),
        rules_version: "1".to_owned(),
    });
    response(&GetRequiredInventoryTypeResponse { inventory_type: 0 });
    request(&ReportInventory {
        cookie: cookie(),
        client_time: Some(Timestamp::UNIX_EPOCH),
        inventory: ReportingInventory { is_compressed: true, raw_xml: "<a/>".to_owned(), compressed_xml: vec![9] },
    });
    response(&ReportInventoryResponse { accepted: true });
    request(&Ping { ping_level: 1 });
    response(&PingResponse {
        result: MonitoredServicesResponse {
            success_flag: true,
            services_time: Timestamp::UNIX_EPOCH,
            services_name: "Sluice".to_owned(),
            is_https: true,
        },
    });
}

/// A batch is not refused for an odd value in it, or the agent would send it for ever.
#[test]
fn odd_values_in_events_are_left_out() {
    let text = format!(
        "<s:Envelope xmlns:s=\"{}\"><s:Body><ReportEventBatch><eventBatch><ReportingEvent><BasicData>\
         <SequenceNumber>x</SequenceNumber><TimeAtTarget>soon</TimeAtTarget><EventInstanceID>?</EventInstanceID>\
         <EventID>183</EventID></BasicData></ReportingEvent><ReportingEvent/></eventBatch></ReportEventBatch>\
         </s:Body></s:Envelope>",
        SoapVersion::Soap11.namespace()
    );
    let request = ReportingRequest::read(Envelope::open(&text, Limits::REQUEST).unwrap()).unwrap();
    let ReportingRequest::ReportEventBatch(request) = request else { panic!("{request:?}") };
    let [event, empty] = request.event_batch.as_slice() else { panic!("two events") };
    assert_eq!(event.basic_data, BasicData { event_id: 183, ..BasicData::default() });
    assert_eq!(*empty, ReportingEvent::default());
}
