//! Single items that cannot be taken over are put aside; everything else arrives.

use serde_json::{Value, json};
use sluice_e2e::Site;

use crate::archive::{Suite, stanza, stanza_of};
use crate::signing::Signer;
use crate::source::{define, finished, last_run, settings, site, sync, text, titles};
use crate::upstream::Upstream;

async fn quarantine(site: &Site) -> Vec<Value> {
    site.api().get("/sync/quarantine").await["items"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_bad_stanza_keeps_nothing_else_out() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    let good = stanza("aa", "1.0", "amd64");
    let no_version: String =
        stanza("bb", "1.0", "amd64").lines().filter(|l| !l.starts_with("Version")).map(|l| format!("{l}\n")).collect();
    let bad = [
        no_version.trim_end().to_owned() + "\n\n",
        stanza("cc", "1.0 beta", "amd64"),
        stanza("dd", "1.0", "amd64").replace("Filename: pool", "Filename: ../pool"),
        "this is no field\n\n".to_owned(),
    ];
    let index = "main/binary-amd64";
    suite.indexes.insert(index.into(), bad.concat() + &good);
    suite.publish(&upstream, &signer, &[key]);
    let source = define(&site, "test", &settings(&upstream, "stable", &signer.public(&[key]))).await;
    let run = sync(&site, &source).await;
    assert_eq!((&run["outcome"], &run["quarantined"]), (&json!("changed"), &json!(4)), "{run}");
    assert_eq!(titles(&site, "current").await, ["aa 1.0"]);
    let mut items: Vec<_> = quarantine(&site).await.iter().map(|q| text(&q["item"])).collect();
    items.sort();
    for (item, end) in items.iter().zip(["bb", "cc", "dd", ""]) {
        assert!(item.starts_with("stable main/binary-amd64: ") && item.contains(end), "{items:?}");
    }

    // Nothing new: it stays as it is, and is not tried again and again.
    assert_eq!(sync(&site, &source).await["outcome"], "unchanged");
    assert!(quarantine(&site).await.iter().all(|q| q["attempts"] == 1));

    // A person asks for it: the whole index is read again.
    let id = text(&quarantine(&site).await[0]["id"]);
    let before = last_run(&site, &source).await;
    site.api().post(&format!("/sync/quarantine/{id}/retry"), json!(null)).await;
    let run = finished(&site, &source, &before).await;
    assert_eq!((&run["extent"], &run["quarantined"]), (&json!("full"), &json!(4)), "{run}");
    assert!(quarantine(&site).await.iter().all(|q| q["attempts"] == 2));

    // Mended upstream, and retried.
    suite.later().indexes.insert(index.into(), good + &stanza("bb", "1.0", "amd64"));
    suite.publish(&upstream, &signer, &[key]);
    let before = last_run(&site, &source).await;
    site.api().post(&format!("/sync/quarantine/{id}/retry"), json!(null)).await;
    let run = finished(&site, &source, &before).await;
    assert_eq!((&run["outcome"], &run["quarantined"]), (&json!("changed"), &json!(0)), "{run}");
    assert_eq!(quarantine(&site).await, [json!(null); 0]);
    assert_eq!(titles(&site, "current").await, ["aa 1.0", "bb 1.0"]);
}

#[tokio::test]
async fn a_version_does_not_change_its_content() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    let index = "main/binary-amd64";
    suite.offer(index, &["aa 1.0", "bb 1.0"]).publish(&upstream, &signer, &[key]);
    let source = define(&site, "test", &settings(&upstream, "stable", &signer.public(&[key]))).await;
    sync(&site, &source).await;
    let id = text(&crate::source::update(&site, "aa 1.0").await["id"]);
    let before = site.api().get(&format!("/updates/{id}")).await["packages"].clone();

    let other = stanza_of("aa", "aa", "1.0", "amd64", "something else");
    suite.later().indexes.insert(index.into(), other + &stanza("bb", "1.0", "amd64") + &stanza("cc", "1.0", "amd64"));
    suite.publish(&upstream, &signer, &[key]);
    let run = sync(&site, &source).await;
    assert_eq!((&run["outcome"], &run["quarantined"]), (&json!("changed"), &json!(1)), "{run}");
    let items = quarantine(&site).await;
    assert_eq!(items[0]["item"], "stable main/binary-amd64: aa 1.0");
    assert_eq!(items[0]["reason"], "the same version is known with another content; one of the two is wrong");
    assert_eq!(titles(&site, "current").await, ["bb 1.0", "cc 1.0"]);
    assert_eq!(titles(&site, "expired").await, ["aa 1.0"], "nobody offers the content we know any more");
    assert_eq!(site.api().get(&format!("/updates/{id}")).await["packages"], before);

    suite.later().offer(index, &["aa 1.0", "bb 1.0", "cc 1.0"]).publish(&upstream, &signer, &[key]);
    let run = sync(&site, &source).await;
    assert_eq!((&run["outcome"], &run["quarantined"]), (&json!("changed"), &json!(0)), "{run}");
    assert_eq!(quarantine(&site).await, [json!(null); 0]);
    assert_eq!(titles(&site, "current").await, ["aa 1.0", "bb 1.0", "cc 1.0"]);
}

#[tokio::test]
async fn an_index_of_nonsense_is_refused_whole() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    let index = "main/binary-amd64";
    suite.offer(index, &["aa 1.0"]).publish(&upstream, &signer, &[key]);
    let source = define(&site, "test", &settings(&upstream, "stable", &signer.public(&[key]))).await;
    sync(&site, &source).await;
    let nonsense = (0..1200).map(|number| format!("Package: p{number}\n\n")).collect();
    suite.later().indexes.insert(index.into(), nonsense);
    suite.publish(&upstream, &signer, &[key]);
    let run = sync(&site, &source).await;
    assert_eq!(run["outcome"], "failed", "{run}");
    assert_eq!(quarantine(&site).await, [json!(null); 0]);
    assert_eq!(titles(&site, "current").await, ["aa 1.0"]);
}
