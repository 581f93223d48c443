//! Networks and servers that do not do what they should.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sluice_e2e::{Site, eventually};

use crate::archive::Suite;
use crate::signing::Signer;
use crate::source::{alerts, define, finished, last_run, settings, site, status, sync, text, titles};
use crate::upstream::{Fault, Upstream};

const IN_RELEASE: &str = "debian/dists/stable/InRelease";
const INDEX: &str = "debian/dists/stable/main/binary-amd64/Packages.xz";

#[tokio::test]
async fn an_unreachable_source_stops_only_itself() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let keys = signer.public(&[key]);
    let mut sources = Vec::new();
    for name in ["one", "two", "three", "four"] {
        Suite::new(name).offer("main/binary-amd64", &[&format!("{name} 1.0")]).publish(&upstream, &signer, &[key]);
        sources.push(define(&site, name, &settings(&upstream, name, &keys)).await);
    }
    let mut gone = settings(&upstream, "gone", &keys);
    // Nobody listens on the port of "discard", and names below `invalid` do not exist (RFC 6761).
    gone["uri"] = json!("http://127.0.0.1:9/debian");
    let refused = define(&site, "refused", &gone).await;
    gone["uri"] = json!("http://archive.invalid/debian");
    let unknown = define(&site, "unknown", &gone).await;

    let started = site.api().post("/sync/runs", json!({})).await;
    assert_eq!(started["sources"].as_array().map(Vec::len), Some(6), "{started}");
    for source in &sources {
        assert_eq!(finished(&site, source, &json!(null)).await["outcome"], "changed");
    }
    for source in [&refused, &unknown] {
        let run = finished(&site, source, &json!(null)).await;
        assert_eq!(run["outcome"], "failed", "{run}");
        assert!(text(&run["error"]).contains("cannot be reached"), "{run}");
        assert!(text(&run["fix"]).contains("network"), "{run}");
    }
    assert_eq!(titles(&site, "current").await, ["four 1.0", "one 1.0", "three 1.0", "two 1.0"]);
    assert_eq!(alerts(&site).await.len(), 2);

    // A source that goes takes its alert along.
    site.api().delete(&format!("/sources/{refused}")).await;
    assert_eq!(alerts(&site).await.len(), 1);
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    suite.by_hash = false;
    suite.offer("main/binary-amd64", &["aa 1.0"]).publish(&upstream, &signer, &[key]);
    let source = define(&site, "test", &settings(&upstream, "stable", &signer.public(&[key]))).await;

    upstream.fault(IN_RELEASE, [Fault::Status(503), Fault::Status(503)]);
    upstream.fault(INDEX, [Fault::Truncated, Fault::Closed]);
    let run = sync(&site, &source).await;
    assert_eq!(run["outcome"], "changed", "{run}");
    let statuses: Vec<_> = upstream.asked().into_iter().map(|asked| asked.status).collect();
    // The library itself repeats a request on a kept connection that was closed under it.
    assert!(statuses.starts_with(&[503, 503, 200, 200, 0]) && statuses.ends_with(&[200]), "{statuses:?}");

    // Not without end.
    suite.later().offer("main/binary-amd64", &["aa 1.1"]).publish(&upstream, &signer, &[key]);
    upstream.fault(IN_RELEASE, [Fault::Status(503); 3]);
    let run = sync(&site, &source).await;
    assert!(text(&run["error"]).contains("answered with status 503"), "{run}");
    assert_eq!(upstream.asked().len(), 3);
    // What does not pass is not: the mirror may only have changed under our hands.
    upstream.fault(INDEX, [Fault::Status(404); 2]);
    let run = sync(&site, &source).await;
    assert!(text(&run["error"]).contains("Packages.xz answered with status 404"), "{run}");
    assert_eq!(upstream.asked().len(), 4);
    assert_eq!(titles(&site, "current").await, ["aa 1.0"]);
    upstream.fault(INDEX, [Fault::Status(404)]);
    let run = sync(&site, &source).await;
    assert_eq!(run["outcome"], "changed", "{run}");
    assert_eq!(titles(&site, "current").await, ["aa 1.1"]);
    assert_eq!(alerts(&site).await, [""; 0]);
}

#[tokio::test]
async fn through_a_proxy() {
    // The archive's name means something to the proxy alone.
    let (proxy, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    Suite::new("stable").offer("main/binary-amd64", &["aa 1.0"]).publish(&proxy, &signer, &[key]);
    let mut settings = settings(&proxy, "stable", &signer.public(&[key]));
    settings["uri"] = json!("http://archive.invalid/debian");
    settings["proxy"] = json!(proxy.address());
    let source = define(&site, "plain", &settings).await;
    let run = sync(&site, &source).await;
    assert_eq!(run["outcome"], "changed", "{run}");
    let asked = proxy.paths();
    assert_eq!(asked[0], format!("http://archive.invalid/{IN_RELEASE}"));
    assert!(asked.len() == 2 && asked[1].starts_with("http://archive.invalid/debian/dists/stable/main/"), "{asked:?}");

    // TLS goes through the proxy to the archive, not to the proxy.
    settings["uri"] = json!("https://archive.invalid/debian");
    let source = define(&site, "secure", &settings).await;
    let run = sync(&site, &source).await;
    assert_eq!(run["outcome"], "failed", "this proxy makes no tunnels: {run}");
    let asked = proxy.asked();
    assert!(asked.iter().all(|a| a.method == "CONNECT" && a.target == "archive.invalid:443"), "{asked:?}");
    assert!(!asked.is_empty());
}

#[tokio::test]
async fn progress_is_seen_and_a_run_is_not_disturbed() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    let packages: Vec<String> = (0..500).map(|number| format!("package{number} 1.0")).collect();
    let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
    suite.by_hash = false;
    suite.offer("main/binary-amd64", &packages).publish(&upstream, &signer, &[key]);
    let settings = settings(&upstream, "stable", &signer.public(&[key]));
    let source = define(&site, "test", &settings).await;
    let size = upstream.file(INDEX).len();
    upstream.fault(INDEX, [Fault::Slow(size / 40, Duration::from_millis(50))]);

    let watched = tokio::spawn(watch(&site).await);
    let before = last_run(&site, &source).await;
    site.api().post("/sync/runs", json!({ "source": source })).await;
    let running = eventually("half of it is there", async || {
        let running = status(&site, &source).await["running"].clone();
        if running["phase"] == "updates" && running["percent"].as_u64() > Some(10) {
            Ok(running)
        } else {
            Err(running.to_string())
        }
    })
    .await;
    assert_eq!(running["total"], size, "{running}");
    assert!(running["done"].as_u64() < Some(size as u64) && running["remaining_seconds"].is_number(), "{running}");
    assert!(text(&running["item"]).contains("main/binary-amd64"), "{running}");

    let again = json!({ "source": source });
    let change = json!({ "name": "test", "apt": settings, "schedule": { "kind": "manual" }, "enabled": true });
    let path = format!("/sources/{source}");
    for (method, path, body) in [
        (Method::POST, "/sync/runs", Some(&again)),
        (Method::PUT, path.as_str(), Some(&change)),
        (Method::DELETE, path.as_str(), None),
    ] {
        let answer = site.api().send(method.clone(), path, body).await.expect("an answer");
        assert_eq!(answer.status.as_u16(), 409, "{method} {path}: {answer:?}");
    }
    let run = finished(&site, &source, &before).await;
    assert_eq!((&run["outcome"], &run["updates_new"]), (&json!("changed"), &json!(500)), "{run}");

    let told = watched.await.expect("a stream of events");
    let phases: Vec<_> = told.iter().map(|status| status["running"]["phase"].clone()).collect();
    assert!(phases.contains(&json!("releases")) && phases.contains(&json!("updates")), "{phases:?}");
    assert_eq!(told.last().expect("the end")["last_run"], run);
}

/// Subscribes to the event stream; what it tells of synchronizations until one has ended.
async fn watch(site: &Site) -> impl Future<Output = Vec<Value>> + Send + use<> {
    let held = std::fs::read_to_string(site.credentials_path()).expect("credentials");
    let held: Value = serde_json::from_str(&held).expect("JSON");
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = http.get(format!("{}/api/v1/events", site.admin_url())).bearer_auth(text(&held["token"]));
    let mut response = request.send().await.expect("an answer").error_for_status().expect("a stream");
    async move {
        let (mut buffer, mut told) = (String::new(), Vec::new());
        while let Some(chunk) = response.chunk().await.expect("the stream goes on") {
            buffer.push_str(&String::from_utf8_lossy(&chunk));
            while let Some((event, rest)) = buffer.split_once("\n\n") {
                let data = event.strip_prefix("event: sync\ndata: ").map(str::to_owned);
                buffer = rest.to_owned();
                let Some(data) = data else { continue };
                let status: Value = serde_json::from_str(&data).expect("JSON");
                let ended = status["running"].is_null() && !status["last_run"].is_null();
                told.push(status);
                if ended {
                    return told;
                }
            }
        }
        told
    }
}
