//! The faults on which agents decide what to do next (protocols.md §2.3).

use jiff::SignedDuration;
use sluice_model::SiteType;
use sluice_site::Caller;
use sluice_site::windows::settings::WindowsSettingsChange;
use sluice_store::{DatabaseUrl, StoreConfig, restore};

use crate::shape::{shape, value, with};
use crate::shared;
use crate::world::{Answer, CLIENT, REPORTING, SIMPLE_AUTH, World};

const NAMESPACE: &str = "http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService";

fn envelope(namespace: &str, operation: &str, inside: &str) -> String {
    format!(
        r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><{operation} xmlns="{namespace}">{inside}</{operation}></s:Body></s:Envelope>"#
    )
}

pub fn client(operation: &str, inside: &str) -> String {
    envelope(NAMESPACE, operation, inside)
}

fn cookie(data: &str) -> String {
    format!("<cookie><EncryptedData>{data}</EncryptedData></cookie>")
}

async fn authorize(world: &World, id: &str, dns_name: &str) -> Answer {
    let inside = format!("<clientId>{id}</clientId><dnsName>{dns_name}</dnsName>");
    let namespace = "http://www.microsoft.com/SoftwareDistribution/Server/SimpleAuthWebService";
    world.post(SIMPLE_AUTH, envelope(namespace, "GetAuthorizationCookie", &inside)).await
}

async fn get_cookie(world: &World, authorizations: &[&str], old: &str, last_change: &str) -> Answer {
    let one = |data: &&str| {
        format!(
            "<AuthorizationCookie><PlugInId>SimpleTargeting</PlugInId><CookieData>{data}</CookieData></AuthorizationCookie>"
        )
    };
    let all: String = authorizations.iter().map(one).collect();
    let inside = format!(
        "<authCookies>{all}</authCookies><oldCookie><Expiration>2026-10-04T15:03:36Z</Expiration><EncryptedData>{old}</EncryptedData></oldCookie><lastChange>{last_change}</lastChange><currentTime>2026-10-04T15:03:36Z</currentTime><protocolVersion>2.90</protocolVersion>"
    );
    world.post(CLIENT, client("GetCookie", &inside)).await
}

async fn last_change(world: &World) -> String {
    value(&world.post(CLIENT, client("GetConfig", "")).await.ok(), "LastChange").unwrap()
}

/// A cookie of a client that has not registered.
async fn stranger(world: &World) -> String {
    let authorization = value(&authorize(world, "client-1", "pc1").await.ok(), "CookieData").unwrap();
    let answer = get_cookie(world, &[&authorization], "", &last_change(world).await).await;
    value(&answer.ok(), "EncryptedData").unwrap()
}

/// A cookie of one that has.
pub async fn registered(world: &World) -> String {
    let data = stranger(world).await;
    let inside = format!("{}<computerInfo><DnsName>pc1</DnsName></computerInfo>", cookie(&data));
    world.post(CLIENT, client("RegisterComputer", &inside)).await.ok();
    data
}

async fn sync(world: &World, data: &str, parameters: &str) -> Answer {
    let inside = format!("{}<parameters>{parameters}</parameters>", cookie(data));
    world.post(CLIENT, client("SyncUpdates", &inside)).await
}

fn is(answer: &Answer, code: &str) {
    let (found, message) = answer.fault();
    assert_eq!((found.as_str(), message.as_str()), (code, ""), "{}", answer.text);
    assert!(
        answer.text.contains(r#"<faultcode>s:Client</faultcode><faultstring>Fault occurred</faultstring><detail>"#)
    );
    assert!(answer.text.contains(&format!("<Method>\"{NAMESPACE}/")));
}

/// A central administration site has no devices of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_central_site_registers_nobody() {
    let world = World::open().await;
    world.site.set_site_type(&Caller::system(), SiteType::Central).await.unwrap();
    let data = stranger(&world).await;
    let inside = format!("{}<computerInfo><DnsName>pc1</DnsName></computerInfo>", cookie(&data));
    let refused = world.post(CLIENT, client("RegisterComputer", &inside)).await;
    let (code, message) = refused.fault();
    assert_eq!(code, "InvalidParameters");
    assert!(message.starts_with("computerInfo: this is a central administration site"), "{message}");
    is(&sync(&world, &data, "<ExpressQuery>false</ExpressQuery>").await, "RegistrationRequired");
    assert!((world.metric("windows_registrations_refused_total") - 1.0).abs() < f64::EPSILON);
    assert!(world.metric("devices").abs() < f64::EPSILON);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_state_of_a_cookie_has_its_fault() {
    let world = World::open().await;
    let data = stranger(&world).await;
    is(&sync(&world, &data, "").await, "RegistrationRequired");
    let data = registered(&world).await;
    sync(&world, &data, "").await.ok();
    for forged in ["", "AAAA", &data[4..], &"A".repeat(152)] {
        is(&sync(&world, forged, "").await, "InvalidCookie");
    }
    is(&world.post(CLIENT, client("SyncUpdates", "<parameters/>")).await, "InvalidCookie");

    let change = WindowsSettingsChange { metadata_over_http: Some(true), ..WindowsSettingsChange::default() };
    let old = last_change(&world).await;
    world.site.change_windows_settings(&Caller::system(), change).await.unwrap();
    is(&sync(&world, &data, "").await, "ConfigChanged");
    let authorization = value(&authorize(&world, "client-1", "pc1").await.ok(), "CookieData").unwrap();
    is(&get_cookie(&world, &[&authorization], &data, &old).await, "ConfigChanged");
    let new = last_change(&world).await;
    let data = value(&get_cookie(&world, &[&authorization], &data, &new).await.ok(), "EncryptedData").unwrap();
    sync(&world, &data, "").await.ok();

    is(&get_cookie(&world, &[], "", &new).await, "InvalidAuthorizationCookie");
    is(&get_cookie(&world, &[&authorization, &authorization], "", &new).await, "InvalidAuthorizationCookie");
    is(&get_cookie(&world, &[&data], "", &new).await, "InvalidAuthorizationCookie");
    is(&get_cookie(&world, &[&authorization], &"A".repeat(300), &new).await, "InvalidCookie");
    is(&sync(&world, &authorization, "").await, "InvalidCookie");

    world.pass(SignedDuration::from_hours(12));
    is(&sync(&world, &data, "").await, "CookieExpired");
    is(&get_cookie(&world, &[&authorization], "", &new).await, "InvalidAuthorizationCookie");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_server_says_so() {
    let world = World::open().await;
    let data = registered(&world).await;
    let copy = world.directory.path().join("copy.db");
    world.site.backup(&Caller::system(), copy.clone()).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(directory.path().join("sluice.db"));
    restore(&StoreConfig::new(url, [9; 16]), &copy).await.unwrap();
    let restored = World::open_in(directory).await;
    is(&sync(&restored, &data, "").await, "ServerChanged");
    let authorization = value(&authorize(&restored, "client-1", "pc1").await.ok(), "CookieData").unwrap();
    let last_change = last_change(&restored).await;
    is(&get_cookie(&restored, &[&authorization], &data, &last_change).await, "ServerChanged");
    let data = value(&get_cookie(&restored, &[&authorization], "", &last_change).await.ok(), "EncryptedData").unwrap();
    sync(&restored, &data, "").await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_parameters_are_named() {
    let world = World::open().await;
    let data = registered(&world).await;
    let ids = |count: usize| {
        format!("<InstalledNonLeafUpdateIDs>{}</InstalledNonLeafUpdateIDs>", "<int>7</int>".repeat(count))
    };
    sync(&world, &data, &ids(400)).await.ok();
    let refused = sync(&world, &data, &ids(401)).await;
    let expected = ("InvalidParameters".to_owned(), "parameters.InstalledNonLeafUpdateIDs".to_owned());
    assert_eq!(refused.fault(), expected);
    if let Some(recorded) = shared::text("captures/driver-wsus/000141/response.body") {
        assert_eq!(shape(&refused.text), shape(&recorded));
        assert_eq!(refused.headers["cache-control"], "private");
    }
    let message = |answer: Answer| {
        let (code, message) = answer.fault();
        assert_eq!(code, "InvalidParameters");
        message
    };
    let spec = "<SystemSpec><Device><HardwareIDs><string>x</string></HardwareIDs></Device></SystemSpec>";
    assert_eq!(message(sync(&world, &data, spec).await), "parameters.SystemSpec");
    assert_eq!(message(sync(&world, &data, "<SkipSoftwareSync>maybe</SkipSoftwareSync>").await), "SkipSoftwareSync");
    let without = world.post(CLIENT, client("SyncUpdates", &cookie(&data))).await;
    assert_eq!(message(without), "parameters");
    assert_eq!(message(authorize(&world, "a b", "pc").await), "clientId");
    let unnamed = authorize(&world, "client-1", "").await;
    assert!(
        unnamed
            .text
            .contains("<faultactor>https://wsus.example:8531/SimpleAuthWebService/SimpleAuth.asmx</faultactor>")
    );
    assert!(unnamed.text.starts_with(r#"<?xml version="1.0" encoding="utf-8"?><soap:Envelope"#));
    assert_eq!(message(unnamed), "dnsName");
    let extended = format!("{}<revisionIDs>{}</revisionIDs>", cookie(&data), "<int>1</int>".repeat(51));
    assert_eq!(message(world.post(CLIENT, client("GetExtendedUpdateInfo", &extended)).await), "revisionIDs");
    let digest = format!("{}<fileDigests><base64Binary>AAAA</base64Binary></fileDigests>", cookie(&data));
    assert_eq!(message(world.post(CLIENT, client("GetFileLocations", &digest)).await), "fileDigests");
    let many = "<CategoryRelationship><IndexOfAndGroup>0</IndexOfAndGroup><CategoryId>dd78b8a1-0b20-45c1-add6-4da72e9364cf</CategoryId></CategoryRelationship>".repeat(200);
    let many = format!("<requestedCategories>{many}</requestedCategories>");
    assert_eq!(message(world.post(CLIENT, client("StartCategoryScan", &many)).await), "requestedCategories");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_operations_answer() {
    let world = World::open().await;
    let data = registered(&world).await;
    let identity = "<UpdateIdentity><UpdateID>dd78b8a1-0b20-45c1-add6-4da72e9364cf</UpdateID><RevisionNumber>1</RevisionNumber></UpdateIdentity>";
    let inside = format!("{}<globalIDs>{identity}</globalIDs>", cookie(&data));
    let text = world.post(CLIENT, client("RefreshCache", &inside)).await.ok();
    assert!(text.contains("<RefreshCacheResult/>"), "{text}");
    let inside = format!(
        "{}<updateIDs>{identity}</updateIDs><infoTypes><XmlUpdateFragmentType>FileUrl</XmlUpdateFragmentType></infoTypes>",
        cookie(&data)
    );
    let text = world.post(CLIENT, client("GetExtendedUpdateInfo2", &inside)).await.ok();
    assert!(text.contains("<GetExtendedUpdateInfo2Result/>"), "{text}");
    let text = world.post(CLIENT, client("SyncPrinterCatalog", &cookie(&data))).await.ok();
    assert!(text.contains("<SyncPrinterCatalogResult><Truncated>false</Truncated><NewCookie>"), "{text}");
    let located =
        format!("{}<fileDigests><base64Binary>{}=</base64Binary></fileDigests>", cookie(&data), "A".repeat(27));
    let text = world.post(CLIENT, client("GetFileLocations", &located)).await.ok();
    assert!(text.contains("<GetFileLocationsResult><NewCookie>"), "{text}");

    let namespace = "http://www.microsoft.com/SoftwareDistribution";
    let report = |operation: &str, inside: &str| world.post(REPORTING, envelope(namespace, operation, inside));
    let rules = format!("{}<rulesId>{}</rulesId>", cookie(&data), uuid::Uuid::nil());
    let text = report("GetRequiredInventoryType", &rules).await.ok();
    assert!(text.contains("<GetRequiredInventoryTypeResult>0</GetRequiredInventoryTypeResult>"), "{text}");
    let text = report("ReportInventory", &cookie(&data)).await.ok();
    assert!(text.contains("<ReportInventoryResult>true</ReportInventoryResult>"), "{text}");
    assert_eq!(report("ReportInventory", &cookie("AAAA")).await.fault().0, "InvalidCookie");
    assert_eq!(report("ReportEventBatch2", "<computerId>client-1</computerId>").await.fault().0, "InvalidCookie");
    assert_eq!(report("ReportEventBatch", "").await.fault().0, "InvalidCookie");
    let ping = envelope(&format!("{namespace}/Server/IMonitorable"), "Ping", "<pingLevel>0</pingLevel>");
    let text = world.post(REPORTING, ping).await.ok();
    assert!(text.contains("<SuccessFlag>true</SuccessFlag>") && text.contains("<IsHttps>true</IsHttps>"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_ids_is_answered_or_refused() {
    let world = World::open().await;
    let data = registered(&world).await;
    let ids = |count: usize| format!("<OtherCachedUpdateIDs>{}</OtherCachedUpdateIDs>", "<int>7</int>".repeat(count));
    sync(&world, &data, &ids(5_000)).await.ok();
    let refused = sync(&world, &data, &ids(100_001)).await;
    assert_eq!(refused.fault().0, "InvalidParameters");
    let elements = sync(&world, &data, &"<x/>".repeat(500_000)).await;
    assert_eq!(elements.status, 500, "{}", elements.text);
    assert!(elements.text.contains("<faultcode>s:Client</faultcode>"));
    sync(&world, &data, "").await.ok();
    let replaced = with(&client("SyncUpdates", &cookie(&data)), "EncryptedData", "!!!");
    assert_eq!(world.post(CLIENT, replaced).await.fault().0, "InvalidParameters");
}
