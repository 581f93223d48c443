//! Joining, what stands against it, moving to another site, being removed.

use serde_json::json;
use sluice_e2e::eventually_within;

use crate::place::{SOON, add, fill, gets, has, join, ok, refused, sees, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_is_checked_joins_moves_and_is_removed() {
    let (one, other, site) = tokio::join!(start("One"), start("Other"), start("Branch"));
    fill(&one, 5_000_001).await;
    fill(&other, 5_000_002).await;

    // What stands against it, before anything changes.
    let token = ok(&one, &["site", "token"]).await;
    let said = refused(&one, &["site", "join", token.trim()]).await;
    assert!(said.contains("a site cannot stand below itself"), "{said}");
    let said = refused(&site, &["site", "join", token.trim(), "--type", "child-primary"]).await;
    assert!(said.contains("a site of this type cannot stand below the other one"), "{said}");
    let own = json!({ "name": "Own", "upstream": { "url": "http://127.0.0.1:9" },
        "schedule": { "kind": "manual" }, "enabled": true });
    let source = site.api().post("/sources", own).await;
    let said = ok(&site, &["site", "join", token.trim(), "--check"]).await;
    assert!(said.contains("own-source"), "{said}");
    site.api().delete(&format!("/sources/{}", source["id"].as_str().expect("an id"))).await;
    let said = refused(&site, &["site", "join", "ss1.AAAA"]).await;
    assert!(said.contains("this is not a site token"), "{said}");

    // The token stayed good; it is good for one site.
    ok(&site, &["site", "join", token.trim()]).await;
    let said = refused(&other, &["site", "join", token.trim()]).await;
    assert!(said.contains("does not know this site or its token"), "{said}");
    sees(&one, &[("One", "stand-alone-primary", "-"), ("Branch", "secondary", "linked")]).await;
    gets(&site, 5_000_001).await;

    // It moves: what it has stays, what comes now is the other's.
    join(&site, &other).await;
    sees(&one, &[("One", "stand-alone-primary", "-"), ("Branch", "secondary", "left")]).await;
    gets(&site, 5_000_002).await;
    assert!(has(&site, 5_000_001).await, "the catalog stays");
    assert_eq!(site.api().get("/sources").await["total"], 1, "the source was replaced");
    add(&other, 5_000_003).await;
    gets(&site, 5_000_003).await;

    // Removed above, it goes on, and says why nothing comes.
    let sites = other.api().get("/sites").await;
    ok(&other, &["site", "remove", sites["items"][1]["id"].as_str().expect("an id")]).await;
    eventually_within(SOON, "the removed site says so", async || {
        let place = site.api().get("/site/place").await;
        let error = place["parent"]["error"].as_str().unwrap_or_default().to_owned();
        if error.contains("does not know this site") { Ok(()) } else { Err(place.to_string()) }
    })
    .await;
    assert!(has(&site, 5_000_003).await);
    ok(&site, &["site", "leave"]).await;
    let said = refused(&site, &["site", "leave"]).await;
    assert!(said.contains("stands below no other one"), "{said}");
    sees(&site, &[("Branch", "stand-alone-primary", "-")]).await;
}
