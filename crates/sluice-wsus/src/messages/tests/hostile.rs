//! Whatever is done to a message, reading it ends with a value or an error.

use proptest::prelude::*;

use crate::messages::client::{ClientRequest, SyncUpdates, SyncUpdatesResponse};
use crate::messages::reporting::ReportingRequest;
use crate::messages::rollup::{ComputerRollupDetails, ComputerRollupInfo, RollupComputers, RollupRequest};
use crate::messages::server_sync::{GetRevisionIdListResponse, GetUpdateDataResponse, ServerSyncRequest};
use crate::soap::{Envelope, Limits, SoapVersion, decode, read_response, write_request};

/// A request with a bit of everything.
const SAMPLE: &str = "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">\
    <s:Header><a:Action xmlns:a=\"http://www.w3.org/2005/08/addressing\" s:mustUnderstand=\"1\">x</a:Action></s:Header>\
    <s:Body><SyncUpdates xmlns=\"http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService\"><cookie>\
    <Expiration>2026-10-04T16:03:35.9Z</Expiration><EncryptedData>AQID</EncryptedData></cookie><parameters>\
    <ExpressQuery>false</ExpressQuery><InstalledNonLeafUpdateIDs><int>108226</int></InstalledNonLeafUpdateIDs>\
    <SystemSpec><Device><HardwareIDs><string>PCI\\VEN_1&amp;DEV_2</string></HardwareIDs><installedDriver>\
    <MatchingComputerHWID i:nil=\"true\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"/></installedDriver>\
    </Device></SystemSpec><SkipSoftwareSync>true</SkipSoftwareSync><Unknown><![CDATA[<x>]]><!-- c --></Unknown>\
    </parameters></SyncUpdates></s:Body></s:Envelope>";

/// A request of a downstream server, and an answer to one, with a bit of everything.
const SERVER_SAMPLES: [&str; 2] = [
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><RollupComputers xmlns=\"urn:x\"><cookie>\
     <Expiration>9999-12-31T23:59:59.9999999</Expiration><EncryptedData /></cookie><clientTime>2026-10-04T16:03:35Z\
     </clientTime><computers><ComputerRollupInfo ComputerId=\"a&lt;b\" LastSyncTime='1753-01-01T00:00:00' \
     LastSyncResult=\"1\"><Details IPAddress=\"192.0.2.1\" SuiteMask=\"256\"><TargetGroupIdList><guid>\
     a0a08746-4dbe-4a37-9adf-9e7652c0b421</guid></TargetGroupIdList></Details></ComputerRollupInfo></computers>\
     </RollupComputers></s:Body></s:Envelope>",
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><GetUpdateDataResponse xmlns=\"urn:x\">\
     <GetUpdateDataResult><updates><ServerSyncUpdateData><Id><UpdateID>a0a08746-4dbe-4a37-9adf-9e7652c0b421</UpdateID>\
     <RevisionNumber>100</RevisionNumber></Id><XmlUpdateBlob>&lt;a b=\"1\"/&gt;</XmlUpdateBlob><FileDigestList>\
     <base64Binary>AQID</base64Binary></FileDigestList><XmlUpdateBlobCompressed>TVNDRg==</XmlUpdateBlobCompressed>\
     </ServerSyncUpdateData></updates><fileUrls><ServerSyncUrlData><FileDigest>AQID</FileDigest><UssUrl />\
     </ServerSyncUrlData></fileUrls></GetUpdateDataResult></GetUpdateDataResponse></s:Body></s:Envelope>",
];

/// Reads bytes as everything that servers send each other. Whether anything was read.
fn read_of_servers(bytes: &[u8]) -> bool {
    let Ok(text) = decode(bytes, None) else { return false };
    let open = || Envelope::open(&text, Limits::SERVER_REQUEST);
    let request = open().and_then(ServerSyncRequest::read).is_ok() || open().and_then(RollupRequest::read).is_ok();
    let lists = read_response::<GetRevisionIdListResponse>(&text).is_ok();
    let documents = read_response::<GetUpdateDataResponse<'_>>(&text).map(|response| {
        for blob in response.updates.iter().filter_map(|update| update.blob.as_ref()) {
            let _ = blob.to_document(1 << 16);
        }
    });
    request || lists || documents.is_ok()
}

/// Reads bytes as everything they could be.
fn read(bytes: &[u8]) -> Option<ClientRequest> {
    let text = decode(bytes, None).ok()?;
    let _ = Envelope::open(&text, Limits::REQUEST).map(ReportingRequest::read);
    let _ = read_response::<SyncUpdatesResponse>(&text);
    ClientRequest::read(Envelope::open(&text, Limits::REQUEST).ok()?).ok()
}

#[test]
fn the_sample_itself_is_read() {
    assert!(matches!(read(SAMPLE.as_bytes()), Some(ClientRequest::SyncUpdates(_))));
}

#[test]
fn no_part_of_a_message_is_a_message() {
    for end in 0..SAMPLE.len() {
        assert!(read(&SAMPLE.as_bytes()[..end]).is_none(), "{end} bytes were taken");
    }
}

#[test]
fn no_part_of_a_message_between_servers_is_a_message() {
    for sample in SERVER_SAMPLES {
        assert!(read_of_servers(sample.as_bytes()));
        for end in 0..sample.len() {
            assert!(!read_of_servers(&sample.as_bytes()[..end]), "{end} bytes were taken");
        }
    }
}

/// What XML 1.0 cannot say is replaced.
fn sayable(text: &str) -> String {
    let unsayable = |c: char| if c < ' ' && !matches!(c, '\t' | '\n' | '\r') { '\u{FFFD}' } else { c };
    text.chars().map(unsayable).collect()
}

proptest! {
    #[test]
    fn changed_messages_between_servers_do_not_panic(
        which in 0..SERVER_SAMPLES.len(),
        changes in proptest::collection::vec((0_usize..1_000, prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            Just(b"<".to_vec()), Just(b">".to_vec()), Just(b"&".to_vec()), Just(b"/>".to_vec()), Just(b"\"".to_vec()),
            Just(b"<![CDATA[".to_vec()), Just(b"<!--".to_vec()), Just(b"<!DOCTYPE a [".to_vec()), Just(Vec::new()),
        ]), 1..6),
    ) {
        let mut bytes = SERVER_SAMPLES[which].as_bytes().to_vec();
        for (at, with) in changes {
            let at = at.min(bytes.len());
            bytes.splice(at..(at + 1).min(bytes.len()), with);
        }
        read_of_servers(&bytes);
    }

    #[test]
    fn anything_in_an_attribute_comes_back(text in "\\PC{0,40}[\t\n\r\u{1}-\u{1f}<>&\"']{0,8}", number in any::<i32>()) {
        let details = ComputerRollupDetails {
            os_description: text.clone(),
            new_product_type: number,
            requested_target_group_names: vec![format!("x{text}")],
            ..Default::default()
        };
        let computer = ComputerRollupInfo { computer_id: text.clone(), details: Some(details), ..Default::default() };
        let request = RollupComputers { computers: vec![computer], ..Default::default() };
        let written = String::from_utf8(write_request(&request, SoapVersion::Soap11)).unwrap();
        let read = Envelope::open(&written, Limits::SERVER_REQUEST).and_then(RollupRequest::read).unwrap();
        let RollupRequest::RollupComputers(again) = read else { panic!("{read:?}") };
        let [computer] = &again.computers[..] else { panic!("one computer") };
        let details = computer.details.as_ref().unwrap();
        prop_assert_eq!(&computer.computer_id, &sayable(&text));
        prop_assert_eq!(&details.os_description, &sayable(&text));
        prop_assert_eq!(&details.requested_target_group_names[0], &format!("x{}", sayable(&text)));
        prop_assert_eq!(details.new_product_type, number);
    }

    #[test]
    fn changed_messages_do_not_panic(
        changes in proptest::collection::vec((0..SAMPLE.len(), prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            Just(b"<".to_vec()), Just(b">".to_vec()), Just(b"&".to_vec()), Just(b"/>".to_vec()),
            Just(b"<![CDATA[".to_vec()), Just(b"<!--".to_vec()), Just(b"<!DOCTYPE a [".to_vec()), Just(Vec::new()),
        ]), 1..6),
    ) {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        for (at, with) in changes {
            let at = at.min(bytes.len());
            bytes.splice(at..(at + 1).min(bytes.len()), with);
        }
        let _ = read(&bytes);
    }

    #[test]
    fn anything_in_a_string_comes_back(text in "\\PC{0,40}[\t\n\r\u{1}-\u{1f}<>&\"']{0,8}", number in any::<i32>()) {
        let mut request = SyncUpdates::default();
        let mut parameters = crate::messages::client::SyncUpdateParameters::default();
        parameters.feature_score_matching_key.clone_from(&text);
        parameters.installed_non_leaf_update_ids.push(number);
        request.parameters = Some(parameters);
        let written = write_request(&request, SoapVersion::Soap12);
        let Some(ClientRequest::SyncUpdates(again)) = read(&written) else { panic!("not read") };
        let again = again.parameters.unwrap();
        prop_assert_eq!(again.feature_score_matching_key, sayable(&text));
        prop_assert_eq!(again.installed_non_leaf_update_ids, vec![number]);
    }
}
