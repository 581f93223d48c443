//! Every operation of the API, with a request that makes sense, and what a reader may do with it.
//! A test compares the list with the API's description: nothing can be left out.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sluice_web::api;

/// What a reader gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The answer.
    Sees,
    /// What an administrator gets too: there is nothing with this identity.
    FindsNothing,
    /// A refusal.
    MayNot,
}
use Reader::{FindsNothing, MayNot, Sees};

/// An operation.
#[derive(Clone, Debug)]
pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub body: Option<Value>,
    pub reader: Reader,
}

/// An identity of nothing.
pub const NOBODY: &str = "00000000-0000-4000-8000-00000000dead";

impl Operation {
    /// The path with identities of nothing.
    pub fn example_path(&self) -> String {
        let mut path = format!("{}{}", api::BASE_PATH, self.path);
        for name in ["{id}", "{device}", "{update}"] {
            path = path.replace(name, NOBODY);
        }
        path = path.replace("{key}", &"00".repeat(32));
        path = path.replace("{name}", "A9993E364706816ABA3E25717850C26C9CD0D89D.exe");
        path
    }
}

fn read(path: &'static str, reader: Reader) -> Operation {
    Operation { method: "get", path, body: None, reader }
}

fn change(method: &'static str, path: &'static str, body: Option<Value>) -> Operation {
    Operation { method, path, body, reader: MayNot }
}

/// All of them.
pub fn operations() -> Vec<Operation> {
    let apt = json!({ "uri": "http://deb.example/debian", "suite": "bookworm", "components": ["main"],
        "architectures": ["amd64"], "keyring": { "files": ["/usr/share/keyrings/x.gpg"] } });
    let source = json!({ "name": "s", "apt": apt, "schedule": { "kind": "manual" }, "enabled": true });
    let members = json!({ "add": [NOBODY], "remove": [] });
    let deployment = json!({ "name": "d", "updates": [NOBODY], "collection": NOBODY, "intent": "available" });
    let import = json!({ "files": [{ "name": "a.list", "text": "" }], "architecture": "amd64" });
    vec![
        read("/site", Sees),
        read("/site/place", Sees),
        change("patch", "/site/place", Some(json!({ "site_type": "central" }))),
        change("post", "/site/join", Some(json!({ "token": "ss1.x" }))),
        change("post", "/site/join/check", Some(json!({ "token": "ss1.x" }))),
        change("post", "/site/leave", None),
        read("/sites", Sees),
        change("delete", "/sites/{id}", None),
        read("/site-tokens", MayNot),
        change("post", "/site-tokens", Some(json!({ "valid_seconds": 3600 }))),
        change("delete", "/site-tokens/{id}", None),
        read("/settings/windows", Sees),
        change("patch", "/settings/windows", Some(json!({ "targeting": "server" }))),
        read("/settings/downstream", Sees),
        change("patch", "/settings/downstream", Some(json!({ "servers": "nobody" }))),
        read("/downstream-servers", Sees),
        read("/downstream-servers/{id}", FindsNothing),
        change("delete", "/downstream-servers/{id}", None),
        change("post", "/downstream-servers/{id}/approve", Some(json!({}))),
        read("/settings/content", Sees),
        change("patch", "/settings/content", Some(json!({ "policy": "on-approval" }))),
        read("/sources", Sees),
        change("post", "/sources", Some(source.clone())),
        read("/sources/{id}", FindsNothing),
        change("put", "/sources/{id}", Some(source)),
        change("delete", "/sources/{id}", None),
        change("post", "/sources/import", Some(import)),
        change("post", "/sources/check", Some(json!({ "url": "http://127.0.0.1:9" }))),
        read("/sync", Sees),
        read("/sync/rollup", Sees),
        change("post", "/migration/plan", Some(json!({ "url": "http://127.0.0.1:9" }))),
        read("/migration", Sees),
        change("post", "/migration/start", Some(json!({ "url": "http://127.0.0.1:9" }))),
        change("post", "/migration/report", None),
        change("post", "/migration/finish", Some(json!({}))),
        read("/sync/runs", Sees),
        change("post", "/sync/runs", Some(json!({}))),
        read("/sync/quarantine", Sees),
        change("post", "/sync/quarantine/{id}/retry", None),
        read("/updates", Sees),
        read("/updates/{id}", FindsNothing),
        read("/updates/{id}/devices", FindsNothing),
        change("post", "/updates/decline", Some(json!({ "updates": [NOBODY], "reason": "r" }))),
        change("post", "/updates/undecline", Some(json!({ "updates": [NOBODY] }))),
        read("/licences", Sees),
        change("post", "/licences/accept", Some(json!({ "updates": [NOBODY] }))),
        read("/categories", Sees),
        change("post", "/categories/selection", Some(json!({ "deselect": [NOBODY] }))),
        read("/devices", Sees),
        read("/devices/{id}", FindsNothing),
        change("delete", "/devices/{id}", None),
        read("/devices/{id}/packages", FindsNothing),
        read("/devices/{id}/updates", FindsNothing),
        read("/devices/{id}/events", FindsNothing),
        read("/devices/{device}/updates/{update}/explanation", FindsNothing),
        read("/arrivals", Sees),
        read("/client-policy/windows", Sees),
        read("/enrollment-tokens", MayNot),
        change("post", "/enrollment-tokens", Some(json!({ "valid_seconds": 3600, "uses": 1 }))),
        change("delete", "/enrollment-tokens/{id}", None),
        read("/collections", Sees),
        change("post", "/collections", Some(json!({ "name": "c" }))),
        read("/collections/{id}", FindsNothing),
        change("patch", "/collections/{id}", Some(json!({ "name": "c" }))),
        change("delete", "/collections/{id}", None),
        change("put", "/collections/{id}/parent", Some(json!({ "parent": null }))),
        read("/collections/{id}/devices", FindsNothing),
        change("post", "/collections/{id}/devices", Some(members.clone())),
        read("/groups", Sees),
        change("post", "/groups", Some(json!({ "name": "g" }))),
        read("/groups/{id}", FindsNothing),
        change("patch", "/groups/{id}", Some(json!({ "name": "g" }))),
        change("delete", "/groups/{id}", None),
        read("/groups/{id}/updates", FindsNothing),
        change("post", "/groups/{id}/updates", Some(members)),
        read("/deployments", Sees),
        change("post", "/deployments", Some(deployment)),
        read("/deployments/{id}", FindsNothing),
        change("patch", "/deployments/{id}", Some(json!({ "enabled": false }))),
        change("delete", "/deployments/{id}", None),
        change("post", "/deployments/{id}/cancel", None),
        read("/deployments/{id}/updates", FindsNothing),
        read("/deployments/{id}/devices", FindsNothing),
        change("post", "/catalog/import", None),
        read("/catalog/status", Sees),
        read("/content/status", Sees),
        Operation { reader: Sees, ..change("post", "/content/wanted", Some(json!({ "sha1": [] }))) },
        change("post", "/content/fetch", Some(json!({}))),
        change("post", "/content/verify", None),
        change("post", "/content/collect", Some(json!({ "dry_run": true }))),
        change("put", "/content/{name}", None),
        read("/bundles", Sees),
        read("/bundles/key", Sees),
        read("/bundles/signers", Sees),
        change("post", "/bundles/signers", Some(json!({ "name": "s", "public_key": "00" }))),
        change("delete", "/bundles/signers/{key}", None),
        change("post", "/bundles/exports", Some(json!({ "content": "none", "since": "last" }))),
        change("post", "/bundles/verify", None),
        change("post", "/bundles/imports", None),
        read("/compliance", Sees),
        read("/alerts", Sees),
        read("/audit", MayNot),
        read("/tokens", MayNot),
        change("post", "/tokens", Some(json!({ "name": "t", "role": "reader" }))),
        change("delete", "/tokens/{id}", None),
        change("post", "/store/backups", Some(json!({ "path": "/nowhere/at/all.db" }))),
        change("post", "/store/check", None),
        read("/doctor", MayNot),
        read("/events", Sees),
    ]
}

#[test]
fn every_operation_is_in_the_table() {
    let mut described = BTreeSet::new();
    let document = serde_json::to_value(api::openapi()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix(api::BASE_PATH).unwrap();
        described.extend(item.as_object().unwrap().keys().map(|method| format!("{method} {path}")));
    }
    let listed: BTreeSet<_> = operations().iter().map(|o| format!("{} {}", o.method, o.path)).collect();
    assert_eq!(listed, described);
}
