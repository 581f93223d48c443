//! The agent protocol: who is let in, what is taken.

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use sluice_site::Caller;
use sluice_wire::{Inventory, Package};

use crate::client::{Answer, Ask};
use crate::operations::NOBODY;
use crate::site::TestSite;

async fn post(site: &TestSite, path: &str, credential: &str, body: &Value) -> Answer {
    Ask::new(&site.clients, "post", &format!("/agent/v1/{path}")).bearer(credential).json(body).send().await
}

async fn enrollment_token(site: &TestSite, uses: u32) -> String {
    let valid = SignedDuration::from_hours(1);
    site.site.create_enrollment_token(&Caller::system(), valid, uses).await.unwrap().1
}

async fn enroll(site: &TestSite) -> String {
    let token = enrollment_token(site, 1).await;
    let body = json!({ "token": token, "hostname": "web1", "agent_version": "0.1.0" });
    let answer = Ask::new(&site.clients, "post", "/agent/v1/enroll").json(&body).send().await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()["credential"].as_str().unwrap().to_owned()
}

fn check_in(hash: Option<String>) -> Value {
    json!({ "agent_version": "0.1.0", "hostname": "web1", "inventory_hash": hash, "policy_hash": null,
        "status": { "state": "idle", "detail": "", "can_install": true } })
}

fn inventory(versions: &[(&str, &str)]) -> Inventory {
    let package = |(name, version): &(&str, &str)| Package {
        name: (*name).into(),
        arch: "amd64".into(),
        version: (*version).into(),
        source: (*name).into(),
        held: false,
        broken: false,
    };
    let mut inventory = Inventory {
        architecture: "amd64".into(),
        packages: versions.iter().map(package).collect(),
        ..Inventory::default()
    };
    inventory.normalize();
    inventory
}

#[tokio::test]
async fn nobody_gets_nothing() {
    let site = TestSite::open().await;
    let upload = serde_json::to_value(inventory(&[]).upload(None)).unwrap();
    let report = json!({ "serial": 1, "enforcement": [], "events": [] });
    for (path, body) in [("check-in", check_in(None)), ("inventory", upload), ("report", report)] {
        let path = format!("/agent/v1/{path}");
        let bare = Ask::new(&site.clients, "post", &path).json(&body).send().await;
        assert_eq!((bare.status, bare.problem().as_str()), (StatusCode::UNAUTHORIZED, "unauthenticated"), "{path}");
        let secret = "A".repeat(43);
        for forged in ["x", NOBODY, &format!("{NOBODY}.{secret}"), &site.administrator] {
            let answer = Ask::new(&site.clients, "post", &path).bearer(forged).json(&body).send().await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path} {forged}");
        }
    }
    let admin = Ask::new(&site.clients, "get", "/api/v1/site").bearer(&site.administrator).send().await;
    assert_eq!(admin.status, StatusCode::NOT_FOUND, "the API is not on the devices' listener");
}

#[tokio::test]
async fn enrolment_tokens_are_used_up() {
    let site = TestSite::open().await;
    let token = enrollment_token(&site, 1).await;
    let enroll = async |token: &str, hostname: &str| {
        let body = json!({ "token": token, "hostname": hostname, "agent_version": "0.1.0" });
        Ask::new(&site.clients, "post", "/agent/v1/enroll").json(&body).send().await
    };
    assert_eq!(enroll("sl1.nonsense", "web1").await.status, StatusCode::UNAUTHORIZED);
    let nameless = enroll(&token, "\u{1b}[2J").await;
    assert_eq!((nameless.status, nameless.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
    assert_eq!(enroll(&token, "web1").await.status, StatusCode::OK);
    assert_eq!(enroll(&token, "web2").await.status, StatusCode::UNAUTHORIZED, "one use only");
}

#[tokio::test]
async fn inventories_travel_whole_and_as_differences() {
    let site = TestSite::open().await;
    let credential = enroll(&site).await;
    let first = inventory(&[("libc6", "2.36-9"), ("vim", "2:9.0")]);
    let answer = post(&site, "check-in", &credential, &check_in(Some(first.hash()))).await.json();
    assert_eq!(answer["inventory"], json!({ "send": "whole" }));
    assert!(answer["policy"]["signature"].is_string());

    let upload = serde_json::to_value(first.upload(None)).unwrap();
    let answer = post(&site, "inventory", &credential, &upload).await.json();
    assert_eq!(answer, json!({ "held": first.hash(), "send_whole": false }));
    let answer = post(&site, "check-in", &credential, &check_in(Some(first.hash()))).await.json();
    assert_eq!(answer["inventory"], json!({ "send": "nothing" }));

    let second = inventory(&[("libc6", "2.36-9+deb12u1"), ("vim", "2:9.0")]);
    let answer = post(&site, "check-in", &credential, &check_in(Some(second.hash()))).await.json();
    assert_eq!(answer["inventory"], json!({ "send": "difference", "base": first.hash() }));
    let difference = second.upload(Some(&first));
    assert_eq!(difference.packages_set.len(), 1);
    let difference = serde_json::to_value(difference).unwrap();
    let answer = post(&site, "inventory", &credential, &difference).await.json();
    assert_eq!(answer["send_whole"], false);

    // The same difference again is to an inventory the site no longer holds.
    let answer = post(&site, "inventory", &credential, &difference).await.json();
    assert_eq!(answer, json!({ "held": second.hash(), "send_whole": true }));

    let mut tampered = upload;
    tampered["rest"]["architecture"] = json!("i386");
    let answer = post(&site, "inventory", &credential, &tampered).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
}

#[tokio::test]
async fn reports_are_bounded_and_acknowledged() {
    let site = TestSite::open().await;
    let credential = enroll(&site).await;
    let event = json!({ "at": 1, "kind": "scan", "text": "<b>\u{1b}[31m'; DROP TABLE device; --" });
    let report = json!({ "serial": 1, "enforcement": [], "events": [event] });
    for _ in 0..2 {
        let answer = post(&site, "report", &credential, &report).await;
        assert_eq!(answer.json()["acknowledged"], 1, "sent twice, stored once");
    }
    let devices = Ask::new(&site.admin, "get", "/api/v1/devices").bearer(&site.reader).send().await.json();
    let id = devices["items"][0]["id"].as_str().unwrap();
    let events = Ask::new(&site.admin, "get", &format!("/api/v1/devices/{id}/events")).bearer(&site.reader);
    let events = events.send().await.json();
    let mine: Vec<_> = events["items"].as_array().unwrap().iter().filter(|e| e["kind"] == "scan").collect();
    assert_eq!(mine.len(), 1, "{events}");
    assert_eq!(mine[0]["text"], "<b> [31m'; DROP TABLE device; --");

    let many = json!({ "serial": 2, "enforcement": [], "events": vec![report["events"][0].clone(); 2_001] });
    assert_eq!(post(&site, "report", &credential, &many).await.problem(), "invalid");
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let site = TestSite::open().await;
    let credential = enroll(&site).await;
    for (path, limit) in [
        ("enroll", 64 << 10),
        ("check-in", 64 << 10),
        ("inventory", sluice_wire::MAX_BODY),
        ("report", sluice_wire::MAX_BODY),
    ] {
        let ask = || Ask::new(&site.clients, "post", &format!("/agent/v1/{path}")).bearer(&credential);
        for text in ["", "{", "null", "[]", "{}"] {
            assert_eq!(ask().body("application/json", text).send().await.problem(), "malformed", "{path} {text}");
        }
        let large = ask().body("application/json", vec![b' '; limit + 1]).send().await;
        assert_eq!((large.status, large.problem().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too-large"), "{path}");
        let plain = ask().body("text/plain", "{}").send().await;
        assert_eq!(plain.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path}");
        let get = Ask::new(&site.clients, "get", &format!("/agent/v1/{path}")).send().await;
        assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}
