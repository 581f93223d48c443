//! kill -9 while a site joins, is removed and leaves: after a start what was begun is done or not, and can be repeated.

use std::time::Duration;

use serde_json::{Value, json};
use sluice_e2e::Site;

use crate::place::{fill, gets, ok, sees, start};
use crate::random::Random;

/// How often at least.
const ROUNDS: u32 = 4;
/// How many kills must have come before the end of what was under way; there are more rounds until they have.
const HITS: u32 = 4;
/// How often at most.
const MAX_ROUNDS: u32 = 20;
/// Latest moment, milliseconds after the command was started.
const LATEST: u64 = 120;

/// Runs a command at a site that is killed at a moment, and starts that again; 1 when the command did not end well.
async fn killed(site: &mut Site, moment: Duration, arguments: &[&str]) -> u32 {
    let mut command = tokio::process::Command::new(sluice_e2e::program());
    command.args(arguments).env("SLUICE_CONFIG", site.credentials_path()).kill_on_drop(true);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut child = command.spawn().expect("the program can be started");
    tokio::time::sleep(moment).await;
    site.kill().await;
    let status = child.wait().await.expect("a child");
    site.start_again().await;
    u32::from(!status.success())
}

/// The site above, as a site itself knows it.
async fn parent(site: &Site) -> Value {
    site.api().get("/site/place").await["parent"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn joining_leaving_and_removing_survive_kills() {
    let mut random = Random::new("kill -9 of sites that join and leave");
    let mut moment = || Duration::from_millis(random.below(LATEST));
    let (mut top, mut site) = tokio::join!(start("Top"), start("Branch"));
    fill(&top, 5_000_001).await;
    let alone = [("Top", "stand-alone-primary", "-")];
    let both = [alone[0], ("Branch", "secondary", "linked")];
    let (mut round, mut hits) = (0, 0);
    while round < ROUNDS || hits < HITS {
        assert!(round < MAX_ROUNDS, "only {hits} kills in {round} rounds came before the end of a command");
        let token = ok(&top, &["site", "token"]).await;
        hits += killed(&mut site, moment(), &["site", "join", token.trim()]).await;
        if parent(&site).await.is_null() {
            ok(&site, &["site", "join", token.trim()]).await;
        }
        sees(&top, &both).await;
        gets(&site, 5_000_001).await;

        let id = top.api().get("/sites").await["items"][1]["id"].as_str().expect("an id").to_owned();
        hits += killed(&mut top, moment(), &["site", "remove", &id]).await;
        if top.api().get("/sites").await["items"].as_array().is_some_and(|sites| sites.len() > 1) {
            ok(&top, &["site", "remove", &id]).await;
        }
        sees(&top, &alone).await;
        // What it asks from then on, it asks as a stranger.
        let servers = top.api().get("/downstream-servers").await;
        let known = servers["items"].as_array().expect("a list").iter().filter(|server| server["state"] != "pending");
        assert_eq!(known.count(), 0, "{servers:#}");

        hits += killed(&mut site, moment(), &["site", "leave"]).await;
        if !parent(&site).await.is_null() {
            ok(&site, &["site", "leave"]).await;
        }
        let sources = site.api().get("/sources").await;
        let enabled = sources["items"].as_array().expect("a list").iter().filter(|source| source["enabled"] == true);
        assert_eq!(enabled.count(), 0, "{sources:#}");
        round += 1;
    }
    for one in [&top, &site] {
        let checked = one.api().post("/store/check", json!({})).await;
        assert_eq!(checked["problems"], json!([]), "{checked:#}");
    }
}
