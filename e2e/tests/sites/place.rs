//! Sites, and what administrators do with them.

use std::process::Output;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sluice_e2e::{Site, SiteOptions, eventually_within};

use crate::catalog::{SECURITY, Software, WINDOWS_11, foundations, kb, software};

/// Longest that anything may take to come down or go up all levels; it takes a second or two each.
pub const SOON: Duration = Duration::from_secs(60);

/// A site with a name of its own.
pub async fn start(name: &str) -> Site {
    let mut options = SiteOptions::default();
    options.arguments.push(format!("--name={name}"));
    Site::start(options).await
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

/// What it says when it refuses; it must.
pub async fn refused(site: &Site, arguments: &[&str]) -> String {
    let output = sluice(site, arguments).await;
    assert!(!output.status.success(), "sluice {} succeeded", arguments.join(" "));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Lets a site join below another one.
pub async fn join(site: &Site, above: &Site) {
    let token = ok(above, &["site", "token"]).await;
    let check = ok(site, &["site", "join", token.trim(), "--check"]).await;
    assert!(check.contains("Nothing stands against joining"), "{check}");
    ok(site, &["site", "join", token.trim()]).await;
}

/// Brings documents in, as `sluice catalog import` does.
pub async fn import(site: &Site, documents: String) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("catalog.xml");
    std::fs::write(&file, documents).expect("a temporary file");
    ok(site, &["catalog", "import", file.to_str().expect("a plain path")]).await;
}

/// The lists and a first update, selected.
pub async fn fill(site: &Site, article: u32) {
    import(site, foundations() + &software(&Software::new(article))).await;
    site.api().post("/categories/selection", json!({ "select": [WINDOWS_11, SECURITY] })).await;
}

/// One more update.
pub async fn add(site: &Site, article: u32) {
    import(site, software(&Software::new(article))).await;
}

/// Whether a site offers an update.
pub async fn has(site: &Site, article: u32) -> bool {
    let answer = site.api().send(Method::GET, &format!("/updates/{}", kb(article)), None).await;
    answer.is_ok_and(|answer| answer.status.is_success())
}

/// Waits until it does.
pub async fn gets(site: &Site, article: u32) {
    eventually_within(SOON, &format!("KB{article} comes down"), async || {
        if has(site, article).await { Ok(()) } else { Err(site.api().get("/site/place").await.to_string()) }
    })
    .await;
}

/// The sites that one knows of: name, type, state.
pub async fn tree(site: &Site) -> Vec<(String, String, String)> {
    let sites = site.api().get("/sites").await;
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |one: &Value| (word(&one["name"]), word(&one["site_type"]), word(&one["state"]));
    sites["items"].as_array().expect("a list").iter().map(line).collect()
}

/// Waits until a site knows of these.
pub async fn sees(site: &Site, expected: &[(&str, &str, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned())).collect();
    eventually_within(SOON, "the sites are known", async || {
        let tree = tree(site).await;
        if tree == expected { Ok(()) } else { Err(format!("{tree:?}")) }
    })
    .await;
}
