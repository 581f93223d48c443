//! Content that is not here, asked for by a device.

use axum::http::StatusCode;
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;
use sluice_site::Caller;

use crate::client::Ask;
use crate::site::TestSite;

#[tokio::test]
async fn settings_of_content_are_shown_and_changed() {
    let site = TestSite::open().await;
    let get = Ask::new(&site.admin, "get", "/api/v1/settings/content").bearer(&site.reader).send().await;
    let first = json!({ "policy": "on-approval", "update_files": "full", "parallel": 4, "bandwidth": null,
        "grace_seconds": 2_592_000, "undeployed_bytes": 32_000_000_000_u64 });
    assert_eq!(get.json(), first);
    let patch =
        |body| Ask::new(&site.admin, "patch", "/api/v1/settings/content").bearer(&site.administrator).json(&body);
    let changed = patch(json!({ "policy": "all", "bandwidth": 1_000_000, "update_files": "full-and-express",
        "undeployed_bytes": 0 }));
    assert_eq!(changed.send().await.status, StatusCode::OK);
    let unlimited = patch(json!({ "bandwidth": 0, "policy": "on-approval", "update_files": "full",
        "undeployed_bytes": 32_000_000_000_u64 }));
    let unlimited = unlimited.send().await;
    assert_eq!(unlimited.json(), first);
    let wrong = patch(json!({ "parallel": 99 })).send().await;
    assert_eq!((wrong.status, wrong.json()["field"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("parallel")));
}

#[tokio::test]
async fn the_status_tells_where_fetching_stands() {
    let site = TestSite::open().await;
    let status = Ask::new(&site.admin, "get", "/api/v1/content/status").bearer(&site.reader).send().await.json();
    assert_eq!(status["fetching"]["wanted"], 0);
    assert_eq!(status["fetching"]["running"], json!([]));
    let unknown = json!({ "sha1": ["00".repeat(20)] });
    let post = |path, body| Ask::new(&site.admin, "post", path).bearer(&site.administrator).json(&body);
    assert_eq!(post("/api/v1/content/fetch", unknown).send().await.status, StatusCode::NOT_FOUND);
    assert_eq!(post("/api/v1/content/fetch", json!({})).send().await.json(), json!({ "retried": 0, "fetched": 0 }));
    let collected = post("/api/v1/content/collect", json!({ "dry_run": true })).send().await.json();
    assert_eq!(collected["files"], 0);
    let verified = post("/api/v1/content/verify", json!({})).send().await.json();
    assert_eq!(verified["done"], 0);
}

const NAME: &str = "A9993E364706816ABA3E25717850C26C9CD0D89D.cab";

/// An update whose file is `abc`, which no source says the place of.
const DOCUMENT: &str = r#"<upd:Update xmlns:upd="http://schemas.microsoft.com/msus/2002/12/Update"><upd:UpdateIdentity UpdateID="0fa1201d-4330-4fa8-8ae9-b877473b6441" RevisionNumber="7"/><upd:Properties DefaultPropertiesLanguage="en" ExplicitlyDeployable="true"/><upd:LocalizedPropertiesCollection><upd:LocalizedProperties><upd:Language>en</upd:Language><upd:Title>A</upd:Title></upd:LocalizedProperties></upd:LocalizedPropertiesCollection><upd:Files><upd:File Digest="qZk+NkcGgWq6PiVxeFDCbJzQ2J0=" DigestAlgorithm="SHA1" FileName="a.cab" Size="3"/></upd:Files></upd:Update>"#;

/// WSUS names files that it does not hold, and answers 404 for them (peer-wsus-rs.md, Q49).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_has_is_not_found() {
    let site = TestSite::open().await;
    let body = stream::iter([Ok(Bytes::from_static(DOCUMENT.as_bytes()))]);
    site.site.import_catalog(&Caller::system(), "a.xml", None, body).await.unwrap();
    let path = format!("/Content/9D/{NAME}");
    let homeless = async || {
        let status = Ask::new(&site.admin, "get", "/api/v1/content/status").bearer(&site.reader).send().await.json();
        status["fetching"]["homeless"].clone()
    };
    // Who only looks does not make anybody look for it.
    let head = Ask::new(&site.clients, "head", &path).send().await;
    assert_eq!((head.status, head.headers["content-length"].to_str().unwrap()), (StatusCode::OK, "3"));
    assert_eq!(homeless().await, 0);
    for _ in 0..2 {
        let answer = Ask::new(&site.clients, "get", &path).send().await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(homeless().await, 1);
    assert_eq!(Ask::new(&site.clients, "head", &path).send().await.status, StatusCode::NOT_FOUND);
    let part = site.site.content().part(&sluice_content::ContentName::parse(NAME).unwrap(), 3);
    assert_eq!(part.unwrap().arrived(), 0);
}
