//! What was recorded between a downstream server and a WSUS, sent to this site: every answer has the
//! structure of the one that was recorded; and what must be refused.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sluice_model::{RevisionRef, ServerId, UpdateId};
use sluice_site::Caller;
use sluice_site::downstream::settings::{ConfigOrder, DownstreamAccess, DownstreamSettingsChange};
use sluice_store::{DatabaseUrl, Store, StoreConfig, file_key};
use sluice_wsus::messages::server_sync::{GetUpdateDataResponse, UpdateBlob};
use sluice_wsus::soap::read_response;
use uuid::Uuid;

use crate::shape::{outline, value, values, with};
use crate::world::{Answer, CLIENT, World};
use crate::{documents, faults, shared};

const SYNC: &str = "/ServerSyncWebService/ServerSyncWebService.asmx";
const AUTH: &str = "/DssAuthWebService/DssAuthWebService.asmx";
const REPORTING: &str = "/ReportingWebService/ReportingWebService.asmx";

/// The GUID in the recorded authorization.
const PROBE: &str = "6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12";

/// Recorded documents.
const DEFENDER: [&str; 5] = [
    "6964aab4-c5b5-43bd-a17d-ffb4346a8e1d-r100",
    "1f9bd9bb-7390-4aa3-bbdb-ded99fac2583-r200",
    "266f6222-c89d-43f2-9f8a-69340271e677-r200",
    "7366a74a-ef29-44e1-b738-570b516aca1f-r200",
    "ff36f0b5-dded-4780-8664-cd78af8b62c1-r200",
];

/// A downstream server, with what it learned from this site.
struct Server {
    world: World,
    authorization: String,
    cookie: String,
}

impl Server {
    async fn of(world: World) -> Self {
        let admin = Caller::system();
        let access = Some(DownstreamAccess::Approved);
        let change = DownstreamSettingsChange { access, ..DownstreamSettingsChange::default() };
        world.site.change_downstream_settings(&admin, change).await.unwrap();
        let id = ServerId(PROBE.parse().unwrap());
        world.site.approve_downstream(&admin, id, Some("probe")).await.unwrap();
        Self { world, authorization: String::new(), cookie: String::new() }
    }

    async fn post(&self, path: &str, body: String) -> Answer {
        let body = with(&body, "CookieData", &self.authorization);
        self.world.post(path, with(&body, "EncryptedData", &self.cookie)).await
    }

    /// A recorded request to this site; its answer, and the recorded one.
    async fn recorded(&mut self, number: u32, change: impl FnOnce(String) -> String) -> Option<(Answer, String)> {
        let file = |name: &str| shared::text(&format!("captures/wsus-upstream/{number:06}/{name}"));
        let path = file("request.headers")?.split(' ').nth(1).unwrap().to_owned();
        let answer = self.post(&path, change(file("request.body")?)).await;
        self.authorization = value(&answer.text, "CookieData").unwrap_or(std::mem::take(&mut self.authorization));
        self.cookie = value(&answer.text, "EncryptedData").unwrap_or(std::mem::take(&mut self.cookie));
        Some((answer, file("response.body")?))
    }

    /// Checks that a recorded request gets an answer like the recorded one.
    async fn same(&mut self, number: u32) -> Option<String> {
        let (answer, recorded) = self.recorded(number, |body| body).await?;
        assert_eq!(answer.headers["cache-control"], "private, max-age=0");
        assert_eq!(answer.headers["content-type"], "text/xml; charset=utf-8");
        let text = answer.ok();
        assert_eq!(outline(&text), outline(&recorded), "{number}");
        Some(text)
    }

    async fn ready(&mut self) {
        for number in 1..=3 {
            if self.same(number).await.is_none() {
                // Without the recordings what they hold is written by hand.
                self.introduce().await;
                return;
            }
        }
    }

    async fn introduce(&mut self) {
        let body = format!(
            r#"<GetAuthorizationCookie xmlns="http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService"><accountName>probe</accountName><accountGuid>{PROBE}</accountGuid></GetAuthorizationCookie>"#
        );
        self.authorization = value(&self.post(AUTH, soap(&body)).await.ok(), "CookieData").unwrap();
        let body = sync(
            "GetCookie",
            "<authCookies><AuthorizationCookie><PlugInId>DssTargeting</PlugInId><CookieData></CookieData></AuthorizationCookie></authCookies><protocolVersion>1.20</protocolVersion>",
        );
        self.cookie = value(&self.post(SYNC, body).await.ok(), "EncryptedData").unwrap();
    }

    async fn call(&self, operation: &str, rest: &str) -> Answer {
        let cookie = "<cookie><EncryptedData></EncryptedData></cookie>";
        self.post(SYNC, sync(operation, &format!("{cookie}{rest}"))).await
    }

    async fn report(&self, operation: &str, rest: &str) -> Answer {
        let cookie = "<cookie><Expiration>9999-12-31T23:59:59.9999999</Expiration></cookie>";
        self.world.post(REPORTING, sync(operation, &format!("{cookie}{rest}"))).await
    }
}

fn soap(body: &str) -> String {
    format!(
        r#"<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>{body}</soap:Body></soap:Envelope>"#
    )
}

fn sync(operation: &str, inside: &str) -> String {
    let open = r#" xmlns="http://www.microsoft.com/SoftwareDistribution""#;
    soap(&format!("<{operation}{open}>{inside}</{operation}>"))
}

fn identity(id: &str, revision: u32) -> String {
    format!("<UpdateIdentity><UpdateID>{id}</UpdateID><RevisionNumber>{revision}</RevisionNumber></UpdateIdentity>")
}

/// A site with the recorded documents of Defender.
async fn defender() -> Option<Server> {
    let mut documents = vec![documents::company()];
    for id in DEFENDER {
        documents.push(shared::text(&format!("captures/update-metadata/full/{id}.xml"))?);
    }
    let world = World::open().await;
    world.import(&documents).await;
    Some(Server::of(world).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_recorded_conversation_with_a_wsus() {
    let Some(mut server) = defender().await else { return };
    server.ready().await;
    // An anchor of another server is refused, as WSUS refuses those of others.
    let (answer, _) = server.recorded(4, |body| body).await.unwrap();
    assert_eq!(answer.fault(), ("InvalidParameters".into(), "configAnchor".into()));
    let config = server.same(5).await.unwrap();
    let anchor = value(&config, "NewConfigAnchor").unwrap();
    let (again, recorded) = server.recorded(4, |body| with(&body, "configAnchor", &anchor)).await.unwrap();
    assert_eq!(outline(&again.ok()), outline(&recorded), "without languages");

    let configuration = server.same(6).await.unwrap();
    let mut listed = values(&configuration, "UpdateID");
    listed.sort();
    assert_eq!(listed, ["56309036-4c77-4dd9-951a-99ee9c246a94", "6964aab4-c5b5-43bd-a17d-ffb4346a8e1d"]);
    // Only a product; a product with a classification that does not meet it.
    for number in [7, 8] {
        server.same(number).await.unwrap();
    }
    // Old anchors of that server: refused here.
    for number in [10, 11, 12] {
        let (answer, _) = server.recorded(number, |body| body).await.unwrap();
        assert_eq!(answer.fault(), ("InvalidParameters".into(), "filter".into()));
    }
    for (number, id, revision) in [(13, "266f6222-c89d-43f2-9f8a-69340271e677", 200)] {
        let change = |body: String| with(&with(&body, "UpdateID", id), "RevisionNumber", &revision.to_string());
        let (answer, recorded) = server.recorded(number, change).await.unwrap();
        let text = answer.ok();
        let packed = |paths: Vec<String>| -> Vec<String> {
            // Which documents are packed is a matter of their size.
            paths.into_iter().filter(|path| !path.contains("FileDigestList")).collect()
        };
        let (mut here, mut there) = (packed(outline(&text)), packed(outline(&recorded)));
        let blob = |paths: &mut Vec<String>| paths.iter_mut().for_each(|p| *p = p.replace("BlobCompressed", "Blob"));
        blob(&mut here);
        blob(&mut there);
        here.retain(|path| !path.contains("fileUrls/"));
        there.retain(|path| !path.contains("fileUrls/"));
        assert_eq!(here, there);
        assert_eq!(value(&text, "UpdateID").as_deref(), Some(id));
    }
    // Each document comes back as it was imported, packed when it is large.
    for name in DEFENDER {
        let (id, revision) = name.split_once("-r").unwrap();
        let ids = identity(id, revision.parse().unwrap());
        let text = server.call("GetUpdateData", &format!("<updateIds>{ids}</updateIds>")).await.ok();
        let read: GetUpdateDataResponse = read_response(&text).unwrap();
        let blob = read.updates[0].blob.as_ref().unwrap();
        let document = shared::text(&format!("captures/update-metadata/full/{name}.xml")).unwrap();
        assert_eq!(blob.to_document(1 << 20).unwrap(), document, "{name}");
        assert_eq!(matches!(blob, UpdateBlob::Packed(_)), document.len() > 2_560, "{name}");
    }
    // Faults, element by element.
    for (number, status) in [(17, 500), (18, 500), (19, 500)] {
        let (answer, recorded) = server.recorded(number, |body| body).await.unwrap();
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(outline(&answer.text), outline(&recorded), "{number}");
        for name in ["faultcode", "faultstring", "ErrorCode", "Message", "Method"] {
            assert_eq!(value(&answer.text, name), value(&recorded, name), "{name} of {number}");
        }
        assert_eq!(
            value(&answer.text, "faultactor").as_deref(),
            Some("https://wsus.example:8531/ServerSyncWebService/ServerSyncWebService.asmx")
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_and_a_delta_synchronization() {
    let world = World::open().await;
    world.import(&documents::catalog()).await;
    let mut server = Server::of(world).await;
    server.introduce().await;
    let list =
        async |filter: String| server.call("GetRevisionIdList", &format!("<filter>{filter}</filter>")).await.ok();
    let configuration = list("<GetConfig>true</GetConfig>".into()).await;
    assert_eq!(values(&configuration, "UpdateID").len(), 4);
    let entry = |id: &str, delta: bool| format!("<IdAndDelta><Id>{id}</Id><Delta>{delta}</Delta></IdAndDelta>");
    let filter = |anchor: &str, delta: bool| {
        let product = entry(documents::FAMILY, delta);
        let classification = entry("0fa1202d-4467-8419-a639-8fcd6a0f0000", delta);
        format!(
            "<Anchor>{anchor}</Anchor><GetConfig>false</GetConfig><Categories>{product}</Categories><Classifications>{classification}</Classifications>"
        )
    };
    let first = list(filter("", false)).await;
    assert_eq!(values(&first, "UpdateID"), ["11111111-2222-3333-4444-555555555555"], "below a family");
    let anchor = value(&first, "Anchor").unwrap();
    let delta = list(filter(&anchor, true)).await;
    assert!(delta.contains("<NewRevisions />") && value(&delta, "Anchor") == Some(anchor));

    let ids = identity("11111111-2222-3333-4444-555555555555", 200);
    let ask = async |ids: &str| server.call("GetUpdateData", &format!("<updateIds>{ids}</updateIds>")).await;
    let data = ask(&ids).await.ok();
    assert!(data.contains("&lt;upd:Update xmlns:upd="), "{data}");
    assert_eq!(values(&data, "base64Binary"), ["o3nVUm+zp6BCPaHNf8MYKo1EhEk="]);
    assert_eq!(value(&data, "FileDigest").as_deref(), Some("o3nVUm+zp6BCPaHNf8MYKo1EhEk="));
    assert_eq!(ask(&ids).await.ok(), data, "the same again, from memory");
    assert_eq!(ask(&ids.repeat(101)).await.fault(), ("InvalidParameters".into(), "updateIds".into()));
    assert_eq!(ask("").await.fault(), ("InvalidParameters".into(), "updateIds".into()));
    let digest = |digest: &str| format!("<fileDigestList><base64Binary>{digest}</base64Binary></fileDigestList>");
    server.call("DownloadFiles", &digest("o3nVUm+zp6BCPaHNf8MYKo1EhEk=")).await.ok();
    let missing = server.call("DownloadFiles", &digest("AAAAAAAAAAAAAAAAAAAAAAAAAAA=")).await;
    assert_eq!(missing.fault(), ("FileDigestsMissing".into(), "AAAAAAAAAAAAAAAAAAAAAAAAAAA=".into()));
    let anchor = value(&first, "Anchor").unwrap();
    let decisions = server.call("GetDeployments", &format!("<syncAnchor>{anchor}</syncAnchor>")).await.ok();
    assert_eq!(values(&decisions, "Name"), ["All Computers", "Unassigned Computers"]);
    server.call("GetRelatedRevisionsForUpdates", "").await.ok();
    let plain = [("content-type", "text/xml; charset=utf-8"), ("host", "wsus.example:8530")];
    let body = sync("GetAuthConfig", "");
    let refused = server.world.send(&server.world.plain, "POST", SYNC, &plain, body).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "metadata over plain HTTP is off");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn languages_select_nothing_and_a_new_one_brings_everything_again() {
    let world = World::open().await;
    world.import(&documents::catalog()).await;
    let mut server = Server::of(world).await;
    server.introduce().await;
    let list = async |anchor: &str, configuration: bool, languages: &[(i32, bool)]| {
        let entry = |id: &str| format!("<IdAndDelta><Id>{id}</Id><Delta>{}</Delta></IdAndDelta>", !anchor.is_empty());
        let (product, class) = (entry(documents::FAMILY), entry("0fa1202d-4467-8419-a639-8fcd6a0f0000"));
        let languages: String = languages
            .iter()
            .map(|(id, delta)| format!("<LanguageAndDelta><Id>{id}</Id><Delta>{delta}</Delta></LanguageAndDelta>"))
            .collect();
        let filter = format!(
            "<filter><Anchor>{anchor}</Anchor><GetConfig>{configuration}</GetConfig><Categories>{product}</Categories><Classifications>{class}</Classifications><Languages>{languages}</Languages></filter>"
        );
        let text = server.call("GetRevisionIdList", &filter).await.ok();
        (values(&text, "UpdateID"), value(&text, "Anchor").unwrap())
    };
    // The document has English texts only.
    let update = vec!["11111111-2222-3333-4444-555555555555".to_owned()];
    let (english, anchor) = list("", false, &[(1033, false)]).await;
    assert_eq!(english, update);
    assert_eq!(list("", false, &[(1031, false)]).await.0, update, "German alone");
    assert_eq!(list("", false, &[]).await.0, update, "none named");
    let (known, unchanged) = list(&anchor, false, &[(1033, true)]).await;
    assert_eq!((known, &unchanged), (vec![], &anchor));
    assert_eq!(list(&anchor, false, &[(1033, true), (1031, false)]).await.0, update, "German is new");
    assert_eq!(list(&anchor, false, &[(1033, true), (1031, true)]).await.0, Vec::<String>::new());
    let (_, anchor) = list("", true, &[]).await;
    assert_eq!(list(&anchor, true, &[(1031, false)]).await.0, Vec::<String>::new(), "filters do not count there");
}

/// A WSUS announces that it takes no ids of computers, hardware and driver sets, and has none (Q65).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_no_driver_sets() {
    let mut server = Server::of(World::open().await).await;
    server.introduce().await;
    let config = server.call("GetConfigData", "").await.ok();
    for limit in ["DriverSetsPer", "ComputerIdsIn", "PnpHardwareIdsIn"] {
        assert_eq!(value(&config, &format!("MaxNumberOf{limit}Request")).as_deref(), Some("0"));
    }
    let list = async |filter: &str| server.call("GetDriverIdList", &format!("<filter>{filter}</filter>")).await;
    let first = list("<Categories /><PnpHardwareIds />").await.ok();
    let anchor = value(&first, "Anchor").unwrap();
    let result = first.split("</Anchor>").nth(1).unwrap();
    assert!(result.starts_with("<NewRevisions /></GetDriverIdListResult>"), "{result}");
    let again = list(&format!("<Anchor>{anchor}</Anchor>")).await.ok();
    assert_eq!(value(&again, "Anchor"), Some(anchor), "nothing ever changes");
    let filter = ("InvalidParameters".to_owned(), "filter".to_owned());
    let computer = format!("<ComputerIds><IdAndDelta><Id>{PROBE}</Id><Delta>false</Delta></IdAndDelta></ComputerIds>");
    assert_eq!(list(&computer).await.fault(), filter, "more than the limit");
    let hardware =
        "<PnpHardwareIds><HardwareIdAndDelta><Id>PCI</Id><Delta>false</Delta></HardwareIdAndDelta></PnpHardwareIds>";
    assert_eq!(list(hardware).await.fault(), filter, "more than the limit");
    assert_eq!(list("<Anchor>9438,2026-10-04 16:33:26.668</Anchor>").await.fault(), filter);
    assert_eq!(server.call("GetDriverIdList", "").await.fault(), filter);

    let sets = async |sets: &str| server.call("GetDriverSetData", sets).await;
    assert!(sets("<driverSets />").await.ok().contains("<GetDriverSetDataResult />"));
    let wrong = ("InvalidParameters".to_owned(), "driverSets".to_owned());
    assert_eq!(sets("").await.fault(), wrong, "no list at all");
    assert_eq!(sets(&format!("<driverSets><guid>{PROBE}</guid></driverSets>")).await.fault(), wrong);
}

/// The file of the update, and its key.
const FILE: &str = "o3nVUm+zp6BCPaHNf8MYKo1EhEk=";
const KEY: &str = "c2VjcmV0IGtleSBvZiBhIGZpbGU=";
const PATCH: &str = "11111111-2222-3333-4444-555555555555";

/// A site to which the key of the file of its update came.
async fn with_key() -> World {
    let directory = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(directory.path().join("sluice.db"));
    let store = Store::open(StoreConfig::new(url, [7; 16])).await.unwrap();
    let sha1 = BASE64_STANDARD.decode(FILE).unwrap().try_into().unwrap();
    let revision = RevisionRef { update: UpdateId(PATCH.parse().unwrap()), number: 200 };
    let (wanted, came) = ([(sha1, revision)], [(sha1, BASE64_STANDARD.decode(KEY).unwrap())]);
    let write = store.write(move |tx| {
        Box::pin(async move {
            file_key::want(tx, &wanted).await?;
            file_key::put(tx, &came).await
        })
    });
    write.await.unwrap();
    store.close().await;
    let world = World::open_in(directory).await;
    world.import(&documents::catalog()).await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_encrypted_files_go_to_servers() {
    let mut server = Server::of(with_key().await).await;
    server.introduce().await;
    let ask = async |ids: &str| server.call("GetUpdateDecryptionData", &format!("<updateIds>{ids}</updateIds>")).await;
    let (update, other) = (identity(PATCH, 200), identity(documents::FAMILY, 100));
    let text = ask(&format!("{update}{other}{update}{}", identity(PROBE, 1))).await.ok();
    let expected = format!(
        "<UpdateFileDecryptionData><ServerSyncUpdateFileDecryption><UpdateId><UpdateID>{PATCH}</UpdateID><RevisionNumber>200</RevisionNumber></UpdateId><FileDecryptionData><ServerSyncFileDecryption><FileDigest>{FILE}</FileDigest><DecryptionKey>{KEY}</DecryptionKey></ServerSyncFileDecryption></FileDecryptionData></ServerSyncUpdateFileDecryption></UpdateFileDecryptionData>"
    );
    assert!(text.contains(&expected), "{text}");
    let none = ask(&other).await.ok();
    assert!(none.contains("<UpdateFileDecryptionData />"), "{none}");
    let wrong = ("InvalidParameters".to_owned(), "updateIds".to_owned());
    assert_eq!(ask(&update.repeat(101)).await.fault(), wrong);
    assert_eq!(ask("").await.fault(), wrong);
    assert_eq!(server.call("GetUpdateDecryptionData", "").await.fault(), wrong);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_encrypted_files_go_to_devices() {
    let world = with_key().await;
    let data = faults::registered(&world).await;
    let ask = async |kind: &str| {
        let inside = format!(
            "<cookie><EncryptedData>{data}</EncryptedData></cookie><updateIDs>{}</updateIDs><infoTypes><XmlUpdateFragmentType>{kind}</XmlUpdateFragmentType></infoTypes>",
            identity(PATCH, 200)
        );
        world.post(CLIENT, faults::client("GetExtendedUpdateInfo2", &inside)).await.ok()
    };
    let text = ask("FileDecryption").await;
    let key = format!(
        "<FileDecryptionData><FileDecryption><FileDigest>{FILE}</FileDigest><DecryptionKey>{KEY}</DecryptionKey><SecurityData><base64Binary>{KEY}</base64Binary></SecurityData></FileDecryption></FileDecryptionData>"
    );
    assert!(text.contains(&key), "{text}");
    assert_eq!(value(&text, "HasEncryptedFiles").as_deref(), Some("true"));
    let text = ask("FileUrl").await;
    assert!(!text.contains(KEY) && text.contains("<FileLocation>"), "only to who asks for it: {text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_orders_of_the_configuration() {
    let mut server = Server::of(World::open().await).await;
    server.introduce().await;
    let names = |text: &str| {
        let paths = outline(text);
        paths
            .iter()
            .filter(|path| path.contains("/MaxNumber"))
            .map(|p| p.rsplit('/').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let config = server.call("GetConfigData", "").await.ok();
    assert_eq!(names(&config)[0], "MaxNumberOfComputerIdsInRequest");
    let change = DownstreamSettingsChange {
        config_order: Some(ConfigOrder::MicrosoftUpdate),
        ..DownstreamSettingsChange::default()
    };
    server.world.site.change_downstream_settings(&Caller::system(), change).await.unwrap();
    let config = server.call("GetConfigData", "").await.ok();
    assert_eq!(names(&config)[0], "MaxNumberOfUpdatesPerRequest");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_are_refused_and_listed() {
    let server = Server::of(World::open().await).await;
    let stranger = Uuid::from_u128(5);
    let body = format!(
        r#"<GetAuthorizationCookie xmlns="http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService"><accountName>stranger</accountName><accountGuid>{stranger}</accountGuid></GetAuthorizationCookie>"#
    );
    let (code, message) = server.post(AUTH, soap(&body)).await.fault();
    assert_eq!(code, "InvalidParameters");
    assert!(message.contains("not approved"), "{message}");
    let servers = server.world.site.downstream_servers(&Caller::system()).unwrap();
    assert_eq!(servers[0].name, "stranger");
    let refused = server.report("GetRollupConfiguration", "").await;
    assert_eq!(refused.fault().0, "InvalidParameters");
    assert_eq!(server.call("GetConfigData", "").await.fault(), ("InvalidCookie".into(), String::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollup() {
    let world = World::open().await;
    world.import(&documents::catalog()).await;
    let mut server = Server::of(world).await;
    server.introduce().await;
    let configuration = server.report("GetRollupConfiguration", "").await.ok();
    assert_eq!(value(&configuration, "DoDetailedRollup").as_deref(), Some("true"));
    assert_eq!(value(&configuration, "RollupComputersMaxBatchSize").as_deref(), Some("1500"));
    let now = "2026-11-22T10:00:00Z";
    let time = format!("<clientTime>{now}</clientTime>");
    let servers = format!(
        "{time}<downstreamServers><DownstreamServerRollupInfo><ServerId>{PROBE}</ServerId><FullDomainName>probe.example</FullDomainName><LastSyncTime>{now}</LastSyncTime><ParentServerId>{}</ParentServerId><Version>10.0</Version><IsReplica>true</IsReplica><LastRollupTime>{now}</LastRollupTime><ServerSummary><UpdateCount>5</UpdateCount><ComputerTargetCount>1</ComputerTargetCount></ServerSummary><ClientSummaries /></DownstreamServerRollupInfo></downstreamServers>",
        Uuid::nil()
    );
    server.report("RollupDownstreamServers", &servers).await.ok();
    let details = r#"<Details IPAddress="192.0.2.9" FullDomainName="pc.example" OSMajorVersion="10" OSMinorVersion="0" OSBuildNumber="26100" OSServicePackMajorNumber="0" OSServicePackMinorNumber="0" OSFamily="Windows" BiosReleaseDate="2020-01-01T00:00:00" SuiteMask="256" OldProductType="1" NewProductType="48" SystemMetrics="0" ClientVersion="10.0.1.2"><TargetGroupIdList /><RequestedTargetGroupNames /></Details>"#;
    let computer = |details: &str| {
        format!(
            r#"{time}<computers><ComputerRollupInfo ComputerId="pc" LastSyncTime="{now}" LastSyncResult="1" LastReportedRebootTime="1753-01-01T00:00:00" LastReportedStatusTime="{now}" LastInventoryTime="0001-01-01T00:00:00" ParentServerId="{PROBE}">{details}</ComputerRollupInfo></computers>"#
        )
    };
    let asked = server.report("RollupComputers", &computer("")).await.ok();
    assert!(asked.contains(r#"ComputerId="pc" Change="NewParent""#), "{asked}");
    let asked = server.report("RollupComputers", &computer(details)).await.ok();
    assert!(!asked.contains("NewParent"), "{asked}");
    let numbers = format!(
        "<parentServerId>{PROBE}</parentServerId><lastRollupNumbers><ComputerLastRollupNumber><ComputerId>pc</ComputerId><RollupNumber>3</RollupNumber></ComputerLastRollupNumber></lastRollupNumbers>"
    );
    let out = server.report("GetOutOfSyncComputers", &numbers).await.ok();
    assert_eq!(values(&out, "string"), ["pc"]);
    let status = format!(
        "{time}<parentServerId>{PROBE}</parentServerId><computers><ComputerStatusRollupInfo><InstanceId>{}</InstanceId><ComputerId>pc</ComputerId><EffectiveLastDetectionTime>{now}</EffectiveLastDetectionTime><RollupNumber>3</RollupNumber><IsFullRollup>true</IsFullRollup><UpdateStatus><ComputerStatusRollupUpdateStatus><UpdateId>11111111-2222-3333-4444-555555555555</UpdateId><SummarizationState>2</SummarizationState><LastChangeTime>{now}</LastChangeTime></ComputerStatusRollupUpdateStatus></UpdateStatus></ComputerStatusRollupInfo></computers>",
        Uuid::from_u128(1)
    );
    let taken = server.report("RollupComputerStatus", &status).await.ok();
    assert_eq!(value(&taken, "RollupComputerStatusResult").as_deref(), Some("true"));
    let out = server.report("GetOutOfSyncComputers", &numbers).await.ok();
    assert_eq!(values(&out, "string"), Vec::<String>::new());
    let known = server.world.site.downstream_server(&Caller::system(), ServerId(PROBE.parse().unwrap())).unwrap();
    assert_eq!((known.devices, known.non_compliant, known.replica), (1, 1, true));
}
