//! Operations between servers of which there is no recording: what is written is read back, and has the order of the
//! contract.

use jiff::Timestamp;
use sluice_model::{RestartBehaviour, UserNotification};
use uuid::Uuid;

use super::uncaptured::{COOKIE, IDENTITY, cookie, identity, request, response};
use crate::messages::dss_auth;
use crate::messages::server_sync::*;
use crate::soap::Fragment;

const GUID: &str = "<guid>00000000-0000-0000-0000-0000000000b2</guid>";

fn guid() -> Uuid {
    Uuid::from_u128(0xB2)
}

fn time(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

#[test]
fn authorization() {
    let asked = dss_auth::GetAuthorizationCookie {
        account_name: "wsus.example".to_owned(),
        account_guid: "x".to_owned(),
        program_keys: vec![guid()],
    };
    let written = "<accountName>wsus.example</accountName><accountGuid>x</accountGuid><programKeys>";
    assert_eq!(request(&asked), format!("{written}{GUID}</programKeys>"));
    let asked = GetCookie { auth_cookies: Vec::new(), old_cookie: cookie(), protocol_version: "1.20".to_owned() };
    let written = format!("<oldCookie>{COOKIE}</oldCookie><protocolVersion>1.20</protocolVersion>");
    assert_eq!(request(&asked), written);
}

#[test]
fn filters() {
    let id = "<Id>00000000-0000-0000-0000-0000000000b2</Id>";
    let filter = ServerSyncFilter {
        anchor: "1,2".to_owned(),
        get_config: false,
        get_63_language_only: true,
        categories: vec![IdAndDelta { id: guid(), delta: true }],
        classifications: vec![IdAndDelta { id: guid(), delta: false }],
        languages: vec![LanguageAndDelta { id: 1033, delta: true }],
    };
    let written = format!(
        "<cookie>{COOKIE}</cookie><filter><Anchor>1,2</Anchor><GetConfig>false</GetConfig>\
         <Get63LanguageOnly>true</Get63LanguageOnly>\
         <Categories><IdAndDelta>{id}<Delta>true</Delta></IdAndDelta></Categories>\
         <Classifications><IdAndDelta>{id}<Delta>false</Delta></IdAndDelta></Classifications>\
         <Languages><LanguageAndDelta><Id>1033</Id><Delta>true</Delta></LanguageAndDelta></Languages></filter>"
    );
    assert_eq!(request(&GetRevisionIdList { cookie: cookie(), filter: Some(filter) }), written);
    let filter = ServerSyncDriverFilter {
        anchor: "3".to_owned(),
        categories: vec![IdAndDelta { id: guid(), delta: true }],
        computer_ids: vec![IdAndDelta { id: guid(), delta: false }],
        pnp_hardware_ids: vec![HardwareIdAndDelta { id: "PCI\\VEN_1&DEV_2".to_owned(), delta: false }],
    };
    let written = format!(
        "<cookie>{COOKIE}</cookie><filter><Anchor>3</Anchor>\
         <Categories><IdAndDelta>{id}<Delta>true</Delta></IdAndDelta></Categories>\
         <ComputerIds><IdAndDelta>{id}<Delta>false</Delta></IdAndDelta></ComputerIds>\
         <PnpHardwareIds><HardwareIdAndDelta><Id>PCI\\VEN_1&amp;DEV_2</Id><Delta>false</Delta></HardwareIdAndDelta>\
         </PnpHardwareIds></filter>"
    );
    assert_eq!(request(&GetDriverIdList { cookie: cookie(), filter: Some(filter) }), written);
}

#[test]
fn drivers() {
    let answer = GetDriverIdListResponse {
        anchor: "4".to_owned(),
        new_revisions: vec![identity()],
        new_driver_sets: vec![guid()],
        removed_driver_sets: vec![guid()],
    };
    let written = format!(
        "<GetDriverIdListResult><Anchor>4</Anchor><NewRevisions><UpdateIdentity>{IDENTITY}</UpdateIdentity>\
         </NewRevisions><NewDriverSets>{GUID}</NewDriverSets><RemovedDriverSets>{GUID}</RemovedDriverSets>\
         </GetDriverIdListResult>"
    );
    assert_eq!(response(&answer), written);
    let asked = GetDriverSetData { cookie: cookie(), driver_sets: Some(vec![guid()]) };
    assert_eq!(request(&asked), format!("<cookie>{COOKIE}</cookie><driverSets>{GUID}</driverSets>"));
    let answer = GetDriverSetDataResponse {
        driver_sets: vec![ServerSyncDriverSetData {
            driver_set_id: guid(),
            driver_set_xml: Some(Fragment::escaped(b"&lt;set/&gt;")),
        }],
    };
    let written = "<GetDriverSetDataResult><DriverSets><ServerSyncDriverSetData>\
        <DriverSetId>00000000-0000-0000-0000-0000000000b2</DriverSetId><DriverSetXml>&lt;set/&gt;</DriverSetXml>\
        </ServerSyncDriverSetData></DriverSets></GetDriverSetDataResult>";
    assert_eq!(response(&answer), written);
}

#[test]
fn update_data_with_files() {
    let update = |blob| ServerSyncUpdateData {
        id: identity(),
        blob: Some(blob),
        file_digest_list: vec![vec![1, 2, 3], vec![4, 5, 6]],
    };
    let url = ServerSyncUrlData {
        file_digest: vec![1, 2, 3],
        mu_url: "http://dl.example/a?b&c".to_owned(),
        uss_url: String::new(),
        decryption_key: Some(vec![9]),
    };
    let answer = GetUpdateDataResponse {
        updates: vec![
            update(UpdateBlob::Plain(Fragment::escaped(b"&lt;a/&gt;"))),
            update(UpdateBlob::Packed("QUJD".into())),
        ],
        file_urls: vec![url],
    };
    let digests = "<FileDigestList><base64Binary>AQID</base64Binary><base64Binary>BAUG</base64Binary></FileDigestList>";
    let written = format!(
        "<GetUpdateDataResult><updates><ServerSyncUpdateData><Id>{IDENTITY}</Id><XmlUpdateBlob>&lt;a/&gt;</XmlUpdateBlob>\
         {digests}</ServerSyncUpdateData><ServerSyncUpdateData><Id>{IDENTITY}</Id>{digests}\
         <XmlUpdateBlobCompressed>QUJD</XmlUpdateBlobCompressed></ServerSyncUpdateData></updates>\
         <fileUrls><ServerSyncUrlData><FileDigest>AQID</FileDigest><MUUrl>http://dl.example/a?b&amp;c</MUUrl><UssUrl />\
         <DecryptionKey>CQ==</DecryptionKey></ServerSyncUrlData></fileUrls></GetUpdateDataResult>"
    );
    assert_eq!(response(&answer), written);
}

#[test]
fn decryption_data() {
    let asked = GetUpdateDecryptionData { cookie: cookie(), update_ids: vec![identity()] };
    let written =
        format!("<cookie>{COOKIE}</cookie><updateIds><UpdateIdentity>{IDENTITY}</UpdateIdentity></updateIds>");
    assert_eq!(request(&asked), written);
    let file = ServerSyncFileDecryption { file_digest: vec![1, 2, 3], decryption_key: vec![4, 5, 6] };
    let update = ServerSyncUpdateFileDecryption { update_id: identity(), file_decryption_data: vec![file] };
    let answer = GetUpdateDecryptionDataResponse { update_file_decryption_data: vec![update] };
    let written = format!(
        "<GetUpdateDecryptionDataResult><UpdateFileDecryptionData><ServerSyncUpdateFileDecryption>\
         <UpdateId>{IDENTITY}</UpdateId><FileDecryptionData><ServerSyncFileDecryption><FileDigest>AQID</FileDigest>\
         <DecryptionKey>BAUG</DecryptionKey></ServerSyncFileDecryption></FileDecryptionData>\
         </ServerSyncUpdateFileDecryption></UpdateFileDecryptionData></GetUpdateDecryptionDataResult>"
    );
    assert_eq!(response(&answer), written);
}

#[test]
fn deployments() {
    let asked = GetDeployments { cookie: cookie(), deployment_anchor: "5".to_owned(), sync_anchor: "6".to_owned() };
    let written = format!("<cookie>{COOKIE}</cookie><deploymentAnchor>5</deploymentAnchor><syncAnchor>6</syncAnchor>");
    assert_eq!(request(&asked), written);
    let group = ServerSyncTargetGroup {
        target_group_id: ServerSyncTargetGroup::ALL_COMPUTERS,
        parent_group_id: Uuid::nil(),
        name: "All Computers".to_owned(),
        is_builtin: true,
    };
    let deployment = ServerSyncDeployment {
        update: identity(),
        action: ServerSyncAction::Block,
        admin_name: "EXAMPLE\\ops".to_owned(),
        deadline: time("2026-11-01T02:00:00Z"),
        is_assigned: true,
        go_live_time: time("2026-10-04T16:00:00Z"),
        deployment_guid: guid(),
        target_group_id: ServerSyncTargetGroup::ALL_COMPUTERS,
        download_priority: 2,
        restart: None,
        notification: None,
    };
    let without = ServerSyncDeployment { deadline: None, go_live_time: None, ..deployment.clone() };
    let result = ServerSyncDeploymentResult {
        anchor: "7".to_owned(),
        groups: vec![group],
        deployments: vec![deployment, without],
        dead_deployments: vec![guid()],
        hidden_updates: vec![guid(), guid()],
        accepted_eulas: Vec::new(),
    };
    let all = "a0a08746-4dbe-4a37-9adf-9e7652c0b421";
    let one = |deadline: &str, live: &str| {
        format!(
            "<ServerSyncDeployment><UpdateId>00000000-0000-0000-0000-0000000000a1</UpdateId>\
             <RevisionNumber>7</RevisionNumber><Action>3</Action><AdminName>EXAMPLE\\ops</AdminName>\
             <Deadline>{deadline}</Deadline><IsAssigned>true</IsAssigned><GoLiveTime>{live}</GoLiveTime>\
             <DeploymentGuid>00000000-0000-0000-0000-0000000000b2</DeploymentGuid><TargetGroupId>{all}</TargetGroupId>\
             <DownloadPriority>2</DownloadPriority></ServerSyncDeployment>"
        )
    };
    let written = format!(
        "<GetDeploymentsResult><Anchor>7</Anchor><Groups><ServerSyncTargetGroup><TargetGroupID>{all}</TargetGroupID>\
         <ParentGroupId>00000000-0000-0000-0000-000000000000</ParentGroupId><Name>All Computers</Name>\
         <IsBuiltin>true</IsBuiltin></ServerSyncTargetGroup></Groups><Deployments>{}{}</Deployments>\
         <DeadDeployments>{GUID}</DeadDeployments><HiddenUpdates>{GUID}{GUID}</HiddenUpdates><AcceptedEulas />\
         </GetDeploymentsResult>",
        one("2026-11-01T02:00:00Z", "2026-10-04T16:00:00Z"),
        one("9999-12-31T23:59:59.9999999", "1753-01-01T00:00:00"),
    );
    assert_eq!(response(&GetDeploymentsResponse { result }), written);
}

#[test]
fn files_and_relations() {
    let asked = DownloadFiles { cookie: cookie(), file_digest_list: vec![vec![1, 2, 3]] };
    let written =
        format!("<cookie>{COOKIE}</cookie><fileDigestList><base64Binary>AQID</base64Binary></fileDigestList>");
    assert_eq!(request(&asked), written);
    let asked = GetRelatedRevisionsForUpdates { cookie: cookie(), update_ids: vec![guid()] };
    assert_eq!(request(&asked), format!("<cookie>{COOKIE}</cookie><updateIDs>{GUID}</updateIDs>"));
    let answer = GetRelatedRevisionsForUpdatesResponse { revisions: vec![identity()] };
    let written = format!(
        "<GetRelatedRevisionsForUpdatesResult><UpdateIdentity>{IDENTITY}</UpdateIdentity>\
         </GetRelatedRevisionsForUpdatesResult>"
    );
    assert_eq!(response(&answer), written);
}

#[test]
fn what_sluice_servers_tell_each_other_of_deployments() {
    for (restart, word) in [(RestartBehaviour::Allowed, "allowed"), (RestartBehaviour::Suppressed, "suppressed")] {
        for (notification, told) in [
            (UserNotification::ShowAll, "show-all"),
            (UserNotification::RestartOnly, "restart-only"),
            (UserNotification::HideAll, "hide-all"),
        ] {
            let deployment = ServerSyncDeployment {
                restart: Some(restart),
                notification: Some(notification),
                ..ServerSyncDeployment::default()
            };
            let result =
                ServerSyncDeploymentResult { deployments: vec![deployment], ..ServerSyncDeploymentResult::default() };
            let written = response(&GetDeploymentsResponse { result });
            let expected = format!(
                "</DownloadPriority><SluiceRestart>{word}</SluiceRestart>\
                 <SluiceNotification>{told}</SluiceNotification></ServerSyncDeployment>"
            );
            assert!(written.contains(&expected), "{written}");
        }
    }
}
