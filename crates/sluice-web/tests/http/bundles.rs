//! Bundles over the API.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::client::{Answer, Ask};
use crate::site::TestSite;

const KIND: &str = "application/octet-stream";

async fn export(site: &TestSite, request: &Value) -> Answer {
    Ask::new(&site.admin, "post", "/api/v1/bundles/exports").bearer(&site.administrator).json(request).send().await
}

async fn send(site: &TestSite, path: &str, body: &[u8]) -> Answer {
    let ask = Ask::new(&site.admin, "post", &format!("/api/v1/bundles/{path}")).bearer(&site.administrator);
    ask.body(KIND, body.to_vec()).send().await
}

async fn get(site: &TestSite, path: &str) -> Value {
    Ask::new(&site.admin, "get", &format!("/api/v1/bundles{path}")).bearer(&site.reader).send().await.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_the_bundle_itself() {
    let site = TestSite::open().await;
    let first = export(&site, &json!({})).await;
    assert_eq!((first.status, &first.headers["content-type"]), (StatusCode::OK, &KIND.parse().unwrap()));
    assert_eq!(&first.body[..8], b"SLUICEB\n");
    assert_eq!(
        (first.headers["x-bundle-sequence"].as_bytes(), first.headers["x-bundle-missing-files"].as_bytes()),
        (&b"1"[..], &b"0"[..])
    );
    assert_eq!(first.headers["content-disposition"], "attachment; filename=\"bundle-1.sluice\"");
    let delta = json!({ "since": "last", "content": "none", "parts": ["groups", "documents"],
        "expires_seconds": 3600, "site": "00000000-0000-4000-8000-00000000dead" });
    let second = export(&site, &delta).await;
    assert_eq!(second.status, StatusCode::OK, "{second:?}");
    let history = get(&site, "").await;
    let (newest, oldest) = (&history["exports"][0], &history["exports"][1]);
    assert_eq!((&newest["previous"], &newest["parts"]), (&oldest["id"], &json!(["documents", "groups"])));
    assert_eq!(newest["bytes"], second.body.len());
    assert_eq!((&newest["expires_at"], &oldest["content"]), (&json!("2026-11-22T11:00:00Z"), &json!("deployed")));

    for (wrong, field) in [
        (json!({ "content": "some" }), "content"),
        (json!({ "parts": ["devices"] }), "parts"),
        (json!({ "parts": [] }), "parts"),
        (json!({ "expires_seconds": 0 }), "expires_seconds"),
        (json!({ "expires_seconds": u64::MAX }), "expires_seconds"),
    ] {
        let answer = export(&site, &wrong).await;
        assert_eq!((answer.status, &answer.json()["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)));
    }
    assert_eq!(export(&site, &json!({ "since": "17" })).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_trusted_bundles_are_read() {
    let site = TestSite::open().await;
    let bundle = export(&site, &json!({})).await.body;
    let key = get(&site, "/key").await;
    assert_eq!((&key["name"], key["public_key"].as_str().unwrap().len()), (&json!("Test site"), 64));
    for path in ["verify", "imports", "imports?parts=documents,content"] {
        let answer = send(&site, path, &bundle).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{answer:?}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(key["fingerprint"].as_str().unwrap()), "{detail}");
    }
    assert_eq!(send(&site, "verify", b"no bundle").await.problem(), "invalid");
    assert_eq!(send(&site, "imports?parts=devices", b"").await.json()["field"], "parts");
    assert_eq!(get(&site, "").await["imports"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_trusted_and_not() {
    let site = TestSite::open().await;
    let add = async |name: &str, key: &str| {
        let body = json!({ "name": name, "public_key": key });
        Ask::new(&site.admin, "post", "/api/v1/bundles/signers").bearer(&site.administrator).json(&body).send().await
    };
    let key = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29";
    let added = add("North", &key.to_uppercase()).await;
    assert_eq!((added.status, &added.json()["public_key"]), (StatusCode::CREATED, &json!(key)));
    assert_eq!(add("North", &"00".repeat(32)).await.status, StatusCode::CONFLICT);
    assert_eq!(add("East", key).await.status, StatusCode::CONFLICT);
    assert_eq!(add("East", "x").await.json()["field"], "public_key");
    let own = get(&site, "/key").await["public_key"].as_str().unwrap().to_owned();
    assert_eq!(add("Me", &own).await.status, StatusCode::CONFLICT);
    assert_eq!(get(&site, "/signers").await["items"][0]["name"], "North");
    let remove = async || {
        let path = format!("/api/v1/bundles/signers/{key}");
        Ask::new(&site.admin, "delete", &path).bearer(&site.administrator).send().await.status
    };
    assert_eq!(remove().await, StatusCode::NO_CONTENT);
    assert_eq!(remove().await, StatusCode::NOT_FOUND);
    assert_eq!(get(&site, "/signers").await["total"], 0);
}
