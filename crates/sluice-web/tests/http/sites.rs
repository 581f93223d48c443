//! The protocol between sites: who may speak, and what they may say.

use std::net::Ipv4Addr;

use axum::http::StatusCode;
use serde_json::{Value, json};
use sluice_site::Caller;
use sluice_site::downstream::settings::{DownstreamAccess, DownstreamSettingsChange};
use sluice_site::downstream::{SLUICE_PROGRAM, ServerAuthorization, ServerFault};
use sluice_wire::site::{SiteCredential, SiteToken};
use uuid::Uuid;

use crate::client::{Answer, Ask};
use crate::site::TestSite;

const CHILD: &str = "0198c0de-0000-7000-8000-0000000000aa";
const SERVER: &str = "0198c0de-0000-7000-8000-0000000000cc";
const NOW: i64 = 1_795_341_600;

async fn token(site: &TestSite) -> String {
    let hour = jiff::SignedDuration::from_hours(1);
    site.site.create_site_token(&Caller::system(), hour).await.unwrap().1
}

async fn post(site: &TestSite, path: &str, credential: Option<&str>, body: &Value) -> Answer {
    let ask = Ask::new(&site.clients, "post", &format!("/sites/v1/{path}")).json(body);
    credential.into_iter().fold(ask, |ask, credential| ask.bearer(credential)).send().await
}

fn join(token: &str) -> Value {
    json!({ "token": token, "site": { "id": CHILD, "name": "Branch", "version": env!("CARGO_PKG_VERSION") },
        "server": SERVER, "mode": "replica", "has_sites_below": false, "time": NOW })
}

fn with(mut request: Value, path: &str, value: Value) -> Value {
    *request.pointer_mut(path).unwrap() = value;
    request
}

fn node(id: &str, parent: Option<&str>) -> Value {
    json!({ "id": id, "parent": parent, "name": format!("site {id}"), "site_type": "secondary", "mode": "replica",
        "version": "0.1.0", "catalog_version": 4, "devices": 3, "compliant": 1, "non_compliant": 2, "unknown": 0 })
}

/// Joins; the credential.
async fn joined(site: &TestSite) -> String {
    let answer = post(site, "join", None, &join(&token(site).await)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()["credential"].as_str().unwrap().to_owned()
}

async fn listed(site: &TestSite) -> Value {
    Ask::new(&site.admin, "get", "/api/v1/sites").bearer(&site.reader).send().await.json()["items"].clone()
}

#[tokio::test]
async fn a_token_lets_one_site_join() {
    let site = TestSite::open().await;
    let text = token(&site).await;
    let problems = async |request: Value| {
        let answer = post(&site, "join", None, &with(request, "/time", json!(NOW))).await;
        answer.json()["problems"].clone()
    };
    let check = |request: Value| {
        let mut request = request;
        request["only_check"] = json!(true);
        request
    };
    assert_eq!(problems(check(join(&text))).await, json!([]));
    assert_eq!(problems(check(with(join(&text), "/site/name", json!("Test site")))).await, json!(["name"]));
    assert_eq!(problems(check(with(join(&text), "/site/version", json!("9.9.9")))).await, json!(["version"]));
    let mut autonomous = with(join(&text), "/mode", json!("autonomous"));
    autonomous["site_type"] = json!("update-point");
    assert_eq!(problems(check(autonomous)).await, json!(["mode"]));
    let mut child = join(&text);
    child["site_type"] = json!("child-primary");
    assert_eq!(problems(child).await, json!(["type"]), "nothing happened");
    assert_eq!(problems(with(join(&text), "/has_sites_below", json!(true))).await, json!(["sites-below"]));
    let late = post(&site, "join", None, &with(join(&text), "/time", json!(NOW + 301))).await;
    assert_eq!(late.json()["problems"], json!(["clock"]));

    let answer = post(&site, "join", None, &join(&text)).await.json();
    assert_eq!((&answer["site_type"], &answer["parent_type"]), (&json!("secondary"), &json!("stand-alone-primary")));
    assert!(answer["credential"].is_string());
    // The same site may try again, another one may not.
    assert_eq!(post(&site, "join", None, &join(&text)).await.status, StatusCode::OK);
    let other = with(join(&text), "/site/id", json!("0198c0de-0000-7000-8000-0000000000bb"));
    assert_eq!(post(&site, "join", None, &other).await.status, StatusCode::UNAUTHORIZED);
    let forged = SiteToken { secret: [9; 32], ..SiteToken::decode(&text).unwrap() };
    assert_eq!(post(&site, "join", None, &join(&forged.encode())).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(listed(&site).await[1]["state"], "pending");
}

#[tokio::test]
async fn only_a_site_that_joined_is_heard() {
    let site = TestSite::open().await;
    let credential = joined(&site).await;
    let hello = json!({ "sites": [node(CHILD, None)], "time": NOW });
    for wrong in [None, Some("x"), Some("0198c0de-0000-7000-8000-0000000000aa.AAAA"), Some(&credential[..70])] {
        for (path, body) in [("hello", &hello), ("news", &json!({})), ("leave", &json!({}))] {
            let answer = post(&site, path, wrong, body).await;
            assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::UNAUTHORIZED, "unauthenticated"));
        }
    }
    assert_eq!(post(&site, "hello", Some(&credential), &hello).await.status, StatusCode::OK);
    assert_eq!(listed(&site).await[1]["state"], "linked");
    // A site that left, or joined anew, is not heard with its old secret.
    let again = joined(&site).await;
    assert_eq!(post(&site, "hello", Some(&credential), &hello).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(post(&site, "leave", Some(&again), &json!({})).await.status, StatusCode::OK);
    assert_eq!(post(&site, "hello", Some(&again), &hello).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(listed(&site).await[1]["state"], "left");
    let removed = Ask::new(&site.admin, "delete", &format!("/api/v1/sites/{CHILD}")).bearer(&site.administrator);
    assert_eq!(removed.send().await.status, StatusCode::NO_CONTENT);
    assert_eq!(listed(&site).await.as_array().unwrap().len(), 1);
}

/// The GUID by which it synchronizes is no secret.
#[tokio::test]
async fn only_a_site_that_proves_who_it_is_synchronizes_as_that_site() {
    let site = TestSite::open().await;
    let ask = async |programs: &[Uuid]| {
        let asked = ServerAuthorization {
            name: "branch.example".into(),
            id: SERVER.into(),
            programs: programs.to_vec(),
            peer: Ipv4Addr::LOCALHOST.into(),
        };
        site.site.downstream_authorize(asked).await.map(drop)
    };
    let keys = |credential: &str| {
        let SiteCredential { site, secret } = SiteCredential::decode(credential).unwrap();
        let (first, second) = secret.split_at(16);
        let proof: Uuid = "8f2b6a1d-1c53-4d0e-9f6b-52c0a7d9e310".parse().unwrap();
        [SLUICE_PROGRAM, proof, site, Uuid::from_slice(first).unwrap(), Uuid::from_slice(second).unwrap()]
    };
    let old = keys(&joined(&site).await);
    assert_eq!(ask(&old).await, Ok(()));
    let mut wrong = old;
    wrong[4] = Uuid::nil();
    let mut other = old;
    other[2] = Uuid::from_u128(7);
    for stranger in [&[][..], &[SLUICE_PROGRAM], &old[..4], &wrong, &other] {
        assert_eq!(ask(stranger).await, Err(ServerFault::NotApproved), "{stranger:?}");
    }
    // Even where anybody may synchronize, nobody does as another.
    let anybody = DownstreamSettingsChange { access: Some(DownstreamAccess::Anybody), ..Default::default() };
    site.site.change_downstream_settings(&Caller::system(), anybody).await.unwrap();
    assert_eq!(ask(&[]).await, Err(ServerFault::NotApproved));
    let new = joined(&site).await;
    assert_eq!((ask(&old).await, ask(&keys(&new)).await), (Err(ServerFault::NotApproved), Ok(())));
    // One that left is a server like any other.
    assert_eq!(post(&site, "leave", Some(&new), &json!({})).await.status, StatusCode::OK);
    assert_eq!(ask(&[]).await, Ok(()));
}

#[tokio::test]
async fn reports_are_trees_within_bounds() {
    let site = TestSite::open().await;
    let credential = joined(&site).await;
    let say = async |sites: Vec<Value>| {
        post(&site, "hello", Some(&credential), &json!({ "sites": sites, "time": NOW })).await
    };
    let id = |number: usize| format!("0198c0de-0000-7000-8000-{number:012}");
    let below = |number: usize, parent: &str| node(&id(number), Some(parent));
    assert_eq!(say(vec![node(CHILD, None), below(1, CHILD), below(2, &id(1))]).await.status, StatusCode::OK);
    let lines = listed(&site).await;
    let depths: Vec<_> = lines.as_array().unwrap().iter().map(|line| line["depth"].clone()).collect();
    assert_eq!(depths, [0, 1, 2, 3]);
    assert_eq!(lines[1]["name"], format!("site {CHILD}"));
    assert_eq!(lines[1]["devices"], json!({ "total": 3, "compliant": 1, "non_compliant": 2, "unknown": 0 }));

    let refused = [
        vec![],
        vec![node(&id(1), None)],
        vec![node(CHILD, None), below(1, &id(2)), below(2, &id(1))],
        vec![node(CHILD, None), below(1, CHILD), below(1, CHILD)],
        vec![node(CHILD, None), node(&id(1), None)],
        vec![with(node(CHILD, None), "/name", json!("a\nb"))],
        vec![with(node(CHILD, None), "/site_type", json!("kingdom"))],
        vec![with(node(CHILD, None), "/version", json!("v".repeat(65)))],
        std::iter::once(node(CHILD, None)).chain((1..=1_000).map(|n| below(n, CHILD))).collect(),
    ];
    for sites in refused {
        let answer = say(sites).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{answer:?}");
    }
    assert_eq!(listed(&site).await, lines, "a refused report changes nothing");
    // What it is, the site above decided.
    assert_eq!(say(vec![with(node(CHILD, None), "/site_type", json!("central"))]).await.status, StatusCode::OK);
    assert_eq!(listed(&site).await[1]["site_type"], "secondary");
}

#[tokio::test]
async fn news_come_at_once_when_there_are_some() {
    let site = TestSite::open().await;
    let credential = joined(&site).await;
    let ask = async |body: Value| post(&site, "news", Some(&credential), &body).await.json();
    let first = ask(json!({})).await;
    assert_eq!(first["settings"]["top"], "Test site");
    let known = json!({ "mark": first["mark"], "settings_digest": first["settings_digest"] });
    let change = async {
        // After the request is held, or before: both must answer it.
        tokio::task::yield_now().await;
        let express = sluice_site::content::settings::ContentSettingsChange {
            update_files: Some(sluice_site::content::settings::UpdateFiles::FullAndExpress),
            ..Default::default()
        };
        site.site.change_content_settings(&Caller::system(), express).await.unwrap();
    };
    let held = tokio::time::timeout(std::time::Duration::from_secs(20), ask(known.clone()));
    let (news, ()) = tokio::join!(held, change);
    let news = news.expect("it is told before the hold is over");
    assert_ne!(news["mark"], first["mark"]);
    assert_eq!(news["settings"]["express"], true);
    assert_ne!(news["settings_digest"], first["settings_digest"]);
}
