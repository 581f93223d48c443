//! Whatever is done to a message, reading it ends with a value or an error.

use proptest::prelude::*;

use crate::messages::client::{ClientRequest, SyncUpdates, SyncUpdatesResponse};
use crate::messages::reporting::ReportingRequest;
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

proptest! {
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
        // What XML 1.0 cannot say is replaced.
        let unsayable = |c: char| if c < ' ' && !matches!(c, '\t' | '\n' | '\r') { '\u{FFFD}' } else { c };
        let expected: String = text.chars().map(unsayable).collect();
        prop_assert_eq!(again.feature_score_matching_key, expected);
        prop_assert_eq!(again.installed_non_leaf_update_ids, vec![number]);
    }
}
