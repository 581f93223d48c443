//! Spellings between servers that are not recorded but occur, and what is refused.

use crate::messages::rollup::{LastSyncResult, RollupRequest, SummarizationState};
use crate::messages::server_sync::*;
use crate::soap::{
    AnswerError, ContentEncoding, Envelope, ErrorCode, Fault, Limits, SoapError, SoapVersion, Style, read_response,
    write_response,
};

fn envelope(inside: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope' \
         xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><e:Header><a:Action e:mustUnderstand='1' \
         xmlns:a='http://www.w3.org/2005/08/addressing'>x</a:Action><a:To \
         xmlns:a='http://www.w3.org/2005/08/addressing'>y</a:To></e:Header><e:Body>{inside}</e:Body></e:Envelope>"
    )
}

fn read(inside: &str) -> Result<ServerSyncRequest, SoapError> {
    let text = envelope(inside);
    ServerSyncRequest::read(Envelope::open(&text, Limits::REQUEST)?)
}

fn rollup(inside: &str) -> Result<RollupRequest, SoapError> {
    let text = envelope(inside);
    RollupRequest::read(Envelope::open(&text, Limits::SERVER_REQUEST)?)
}

#[test]
fn a_nil_operation_is_one_without_parameters() {
    for inside in ["<GetAuthConfig i:nil='true'/>", "<m:GetAuthConfig xmlns:m='urn:m'></m:GetAuthConfig>"] {
        assert!(matches!(read(inside), Ok(ServerSyncRequest::GetAuthConfig(_))));
    }
}

#[test]
fn any_order_unknown_elements_nil_and_empty() {
    let Ok(ServerSyncRequest::GetRevisionIdList(request)) = read(
        "<GetRevisionIdList><filter><Languages i:nil='true'/><Newer><Deep>1</Deep></Newer><Classifications><IdAndDelta \
         i:nil='true'/><IdAndDelta><Delta>1</Delta><Id> A0A08746-4DBE-4A37-9ADF-9E7652C0B421 </Id></IdAndDelta>\
         </Classifications><GetConfig>0</GetConfig><DssProtocolVersion/><Categories/></filter><cookie i:nil='true'/>\
         </GetRevisionIdList>",
    ) else {
        panic!("GetRevisionIdList")
    };
    assert_eq!(request.cookie, None);
    let classifications = vec![IdAndDelta { id: ServerSyncTargetGroup::ALL_COMPUTERS, delta: true }];
    assert_eq!(request.filter, Some(ServerSyncFilter { classifications, ..Default::default() }));
    let Ok(ServerSyncRequest::GetRevisionIdList(request)) = read("<GetRevisionIdList/>") else { panic!() };
    assert_eq!(request.filter, None);
}

/// Plain identities are taken by another way than the rest; both must be the same.
#[test]
fn identities_in_every_spelling() {
    let plain = "<UpdateIdentity><UpdateID>a0a08746-4dbe-4a37-9adf-9e7652c0b421</UpdateID>\
        <RevisionNumber>7</RevisionNumber></UpdateIdentity>";
    let odd = "<x:UpdateIdentity xmlns:x='urn:x'> <RevisionNumber> 7 </RevisionNumber><!-- --><x:UpdateID>\
        A0A08746-4DBE-4A37-9ADF-9E7652C0B421</x:UpdateID></x:UpdateIdentity>";
    let list = |inside: &str| {
        let text = envelope(&format!(
            "<GetRevisionIdListResponse><GetRevisionIdListResult>{inside}<Anchor>x</Anchor></GetRevisionIdListResult>\
             </GetRevisionIdListResponse>"
        ));
        read_response::<GetRevisionIdListResponse>(&text).map(|answer| (answer.anchor, answer.new_revisions))
    };
    let expected = list(&format!("<NewRevisions>{odd}</NewRevisions>")).unwrap().1;
    assert_eq!((expected.len(), expected[0].revision_number), (1, 7));
    for (inside, count) in [
        (String::new(), 0),
        ("<NewRevisions/>".to_owned(), 0),
        ("<NewRevisions i:nil='true'/>".to_owned(), 0),
        // What follows an empty array is not inside it.
        (format!("<NewRevisions/>{plain}"), 0),
        (format!("<NewRevisions>{plain}{odd}{plain}</NewRevisions>"), 3),
        (format!("<NewRevisions>{}</NewRevisions>", plain.repeat(1_000)), 1_000),
    ] {
        let (anchor, revisions) = list(&inside).unwrap();
        assert_eq!((anchor.as_str(), revisions.len()), ("x", count));
        assert!(revisions.iter().all(|revision| *revision == expected[0]));
    }
    for wrong in [plain.replace("<RevisionNumber>7", "<RevisionNumber>9999999999"), plain.replace("a0a0", "zzzz")] {
        let error = list(&format!("<NewRevisions>{plain}{wrong}</NewRevisions>")).unwrap_err();
        assert!(matches!(error, AnswerError::Soap(SoapError::Value { .. })), "{error}");
    }
}

#[test]
fn a_document_in_two_forms_is_taken_once_and_empty_ones_are_none() {
    let answer = |inside: &str| {
        let text = envelope(&format!(
            "<GetUpdateDataResponse><GetUpdateDataResult><updates><ServerSyncUpdateData>{inside}</ServerSyncUpdateData>\
             </updates></GetUpdateDataResult></GetUpdateDataResponse>"
        ));
        let answer = read_response::<GetUpdateDataResponse<'_>>(&text).unwrap();
        answer.updates[0].blob.as_ref().map(|blob| blob.to_document(100).map_err(|error| error.to_string()))
    };
    let plain = "<XmlUpdateBlob>&lt;a/&gt;</XmlUpdateBlob>";
    let cdata = "<XmlUpdateBlob><![CDATA[<a/>]]></XmlUpdateBlob>";
    let empty = "<XmlUpdateBlob/><XmlUpdateBlobCompressed> </XmlUpdateBlobCompressed>";
    assert_eq!(answer(empty), None);
    for inside in [plain.to_owned(), cdata.to_owned(), format!("{empty}{plain}"), format!("{plain}{empty}")] {
        assert_eq!(answer(&inside), Some(Ok("<a/>".to_owned())), "{inside}");
    }
    let both = format!("{plain}<XmlUpdateBlobCompressed>!</XmlUpdateBlobCompressed>");
    assert_eq!(answer(&both), Some(Ok("<a/>".to_owned())));
}

#[test]
fn never_is_none_and_odd_numbers_are_unknown() {
    let Ok(RollupRequest::RollupComputers(request)) = rollup(
        "<RollupComputers><computers><ComputerRollupInfo i:nil='true'/><ComputerRollupInfo x:ComputerId='c' \
         xmlns:x='urn:x' LastSyncTime='0001-01-01T00:00:00' LastSyncResult='17' LastReportedRebootTime='' \
         LastInventoryTime='2026-10-04T16:03:35'><Details i:nil='true'/></ComputerRollupInfo></computers>\
         </RollupComputers>",
    ) else {
        panic!("RollupComputers")
    };
    let [computer] = &request.computers[..] else { panic!("one computer") };
    assert_eq!((computer.computer_id.as_str(), computer.last_sync_result), ("c", LastSyncResult::Unknown));
    assert_eq!((computer.last_sync_time, computer.last_reported_reboot_time, &computer.details), (None, None, &None));
    assert_eq!(computer.last_inventory_time.unwrap().to_string(), "2026-10-04T16:03:35Z");
    let Ok(RollupRequest::RollupComputerStatus(request)) = rollup(
        "<RollupComputerStatus><computers><ComputerStatusRollupInfo><ComputerId>c</ComputerId><UpdateStatus>\
         <ComputerStatusRollupUpdateStatus><SummarizationState>9</SummarizationState></ComputerStatusRollupUpdateStatus>\
         </UpdateStatus></ComputerStatusRollupInfo><ComputerStatusRollupInfo/></computers></RollupComputerStatus>",
    ) else {
        panic!("RollupComputerStatus")
    };
    assert_eq!(request.computers.len(), 1, "a computer without id is none");
    assert_eq!(request.computers[0].update_status[0].summarization_state, SummarizationState::Unknown);
}

#[test]
fn wrong_values_name_the_parameter() {
    for (inside, parameter) in [
        ("<GetRevisionIdList><filter><GetConfig>maybe</GetConfig></filter></GetRevisionIdList>", "GetConfig"),
        ("<GetUpdateData><updateIds><x><UpdateID>1</UpdateID></x></updateIds></GetUpdateData>", "UpdateID"),
        ("<DownloadFiles><fileDigestList><x>!</x></fileDigestList></DownloadFiles>", "fileDigestList"),
    ] {
        let error = read(inside).unwrap_err();
        assert_eq!(error.parameter(), Some(parameter), "{error}");
    }
    for (attribute, parameter) in [
        ("LastSyncTime='yesterday'", "LastSyncTime"),
        ("LastSyncResult='ok'", "LastSyncResult"),
        ("ParentServerId='x'", "ParentServerId"),
    ] {
        let inside =
            format!("<RollupComputers><computers><ComputerRollupInfo {attribute}/></computers></RollupComputers>");
        assert_eq!(rollup(&inside).unwrap_err().parameter(), Some(parameter));
    }
}

#[test]
fn lists_without_end_are_refused() {
    let entry = "<IdAndDelta><Id>a0a08746-4dbe-4a37-9adf-9e7652c0b421</Id></IdAndDelta>".repeat(10_001);
    let error =
        read(&format!("<GetRevisionIdList><filter><Categories>{entry}</Categories></filter></GetRevisionIdList>"));
    assert_eq!(error.unwrap_err().parameter(), Some("Categories"));
    let digests = "<x>AQID</x>".repeat(100_001);
    let error = read(&format!("<DownloadFiles><fileDigestList>{digests}</fileDigestList></DownloadFiles>"));
    assert_eq!(error.unwrap_err().parameter(), Some("fileDigestList"));
}

/// Faults that only servers know.
#[test]
fn faults_between_servers() {
    for (code, name) in [
        (ErrorCode::IncompatibleProtocolVersion, "IncompatibleProtocolVersion"),
        (ErrorCode::FileDigestsMissing, "FileDigestsMissing"),
        (ErrorCode::TooManyIds, "TooManyIds"),
    ] {
        let fault = Fault {
            code,
            message: "AAAA|BBBB".to_owned(),
            id: uuid::Uuid::nil(),
            action: format!("{}/GetUpdateData", SERVICE.namespace),
            actor: Some("http://wsus.example/".to_owned()),
        };
        for version in [SoapVersion::Soap11, SoapVersion::Soap12] {
            let text = String::from_utf8(fault.write(Style::Asmx, version)).unwrap();
            let Err(AnswerError::Fault(read)) = read_response::<GetUpdateDataResponse<'_>>(&text) else { panic!() };
            assert_eq!((read.code(), read.error_code.as_str()), (Some(code), name));
            assert_eq!((read.message.as_str(), read.method), ("AAAA|BBBB", fault.action.clone()));
        }
    }
}

/// Both orders of the configuration are written.
#[test]
fn the_configuration_in_both_orders() {
    for order in [ElementOrder::Wsus, ElementOrder::MicrosoftUpdate] {
        let config = ServerSyncConfigData { max_number_of_updates_per_request: 100, order, ..Default::default() };
        let answer = GetConfigDataResponse { config };
        let text = write_response(&answer, SoapVersion::Soap12, ContentEncoding::Identity).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(read_response::<GetConfigDataResponse>(&text).unwrap(), answer);
        let place = |name: &str| text.find(name).unwrap();
        let updates_first = place("MaxNumberOfUpdatesPerRequest") < place("MaxNumberOfComputerIdsInRequest");
        assert_eq!(updates_first, order == ElementOrder::MicrosoftUpdate);
    }
}
