//! Two sites, and what administrators type.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use sluice_e2e::{Site, SiteOptions};
use tempfile::TempDir;

/// A connected site, a disconnected one that trusts it, and something to carry files on.
pub struct Place {
    pub from: Site,
    pub to: Site,
    disk: TempDir,
}

impl Place {
    pub async fn new(to: SiteOptions) -> Self {
        let (from, to) = tokio::join!(Site::start(SiteOptions::default()), Site::start(to));
        let place = Self { from, to, disk: tempfile::tempdir().expect("a temporary directory") };
        let key = json(&place.from, &["bundle", "key"]).await;
        let key = key["public_key"].as_str().expect("a key");
        ok(&place.to, &["bundle", "trust", "add", "North", key]).await;
        place
    }

    /// Somewhere on the disk that is carried.
    pub fn disk(&self, name: &str) -> PathBuf {
        self.disk.path().join(name)
    }
}

/// Runs the program as an administrator would.
pub async fn sluice(site: &Site, arguments: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(sluice_e2e::program());
    command.args(arguments).env("SLUICE_CONFIG", site.credentials_path());
    command.output().await.expect("the program can be started")
}

/// What it prints; it must not fail.
pub async fn ok(site: &Site, arguments: &[&str]) -> String {
    let output = sluice(site, arguments).await;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "sluice {}: {}\n{stdout}{stderr}", arguments.join(" "), output.status);
    stdout
}

/// The same as JSON.
pub async fn json(site: &Site, arguments: &[&str]) -> Value {
    let text = ok(site, &[arguments, &["--json"]].concat()).await;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What it says when it refuses.
pub async fn refused(site: &Site, arguments: &[&str]) -> String {
    let output = sluice(site, arguments).await;
    assert_eq!(output.status.code(), Some(1), "sluice {} was not refused", arguments.join(" "));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// An update document.
pub fn document(number: u32, revision: u32) -> String {
    let padding = format!("{number} ").repeat(200);
    format!(
        "<u:Update xmlns:u=\"http://schemas.microsoft.com/msus/2002/12/Update\">\
         <u:UpdateIdentity UpdateID=\"0fa1201d-0000-0000-0000-0000{number:08x}\" RevisionNumber=\"{revision}\"/>\
         <u:Properties ExplicitlyDeployable=\"true\"/><u:LocalizedPropertiesCollection><u:LocalizedProperties>\
         <u:Language>en</u:Language><u:Title>Update {number} r{revision}</u:Title>\
         <u:Description>{padding}</u:Description></u:LocalizedProperties></u:LocalizedPropertiesCollection></u:Update>"
    )
}

/// What a site offers: titles of updates, groups, deployments, declined updates, in order.
pub async fn state(site: &Site) -> Value {
    let mut titles = Vec::new();
    let mut next = String::new();
    loop {
        let page = site.api().get(&format!("/updates?limit=1000{next}")).await;
        let items = page["items"].as_array().expect("a list");
        titles.extend(items.iter().map(|item| (item["title"].clone(), item["id"].clone())));
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    titles.sort_by_key(|(title, _)| title.to_string());
    let named = |list: Value| {
        let items = list["items"].as_array().expect("a list").clone();
        items.into_iter().map(|item| (item["name"].clone(), item["id"].clone())).collect::<Vec<_>>()
    };
    let (groups, deployments) = (site.api().get("/groups").await, site.api().get("/deployments").await);
    serde_json::json!({ "updates": titles, "groups": named(groups), "deployments": named(deployments) })
}
