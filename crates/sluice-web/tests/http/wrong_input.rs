//! Input that makes no sense, and input that wants to be more than text.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sluice_web::api;

use crate::client::{Answer, Ask};
use crate::operations::{Operation, operations};
use crate::site::TestSite;

const HOSTILE: [&str; 5] = [
    "'; DROP TABLE device; --",
    "<script>alert(1)</script>\"'&",
    "../../../../etc/passwd",
    "line\nbreak\u{0}\u{1b}[31m",
    "%00%ff\u{202e}\u{1f9c2}",
];

fn with_body() -> impl Iterator<Item = Operation> {
    operations().into_iter().filter(|operation| operation.body.is_some())
}

fn ask<'a>(site: &'a TestSite, operation: &Operation) -> Ask<'a> {
    Ask::new(&site.admin, operation.method, &operation.example_path()).bearer(&site.administrator)
}

/// It is the caller's fault, said so that it helps.
fn assert_refused(answer: &Answer, name: &str) {
    assert!(answer.status.is_client_error(), "{name}: {answer:?}");
    answer.problem();
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let site = TestSite::open().await;
    for operation in with_body() {
        let name = format!("{} {}", operation.method, operation.path);
        for text in ["", "{", "[1,", "null", "\"text\"", "[]", "{\"nonsense\": 1}", "\u{feff}{}", "{\"name\": 7}"] {
            let answer = ask(&site, &operation).body("application/json", text).send().await;
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (StatusCode::BAD_REQUEST, "malformed"),
                "{name} {text}"
            );
        }
        let bytes = ask(&site, &operation).body("application/json", vec![0xff, 0xfe, 0x00]).send().await;
        assert_eq!(bytes.problem(), "malformed", "{name}");
        let form = ask(&site, &operation).body("application/x-www-form-urlencoded", "name=x").send().await;
        assert_eq!(form.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{name}");
        assert_eq!(form.problem(), "unsupported-media-type", "{name}");
        let large = ask(&site, &operation).body("application/json", vec![b' '; api::MAX_BODY + 1]).send().await;
        assert_eq!((large.status, large.problem().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too-large"), "{name}");
        // Deeper than any sensible value; must not exhaust the stack.
        let deep = ask(&site, &operation).body("application/json", "{\"name\":".repeat(100_000)).send().await;
        assert_eq!(deep.problem(), "malformed", "{name}");
    }
}

#[tokio::test]
async fn paths_that_name_nothing() {
    let site = TestSite::open().await;
    for operation in operations().iter().filter(|operation| operation.path.contains('{')) {
        for wrong in ["1", "%27%3B%20DROP%20TABLE%20device%3B--", "%3Cscript%3E", "%ff", "..%2f..%2fetc"] {
            let mut path = format!("{}{}", api::BASE_PATH, operation.path);
            for name in ["{id}", "{device}", "{update}"] {
                path = path.replace(name, wrong);
            }
            let ask = Ask::new(&site.admin, operation.method, &path).bearer(&site.administrator);
            let ask = operation.body.iter().fold(ask, |ask, body| ask.json(body));
            assert_refused(&ask.send().await, &path);
        }
    }
    for path in ["/api/v1/nothing", "/api/v1/updates/", "/api/v1/", "/api/v2/updates", "/api/v1/devices/%00"] {
        let answer = Ask::new(&site.admin, "get", path).bearer(&site.administrator).send().await;
        assert_refused(&answer, path);
    }
    let answer = Ask::new(&site.admin, "delete", "/api/v1/updates").bearer(&site.administrator).send().await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::METHOD_NOT_ALLOWED, "no-such-method"));
    assert!(answer.headers["allow"].to_str().unwrap().contains("GET"));
}

#[tokio::test]
async fn parameters_that_make_no_sense() {
    let site = TestSite::open().await;
    let get = async |query: &str| {
        let path = format!("{}{query}", api::BASE_PATH);
        Ask::new(&site.admin, "get", &path).bearer(&site.administrator).send().await
    };
    for query in [
        "/updates?limit=0",
        "/updates?limit=1001",
        "/updates?limit=-1",
        "/updates?limit=x",
        "/updates?cursor=%27%3B%20DROP%20TABLE%20device",
        "/updates?state=bogus",
        "/updates?sort=bogus",
        "/updates?classification=bogus",
        "/updates?product=1",
        "/updates?unknown=1",
        "/updates?text=a&text=b",
        "/updates?descending=maybe",
        "/devices?state=bogus",
        "/devices?cursor=%00",
        "/devices?collection=x",
        "/sync/runs?source=x",
        "/sync/runs?cursor=zzz",
        "/audit?cursor=zzz",
        "/audit?limit=99999999999999999999999",
        "/alerts?open=perhaps",
        "/compliance?collection=1",
        "/sync/quarantine?cursor=x",
    ] {
        assert_refused(&get(query).await, query);
    }
    for hostile in HOSTILE {
        let encoded: String = hostile.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for list in ["/updates", "/devices"] {
            let answer = get(&format!("{list}?text={encoded}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{list} {hostile}: {answer:?}");
            assert_eq!(answer.json()["items"], json!([]), "{list} {hostile}");
        }
    }
}

/// Replaces each text of a value, one after the other.
fn mutations(value: &Value, text: &str) -> Vec<Value> {
    match value {
        Value::String(_) => vec![json!(text)],
        Value::Array(items) => {
            let one = |at: usize, new: Value| {
                let mut items = items.clone();
                items[at] = new;
                Value::Array(items)
            };
            let each = items.iter().enumerate();
            each.flat_map(|(at, item)| mutations(item, text).into_iter().map(move |new| one(at, new))).collect()
        }
        Value::Object(fields) => {
            let one = |name: &String, new: Value| {
                let mut fields = fields.clone();
                fields.insert(name.clone(), new);
                Value::Object(fields)
            };
            let each = fields.iter();
            each.flat_map(|(name, field)| mutations(field, text).into_iter().map(move |new| one(name, new))).collect()
        }
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn every_text_field_is_only_text() {
    let site = TestSite::open().await;
    for operation in with_body().filter(|operation| operation.path != "/sync/runs") {
        for hostile in HOSTILE {
            for body in mutations(operation.body.as_ref().unwrap(), hostile) {
                let answer = ask(&site, &operation).json(&body).send().await;
                let name = format!("{} {} {body}: {answer:?}", operation.method, operation.path);
                assert!(!answer.status.is_server_error(), "{name}");
                if answer.status.is_client_error() {
                    answer.problem();
                }
            }
        }
    }
    // The store is as sound as before, and what was taken is given back as it was.
    let check = Ask::new(&site.admin, "post", "/api/v1/store/check").bearer(&site.administrator).send().await;
    assert_eq!(check.json()["ok"], true, "{check:?}");
    let list = Ask::new(&site.admin, "get", "/api/v1/collections").bearer(&site.administrator).send().await.json();
    let names: Vec<_> = list["items"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    for expected in &HOSTILE[..3] {
        assert!(names.contains(expected), "{names:?}");
    }
    assert!(names.iter().all(|name| !name.contains(char::is_control)), "{names:?}");
}
