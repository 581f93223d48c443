//! What goes wrong on devices, and how the site says it.

use sluice_sim::windows::{Behaviour, Failure, Stage};

use crate::catalog::{Software, kb, part};
use crate::rig::Rig;

#[tokio::test]
async fn a_failing_part_of_a_bundle_fails_the_bundle() {
    let rig = Rig::with(&[Software { parts: 2, ..Software::new(5_000_020) }]).await;
    let failure = Failure { update: Some(part(5_000_020, 1)), stage: Stage::Install, hresult: 0x8007_0643, times: 1 };
    let mut client = rig.client_that(Behaviour { failures: vec![failure], ..Behaviour::default() });
    rig.require(&[5_000_020]).await;
    client.scan().await.expect("a scan");
    let install = client.install().await;
    assert_eq!(install.failed.len(), 1, "{install:#?}");
    client.scan().await.expect("a scan");
    client.report().await.expect("a report");
    sluice_e2e::eventually("the failure shows", async || match rig.enforcement(&client, kb(5_000_020)).await {
        Some((state, Some(0x8007_0643))) if state == "install-failed" => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    rig.shows(&client, 5_000_020, "required").await;
    assert!(rig.enforcement(&client, part(5_000_020, 1)).await.is_none(), "parts are no updates of their own");
    let device = rig.device(&client).await;
    let error = &device["enforcement"][0]["error"];
    assert_eq!(error["symbol"], "ERROR_INSTALL_FAILURE", "{error:#}");
    assert!(error["next_step"].as_str().is_some_and(|step| step.len() > 10), "{error:#}");

    // The next try succeeds, and nothing of the failure is left.
    client.cycle().await.expect("a cycle");
    rig.shows(&client, 5_000_020, "installed").await;
}

#[tokio::test]
async fn a_failed_download_says_so() {
    let rig = Rig::with(&[Software::new(5_000_021)]).await;
    let failure = Failure { update: None, stage: Stage::Download, hresult: 0x8024_6007, times: 1 };
    let mut client = rig.client_that(Behaviour { failures: vec![failure], ..Behaviour::default() });
    rig.require(&[5_000_021]).await;
    client.scan().await.expect("a scan");
    client.install().await;
    client.report().await.expect("a report");
    sluice_e2e::eventually("the failure shows", async || match rig.enforcement(&client, kb(5_000_021)).await {
        Some((state, Some(_))) if state == "download-failed" => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_comes_twice_counts_once() {
    let rig = Rig::with(&[Software::new(5_000_022)]).await;
    let mut client = rig.client();
    rig.require(&[5_000_022]).await;
    client.cycle().await.expect("a cycle");
    rig.shows(&client, 5_000_022, "installed").await;
    let count = async || {
        let id = rig.device(&client).await["device"]["id"].as_str().expect("an id").to_owned();
        let events = rig.site.api().get(&format!("/devices/{id}/events?limit=200")).await;
        events["items"].as_array().expect("a list").len()
    };
    let before = count().await;
    assert!(before > 0);
    let mut again = client;
    assert!(again.report_again().await.expect("a report").accepted);
    let id = rig.device(&again).await["device"]["id"].as_str().expect("an id").to_owned();
    let events = rig.site.api().get(&format!("/devices/{id}/events?limit=200")).await;
    assert_eq!(events["items"].as_array().expect("a list").len(), before);
}
