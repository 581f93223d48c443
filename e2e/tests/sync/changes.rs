//! From one state of an upstream to the next.

use serde_json::json;
use sluice_e2e::eventually;

use crate::archive::{Suite, now};
use crate::dump::Dump;
use crate::signing::Signer;
use crate::source::{
    alerts, catalog, define, finished, redefine, settings, site, status, sync, sync_full, text, titles, update,
};
use crate::upstream::Upstream;

#[tokio::test]
async fn a_run_without_changes_asks_once_and_writes_its_history_row_alone() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    suite.offer("main/binary-amd64", &["aa 1.0", "bb 1.0", "cc 1.0"]).publish(&upstream, &signer, &[key]);
    let source = define(&site, "test", &settings(&upstream, "stable", &signer.public(&[key]))).await;

    let first = sync(&site, &source).await;
    assert_eq!((&first["outcome"], &first["updates_new"]), (&json!("changed"), &json!(3)), "{first}");
    assert_eq!(titles(&site, "current").await, ["aa 1.0", "bb 1.0", "cc 1.0"]);
    let served = catalog(&site).await;

    let before = Dump::of(&site).await;
    upstream.asked();
    let second = sync(&site, &source).await;
    assert_eq!((&second["outcome"], &second["bytes"]), (&json!("unchanged"), &json!(0)), "{second}");
    let asked = upstream.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!((asked[0].target.as_str(), asked[0].conditional), ("/debian/dists/stable/InRelease", true));
    assert_eq!(asked[0].status, 304);

    let after = Dump::of(&site).await;
    // The audit has that a person asked, and the two backups that are compared here.
    let changed = after.differences(&before);
    let changed: Vec<_> = changed.into_iter().filter(|(table, ..)| table != "audit" && table != "counter").collect();
    assert_eq!(changed, [("sync_run".to_owned(), 1, 0)], "rows that came and went");
    assert_eq!(catalog(&site).await, served);

    // Everything read anew, and found to be as it was.
    let full = sync_full(&site, &source).await;
    assert_eq!(full["outcome"], "unchanged", "{full}");
    assert!(full["bytes"].as_u64().unwrap_or(0) > 0, "{full}");
    assert_eq!(catalog(&site).await, served);
}

#[tokio::test]
async fn only_what_changed_is_fetched() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    suite.components = vec!["main".into(), "contrib".into()];
    suite.offer("main/binary-amd64", &["aa 1.0"]).offer("contrib/binary-amd64", &["bb 1.0"]);
    suite.publish(&upstream, &signer, &[key]);
    let mut settings = settings(&upstream, "stable", &signer.public(&[key]));
    settings["components"] = json!(["main", "contrib"]);
    let source = define(&site, "test", &settings).await;
    assert_eq!(sync(&site, &source).await["updates_new"], 2);

    suite.later().offer("contrib/binary-amd64", &["bb 1.1"]).publish(&upstream, &signer, &[key]);
    upstream.asked();
    let run = sync(&site, &source).await;
    assert_eq!(
        (&run["outcome"], &run["updates_new"], &run["updates_expired"]),
        (&json!("changed"), &json!(1), &json!(1))
    );
    let paths = upstream.paths();
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert!(paths[1].starts_with("/debian/dists/stable/contrib/binary-amd64/by-hash/SHA256/"), "{paths:?}");

    // A new Release with the same indices is accepted, and nothing else is fetched.
    let served = catalog(&site).await;
    suite.later().publish(&upstream, &signer, &[key]);
    let run = sync(&site, &source).await;
    assert_eq!(run["outcome"], "unchanged", "{run}");
    assert_eq!(upstream.paths(), ["/debian/dists/stable/InRelease"]);
    assert_eq!(catalog(&site).await, served);
}

#[tokio::test]
async fn newer_versions_supersede_and_what_is_gone_expires() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    suite.offer("main/binary-amd64", &["aa 1.9", "bb 1.0"]).publish(&upstream, &signer, &[key]);
    let source = define(&site, "test", &settings(&upstream, "stable", &signer.public(&[key]))).await;
    let first = sync(&site, &source).await;

    // Both versions at once; 1.10 is newer than 1.9 only in Debian's order.
    suite.later().offer("main/binary-amd64", &["aa 1.10", "aa 1.9"]).publish(&upstream, &signer, &[key]);
    let run = sync(&site, &source).await;
    assert_eq!((&run["updates_new"], &run["updates_expired"]), (&json!(1), &json!(1)), "{run}");
    assert!(run["catalog_version"].as_u64() > first["catalog_version"].as_u64(), "{run}");
    assert_eq!(titles(&site, "current").await, ["aa 1.10"]);
    assert_eq!(titles(&site, "superseded").await, ["aa 1.9"]);
    assert_eq!(titles(&site, "expired").await, ["bb 1.0"]);
    let newer = text(&update(&site, "aa 1.10").await["id"]);
    let detail = site.api().get(&format!("/updates/{newer}")).await;
    assert_eq!(detail["supersedes"][0]["title"], "aa 1.9", "{detail:#}");

    // It comes back: the same update, not another one.
    let id = update(&site, "bb 1.0").await["id"].clone();
    suite.later().offer("main/binary-amd64", &["aa 1.10", "bb 1.0"]).publish(&upstream, &signer, &[key]);
    let run = sync(&site, &source).await;
    assert_eq!((&run["outcome"], &run["updates_new"]), (&json!("changed"), &json!(0)), "{run}");
    assert_eq!(titles(&site, "current").await, ["aa 1.10", "bb 1.0"]);
    assert_eq!(update(&site, "bb 1.0").await["id"], id);
}

#[tokio::test]
async fn what_a_source_no_longer_asks_for_expires() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    suite.components = vec!["main".into(), "contrib".into()];
    suite.offer("main/binary-amd64", &["aa 1.0"]).offer("contrib/binary-amd64", &["bb 1.0"]);
    suite.publish(&upstream, &signer, &[key]);
    let mut settings = settings(&upstream, "stable", &signer.public(&[key]));
    settings["components"] = json!(["main", "contrib"]);
    let source = define(&site, "test", &settings).await;
    sync(&site, &source).await;
    assert_eq!(titles(&site, "current").await, ["aa 1.0", "bb 1.0"]);

    settings["components"] = json!(["main"]);
    redefine(&site, &source, "test", &settings).await;
    let run = sync(&site, &source).await;
    assert_eq!((&run["outcome"], &run["updates_expired"]), (&json!("changed"), &json!(1)), "{run}");
    assert_eq!(titles(&site, "current").await, ["aa 1.0"]);
    assert_eq!(titles(&site, "expired").await, ["bb 1.0"]);

    // Also when the whole source goes.
    site.api().delete(&format!("/sources/{source}")).await;
    assert_eq!(titles(&site, "expired").await, ["aa 1.0", "bb 1.0"]);
    assert_eq!(site.api().post("/store/check", json!(null)).await["problems"], json!([]));
}

#[tokio::test]
async fn new_settings_do_not_open_the_way_back() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    suite.offer("main/binary-amd64", &["aa 1.0"]).publish(&upstream, &signer, &[key]);
    let old = upstream.snapshot();
    suite.later().offer("main/binary-amd64", &["aa 1.1"]).publish(&upstream, &signer, &[key]);
    let mut settings = settings(&upstream, "stable", &signer.public(&[key]));
    let source = define(&site, "test", &settings).await;
    sync(&site, &source).await;

    settings["check_valid_until"] = json!(false);
    settings["check_date"] = json!(false);
    redefine(&site, &source, "test", &settings).await;
    upstream.restore(&old);
    let run = sync(&site, &source).await;
    assert_eq!(run["outcome"], "failed", "{run}");
    assert!(text(&run["error"]).contains("older than the one of"), "{run}");
    assert_eq!(titles(&site, "current").await, ["aa 1.1"]);
}

#[tokio::test]
async fn an_upstream_that_stands_still_is_noticed_when_its_time_is_over() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    suite.valid_until = Some(now() + jiff::SignedDuration::from_secs(4));
    suite.offer("main/binary-amd64", &["aa 1.0"]).publish(&upstream, &signer, &[key]);
    let mut settings = settings(&upstream, "stable", &signer.public(&[key]));
    let source = define(&site, "test", &settings).await;
    assert_eq!(sync(&site, &source).await["outcome"], "changed");

    // Nothing changes upstream but the time.
    let run = eventually("the Release expires", async || {
        let run = sync(&site, &source).await;
        if run["outcome"] == "unchanged" { Err(run.to_string()) } else { Ok(run) }
    })
    .await;
    assert_eq!(run["outcome"], "failed", "{run}");
    assert!(text(&run["error"]).contains("was valid until"), "{run}");
    assert_eq!(upstream.asked().last().map(|asked| asked.status), Some(304), "not even a byte was fetched");
    assert_eq!(titles(&site, "current").await, ["aa 1.0"]);
    assert_eq!(alerts(&site).await.len(), 1);

    // Switched off: goes on, and says so at every run.
    settings["check_valid_until"] = json!(false);
    redefine(&site, &source, "test", &settings).await;
    for outcome in ["unchanged", "unchanged"] {
        let run = sync(&site, &source).await;
        assert_eq!(run["outcome"], outcome, "{run}");
        assert!(run["warnings"].to_string().contains("was valid until"), "{run}");
    }
    assert_eq!(alerts(&site).await, [""; 0]);
}

#[tokio::test]
async fn a_new_source_with_a_schedule_is_synchronized_by_itself() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    suite.offer("main/binary-amd64", &["aa 1.0"]).publish(&upstream, &signer, &[key]);
    let source = define(&site, "test", &settings(&upstream, "stable", &signer.public(&[key]))).await;
    let status = status(&site, &source).await;
    assert_eq!((&status["last_run"], &status["source"]["next_run"]), (&json!(null), &json!(null)));

    let mut request = json!({ "name": "test", "enabled": true, "schedule": { "kind": "every", "minutes": 60 } });
    request["apt"] = settings(&upstream, "stable", &signer.public(&[key]));
    let path = format!("/sources/{source}");
    let answer = site.api().send(reqwest::Method::PUT, &path, Some(&request)).await.expect("an answer");
    assert!(answer.status.is_success(), "{answer:?}");
    let run = finished(&site, &source, &json!(null)).await;
    assert_eq!((&run["outcome"], &run["trigger"]), (&json!("changed"), &json!("schedule")), "{run}");
    let source = site.api().get(&path).await;
    assert!(text(&source["next_run"]) > text(&run["ended"]), "{source}");
}
