//! Three levels, as long as all goes well and when it does not.

use std::time::Duration;

use serde_json::{Value, json};
use sluice_e2e::{Site, eventually_within};

use crate::catalog::{SECURITY, WINDOWS_11, kb};
use crate::device::client;
use crate::place::{SOON, add, fill, gets, has, join, ok, refused, sees, start};

/// How long a change may take from the top to the leaf (issue 4).
const CASCADE: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_comes_down_all_levels_and_a_cut_site_catches_up() {
    let (top, mut middle, leaf) = tokio::join!(start("Top"), start("Middle"), start("Leaf"));
    ok(&top, &["site", "type", "central"]).await;
    fill(&top, 5_000_001).await;
    join(&middle, &top).await;
    join(&leaf, &middle).await;
    let all = [("Top", "central", "-"), ("Middle", "child-primary", "linked"), ("Leaf", "secondary", "linked")];
    sees(&top, &all).await;
    // The selection of the top came down with what it selects, through a middle that selected nothing itself.
    gets(&leaf, 5_000_001).await;
    gets(&middle, 5_000_001).await;

    // Told, not polled: the next poll would come after a quarter of an hour.
    add(&top, 5_000_002).await;
    eventually_within(CASCADE, "a change reaches the leaf", async || {
        if has(&leaf, 5_000_002).await { Ok(()) } else { Err("not there".to_owned()) }
    })
    .await;
    decisions_come_down(&top, &leaf).await;
    figures_go_up(&top, &leaf).await;
    devices_go_up(&top, &leaf).await;
    settings_of_the_top_are_refused_below(&leaf).await;

    // kill -9 of the middle: the leaf goes on, and gets what it missed.
    middle.kill().await;
    add(&top, 5_000_003).await;
    assert!(has(&leaf, 5_000_002).await, "the leaf goes on serving");
    ok(&leaf, &["update", "list"]).await;
    middle.start_again().await;
    gets(&leaf, 5_000_003).await;
    sees(&top, &all).await;

    // Leaving: everything stays, and is the site's own.
    ok(&leaf, &["site", "leave"]).await;
    sees(&middle, &[("Middle", "child-primary", "-"), ("Leaf", "secondary", "left")]).await;
    sees(&top, &all[..2]).await;
    for article in [5_000_001, 5_000_002, 5_000_003] {
        assert!(has(&leaf, article).await, "KB{article} is gone");
    }
    leaf.api().post("/categories/selection", json!({ "deselect": [WINDOWS_11] })).await;
    assert_eq!(leaf.api().get("/deployments").await["total"], 1, "what was inherited stays");
    let place = leaf.api().get("/site/place").await;
    assert_eq!((&place["site_type"], &place["parent"]), (&json!("stand-alone-primary"), &Value::Null));
}

/// A deployment to everybody at the top is one of the leaf.
async fn decisions_come_down(top: &Site, leaf: &Site) {
    let deployment = json!({ "name": "Everywhere", "updates": [kb(5_000_002).0], "intent": "available",
        "restart": "suppress", "notification": "restart-only", "collection": "a11de71c-e500-4000-8000-000000000001" });
    top.api().post("/deployments", deployment).await;
    eventually_within(SOON, "the deployment comes down", async || {
        let deployments = leaf.api().get("/deployments").await;
        if deployments["total"] == json!(1) { Ok(()) } else { Err(deployments.to_string()) }
    })
    .await;
    let deployment = &leaf.api().get("/deployments").await["items"][0];
    assert_eq!((&deployment["restart"], &deployment["notification"]), (&json!("suppress"), &json!("restart-only")));
}

/// What the leaf tells of itself reaches the top.
async fn figures_go_up(top: &Site, leaf: &Site) {
    let version = leaf.api().get("/site").await["catalog_version"].clone();
    eventually_within(SOON, "the catalog version of the leaf is known at the top", async || {
        let sites = top.api().get("/sites").await;
        let leaf = &sites["items"][2];
        let known = leaf["catalog_version"].as_u64() >= version.as_u64() && leaf["up_to_date"] == json!(true);
        if known { Ok(()) } else { Err(leaf.to_string()) }
    })
    .await;
}

/// A device of the leaf and its compliance are in the lists of the top, under the settings that sites have at first.
async fn devices_go_up(top: &Site, leaf: &Site) {
    let mut device = client(leaf);
    device.scan().await.expect("a scan");
    device.report().await.expect("a report");
    eventually_within(CASCADE, "the device of the leaf is known at the top", async || {
        let devices = top.api().get("/devices").await;
        let known = devices["total"] == json!(1) && devices["items"][0]["required"] == json!(2);
        if known { Ok(()) } else { Err(devices.to_string()) }
    })
    .await;
}

async fn settings_of_the_top_are_refused_below(leaf: &Site) {
    let said = refused(leaf, &["category", "deselect", &SECURITY.to_string()]).await;
    assert!(said.contains("made at the top-level site, Top"), "{said}");
    let said = refused(leaf, &["settings", "content", "--update-files", "full-and-express"]).await;
    assert!(said.contains("made at the top-level site, Top"), "{said}");
    let source = leaf.api().get("/sources").await["items"][0]["id"].as_str().expect("an id").to_owned();
    let said = refused(leaf, &["source", "delete", &source]).await;
    assert!(said.contains("the source of Windows updates is the site above, Middle"), "{said}");
}
