//! Importing metadata and uploading content over the API.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::client::{Answer, Ask};
use crate::site::TestSite;

const KIND: &str = "application/octet-stream";

/// SHA-1 of `abc`, as in addresses and as documents have it.
const NAME: &str = "A9993E364706816ABA3E25717850C26C9CD0D89D.cab";
const DIGEST: &str = "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";

fn document(title: &str) -> String {
    format!(
        "<u:Update xmlns:u=\"http://schemas.microsoft.com/msus/2002/12/Update\">\
         <u:UpdateIdentity UpdateID=\"0fa1201d-0000-0000-0000-000000000001\" RevisionNumber=\"1\"/>\
         <u:Properties ExplicitlyDeployable=\"true\"/><u:LocalizedPropertiesCollection><u:LocalizedProperties>\
         <u:Language>en</u:Language><u:Title>{title}</u:Title></u:LocalizedProperties></u:LocalizedPropertiesCollection>\
         <u:Files><u:File Digest=\"{DIGEST}\" DigestAlgorithm=\"SHA1\" FileName=\"a.cab\" Size=\"3\"/></u:Files></u:Update>"
    )
}

async fn import(site: &TestSite, body: impl Into<Body>) -> Answer {
    Ask::new(&site.admin, "post", "/api/v1/catalog/import?name=all.xml")
        .bearer(&site.administrator)
        .body(KIND, body)
        .send()
        .await
}

async fn put(site: &TestSite, name: &str, sha256: Option<&str>, body: &'static str) -> Answer {
    let mut ask = Ask::new(&site.admin, "put", &format!("/api/v1/content/{name}")).bearer(&site.administrator);
    if let Some(sha256) = sha256 {
        ask = ask.header("x-content-sha256", sha256);
    }
    ask.body(KIND, body).send().await
}

#[tokio::test]
async fn metadata_and_content_come_over_the_api() {
    let site = TestSite::open().await;
    let answer = import(&site, document("An update") + "<html/>").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let json = answer.json();
    assert_eq!((&json["documents"], &json["new_updates"], &json["quarantined"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!(json["problems"][0]["reason"], "the outermost element is \"html\", not Update");
    let get =
        async |path: &str| -> Value { Ask::new(&site.admin, "get", path).bearer(&site.reader).send().await.json() };
    let sources = get("/api/v1/sources").await;
    assert_eq!((&sources["items"][0]["kind"], &sources["items"][0]["apt"]), (&json!("catalog-file"), &Value::Null));
    assert_eq!(get("/api/v1/sync/quarantine").await["total"], 1);
    assert_eq!(get("/api/v1/updates").await["items"][0]["title"], "An update");

    let status = get("/api/v1/content/status").await;
    assert_eq!((&status["files"], &status["missing"][0]["name"]), (&json!(1), &json!(NAME)));
    let asked = json!({ "sha1": [&NAME[..40].to_lowercase(), "00".repeat(20)] });
    let wanted = Ask::new(&site.admin, "post", "/api/v1/content/wanted").bearer(&site.reader).json(&asked).send().await;
    assert_eq!(wanted.json()["items"], json!([{ "name": NAME, "file_name": "a.cab", "size": 3 }]));
    // SHA-256 of `abc` (FIPS 180-4, example).
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let added = put(&site, &NAME.to_lowercase(), Some(sha256), "abc").await;
    assert_eq!(added.json(), json!({ "name": NAME, "size": 3, "sha256": sha256, "new": true }), "{added:?}");
    assert_eq!(get("/api/v1/content/status").await["present"], 1);
    let served = Ask::new(&site.clients, "get", &format!("/Content/9D/{NAME}")).send().await;
    assert_eq!(served.body, b"abc");
}

#[tokio::test]
async fn what_is_wrong_is_refused() {
    let site = TestSite::open().await;
    let refused = |answer: &Answer, detail: &str| {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{answer:?}");
        assert!(answer.json()["detail"].as_str().unwrap().contains(detail), "{answer:?}");
    };
    refused(&import(&site, "").await, "there is no update metadata in all.xml");
    refused(&put(&site, "readme.txt", None, "abc").await, "`readme.txt` is not the name of a file");
    refused(&put(&site, NAME, None, "abd").await, "was not stored: the content has the SHA-1 ");
    refused(&put(&site, NAME, Some(&"00".repeat(32)), "abc").await, "the SHA-256 ");
    refused(&put(&site, NAME, Some("xyz"), "abc").await, "the header is not a SHA-256");
    let wanted = Ask::new(&site.admin, "post", "/api/v1/content/wanted").bearer(&site.reader);
    refused(&wanted.json(&json!({ "sha1": ["xyz"] })).send().await, "`xyz` is not a SHA-1");
    // An upload that breaks off.
    let pieces = [Ok(Bytes::from(document("whole"))), Err(std::io::Error::other("cut"))];
    let broken = Body::from_stream(tokio_stream::iter(pieces));
    refused(&import(&site, broken).await, "the upload of all.xml broke off");
    // What had arrived stays.
    assert_eq!(import(&site, document("whole")).await.json()["unchanged"], 1);
}
