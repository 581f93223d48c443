//! A site with sources, in the words of these tests.

use reqwest::Method;
use serde_json::{Value, json};
use sluice_e2e::{Site, SiteOptions, eventually};

use crate::archive::ROOT;
use crate::upstream::Upstream;

/// A site that looks at nothing by itself.
pub async fn site() -> Site {
    Site::start(SiteOptions::default()).await
}

/// The settings of a source: `main` for amd64.
pub fn settings(upstream: &Upstream, suite: &str, armored: &str) -> Value {
    json!({
        "uri": format!("{}/{ROOT}", upstream.address()),
        "suite": suite,
        "components": ["main"],
        "architectures": ["amd64"],
        "keyring": { "armored": armored },
    })
}

fn request(name: &str, settings: &Value) -> Value {
    json!({ "name": name, "apt": settings, "schedule": { "kind": "manual" }, "enabled": true })
}

/// Defines a source; its id.
pub async fn define(site: &Site, name: &str, settings: &Value) -> String {
    text(&site.api().post("/sources", request(name, settings)).await["id"])
}

/// Changes a source.
pub async fn redefine(site: &Site, id: &str, name: &str, settings: &Value) {
    let answer = site.api().send(Method::PUT, &format!("/sources/{id}"), Some(&request(name, settings))).await;
    let answer = answer.expect("an answer");
    assert!(answer.status.is_success(), "{answer:?}");
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text")).to_owned()
}

/// Where the synchronization of a source stands.
pub async fn status(site: &Site, source: &str) -> Value {
    let all = site.api().get("/sync").await;
    let found = all["items"].as_array().expect("a list").iter().find(|s| s["source"]["id"] == source);
    found.unwrap_or_else(|| panic!("no source {source} in {all}")).clone()
}

/// Synchronizes a source; the finished run.
pub async fn sync(site: &Site, source: &str) -> Value {
    sync_as(site, source, "delta").await
}

/// Synchronizes a source in full.
pub async fn sync_full(site: &Site, source: &str) -> Value {
    sync_as(site, source, "full").await
}

async fn sync_as(site: &Site, source: &str, extent: &str) -> Value {
    let before = last_run(site, source).await;
    site.api().post("/sync/runs", json!({ "source": source, "extent": extent })).await;
    finished(site, source, &before).await
}

/// The id of the last finished run, null without one.
pub async fn last_run(site: &Site, source: &str) -> Value {
    status(site, source).await["last_run"]["id"].clone()
}

/// Waits for a run after `before`.
pub async fn finished(site: &Site, source: &str, before: &Value) -> Value {
    eventually("the synchronization ends", async || {
        let status = status(site, source).await;
        let run = &status["last_run"];
        if status["running"].is_null() && !run.is_null() && run["id"] != *before {
            return Ok(run.clone());
        }
        Err(status.to_string())
    })
    .await
}

/// Titles of the updates in a state, in their order.
pub async fn titles(site: &Site, state: &str) -> Vec<String> {
    let all = site.api().get(&format!("/updates?state={state}&limit=1000")).await;
    all["items"].as_array().expect("a list").iter().map(|update| text(&update["title"])).collect()
}

/// An update by its title.
pub async fn update(site: &Site, title: &str) -> Value {
    let all = site.api().get("/updates?limit=1000").await;
    let found = all["items"].as_array().expect("a list").iter().find(|update| update["title"] == title);
    found.unwrap_or_else(|| panic!("no update {title} in {all}")).clone()
}

/// What everybody sees of the catalog: its version, and every update as it is listed.
pub async fn catalog(site: &Site) -> (u64, Value) {
    let version = site.api().get("/site").await["catalog_version"].as_u64().expect("a number");
    (version, site.api().get("/updates?limit=1000").await["items"].clone())
}

/// Messages of the open alerts.
pub async fn alerts(site: &Site) -> Vec<String> {
    let all = site.api().get("/alerts?open=true").await;
    all["items"].as_array().expect("a list").iter().map(|alert| text(&alert["message"])).collect()
}
