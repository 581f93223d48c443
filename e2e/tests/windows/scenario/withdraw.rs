//! What is taken back: uninstall, decline, block, supersedence, new revisions.

use serde_json::json;
use sluice_wsus::messages::shared::DeploymentAction;

use super::approve::offered;
use crate::catalog::{self, Software, kb};
use crate::rig::{Rig, now};

#[tokio::test]
async fn an_installed_update_is_removed_again() {
    let rig = Rig::with(&[Software { removable: true, ..Software::new(5_000_010) }]).await;
    let mut client = rig.client();
    let deployment = rig.require(&[5_000_010]).await;
    client.cycle().await.expect("a cycle");
    rig.shows(&client, 5_000_010, "installed").await;

    rig.site.api().post(&format!("/deployments/{deployment}/cancel"), json!({})).await;
    rig.deploy("uninstall", Some(now()), &[5_000_010]).await;
    assert_eq!(offered(&mut client, kb(5_000_010)).await, Some(DeploymentAction::Uninstall));
    assert_eq!(client.install().await.uninstalled, [kb(5_000_010)]);
    client.scan().await.expect("a scan");
    client.report().await.expect("a report");
    rig.shows(&client, 5_000_010, "required").await;
    let device = rig.device(&client).await;
    let record =
        device["enforcement"].as_array().into_iter().flatten().find(|r| r["update"] == kb(5_000_010).to_string());
    assert_eq!(record.map(|record| &record["state"]), Some(&json!("uninstalled")), "{device:#}");
}

#[tokio::test]
async fn a_declined_update_vanishes_and_comes_back() {
    let rig = Rig::with(&[Software::new(5_000_011)]).await;
    let mut client = rig.client();
    rig.require(&[5_000_011]).await;
    client.scan().await.expect("a scan");
    let updates = json!({ "updates": [kb(5_000_011).to_string()], "reason": "breaks printing" });
    rig.site.api().post("/updates/decline", updates).await;
    let scan = client.scan().await.expect("a scan");
    assert!(scan.offer(kb(5_000_011)).is_none(), "{scan:#?}");
    assert!(scan.out_of_scope > 0, "it left the agent's memory");
    assert!(client.install().await.installed.is_empty());
    rig.site.api().post("/updates/undecline", json!({ "updates": [kb(5_000_011).to_string()] })).await;
    assert_eq!(offered(&mut client, kb(5_000_011)).await, Some(DeploymentAction::Install));
}

#[tokio::test]
async fn a_blocked_update_is_not_installed_whatever_else_is_said() {
    let rig = Rig::with(&[Software::new(5_000_012)]).await;
    let mut client = rig.client();
    rig.require(&[5_000_012]).await;
    assert_eq!(offered(&mut client, kb(5_000_012)).await, Some(DeploymentAction::Install));
    let block = rig.deploy("block", None, &[5_000_012]).await;
    assert_eq!(offered(&mut client, kb(5_000_012)).await, Some(DeploymentAction::PreDeploymentCheck));
    assert!(client.install().await.installed.is_empty());
    rig.site.api().post(&format!("/deployments/{block}/cancel"), json!({})).await;
    assert_eq!(offered(&mut client, kb(5_000_012)).await, Some(DeploymentAction::Install));
}

#[tokio::test]
async fn a_superseded_update_is_not_needed_where_the_newer_one_is() {
    let old = Software { superseded_by: Some(5_000_014), ..Software::new(5_000_013) };
    let new = Software { supersedes: vec![5_000_013], ..Software::new(5_000_014) };
    let rig = Rig::with(&[old, new]).await;
    let shown = rig.site.api().get(&format!("/updates/{}", kb(5_000_013))).await;
    assert_eq!(shown["update"]["superseded"], true, "{shown:#}");
    let mut client = rig.client();
    rig.require(&[5_000_014]).await;
    client.scan().await.expect("a scan");
    client.report().await.expect("a report");
    rig.shows(&client, 5_000_013, "required").await;
    client.cycle().await.expect("a cycle");
    rig.shows(&client, 5_000_014, "installed").await;
    rig.shows(&client, 5_000_013, "not-required").await;
}

#[tokio::test]
async fn a_new_revision_takes_the_place_of_the_old_one() {
    let old = Software::new(5_000_015);
    let mut rig = Rig::with(std::slice::from_ref(&old)).await;
    let mut client = rig.client();
    rig.require(&[5_000_015]).await;
    client.scan().await.expect("a scan");
    let new = Software { revision: 201, ..old };
    rig.import(&catalog::software(&new), std::slice::from_ref(&new)).await;
    let scan = client.scan().await.expect("a scan");
    assert!(scan.complaints.is_empty(), "{:?}", scan.complaints);
    assert!(scan.out_of_scope > 0 && scan.new_updates > 0, "both in one scan: {scan:#?}");
    assert_eq!(scan.offer(kb(5_000_015)).map(|offer| offer.revision), Some(201));
    assert_eq!(client.install().await.installed, [kb(5_000_015)]);
    client.scan().await.expect("a scan");
    client.report().await.expect("a report");
    rig.shows(&client, 5_000_015, "installed").await;
}
