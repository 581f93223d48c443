//! A backup of a running site, and the site that is restored from it.

use std::process::Output;

use serde_json::json;
use sluice_e2e::{Site, SiteOptions, program};

use crate::agent::Device;
use crate::archive::Suite;
use crate::postgres::Database;
use crate::random::Random;
use crate::signing::Signer;
use crate::source::{catalog, define, settings, sync, titles};
use crate::upstream::Upstream;

fn sluice(arguments: &[&str]) -> Output {
    let output = std::process::Command::new(program()).args(arguments).output().expect("the program can be started");
    assert!(output.status.success(), "sluice {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

async fn there_and_back(database: Option<&Database>) {
    let (upstream, (signer, key)) = (Upstream::start().await, Signer::with_key());
    let mut options = SiteOptions::default();
    let url = database.map(|database| format!("--database-url={}", database.url()));
    options.arguments.extend(url.clone());
    let mut site = Site::start(options).await;
    let mut suite = Suite::new("stable");
    suite.offer("main/binary-amd64", &["aa 1.0", "bb 1.0"]).publish(&upstream, &signer, &[key]);
    let source = define(&site, "test", &settings(&upstream, "stable", &signer.public(&[key]))).await;
    sync(&site, &source).await;
    let mut random = Random::from_seed(1);
    let mut device = Device::enroll(&site, "device").await;
    assert!(device.send_inventory(&mut random).await);
    let (saved, before) = (catalog(&site).await, site.api().get("/site").await);

    let directory = tempfile::tempdir().expect("a temporary directory");
    let backup = directory.path().join("backup").display().to_string();
    site.api().post("/store/backups", json!({ "path": backup })).await;
    // Not over a file that is there.
    let again = site.api().send(reqwest::Method::POST, "/store/backups", Some(&json!({ "path": backup }))).await;
    assert!(!again.expect("an answer").status.is_success());

    // Life goes on and is lost.
    suite.later().offer("main/binary-amd64", &["aa 1.1", "bb 1.0"]).publish(&upstream, &signer, &[key]);
    sync(&site, &source).await;
    Device::enroll(&site, "late").await;
    let lost = catalog(&site).await.0;
    site.stop().await;
    let data = site.data_directory().display().to_string();
    let place: Vec<&str> = ["--data-dir", &data].into_iter().chain(url.as_deref()).collect();
    sluice(&[&["store", "restore", &backup], &place[..]].concat());
    sluice(&[&["store", "check"], &place[..]].concat());

    site.start_again().await;
    let after = site.api().get("/site").await;
    assert_ne!(after["epoch"], before["epoch"]);
    // The updates of then; their version was never given out before.
    let (version, updates) = catalog(&site).await;
    assert_eq!(updates, saved.1);
    assert!(version > lost, "{version} was {lost} before, with other updates");
    assert_eq!(after["devices"], 1);
    device.verify(&site).await;
    assert!(device.send_inventory(&mut random).await);
    // Upstream has not stood still meanwhile.
    let run = sync(&site, &source).await;
    assert_eq!((&run["outcome"], &run["updates_new"]), (&json!("changed"), &json!(1)), "{run}");
    assert_eq!(titles(&site, "current").await, ["aa 1.1", "bb 1.0"]);
    assert_eq!(site.api().post("/store/check", json!(null)).await["problems"], json!([]));
}

#[tokio::test]
async fn a_restored_site_serves_what_was_saved() {
    there_and_back(None).await;
}

#[tokio::test]
async fn a_restored_site_serves_what_was_saved_with_postgresql() {
    there_and_back(Some(&Database::new("backup"))).await;
}
