//! Who agents say they are: target groups, clones, wrong clocks.

use jiff::SignedDuration;
use serde_json::json;
use sluice_e2e::eventually;
use sluice_sim::windows::{Behaviour, WindowsClient};
use sluice_wsus::messages::shared::DeploymentAction;

use super::approve::offered;
use crate::catalog::{Software, kb};
use crate::rig::{Rig, now};
use crate::site::sluice;

#[tokio::test]
async fn a_target_group_puts_a_device_into_its_collection() {
    let mut rig = Rig::with(&[Software::new(5_000_050)]).await;
    sluice(&rig.site, &["settings", "windows", "--targeting", "client"]).await;
    let above = rig.site.api().post("/collections", json!({ "name": "Offices", "devices": [] })).await;
    let request = json!({ "name": "Pilot", "devices": [], "parent": above["id"] });
    let collection = rig.site.api().post("/collections", request).await;
    let collection = collection["id"].as_str().expect("an id");
    // What is deployed to a collection reaches those below it.
    let deployment = rig.deploy_to(above["id"].as_str().expect("an id"), "required", Some(now()), &[5_000_050]).await;
    let in_pilot = Behaviour { target_group: Some("pilot;Nowhere".into()), ..Behaviour::default() };
    let mut pilot = rig.client_that(in_pilot);
    let mut other = rig.client();
    assert_eq!(offered(&mut pilot, kb(5_000_050)).await, Some(DeploymentAction::Install));
    assert_eq!(offered(&mut other, kb(5_000_050)).await, Some(DeploymentAction::PreDeploymentCheck));
    let is_member = async |rig: &Rig, members: u64| {
        eventually("the members of the collection", async || {
            let shown = rig.site.api().get(&format!("/collections/{collection}")).await;
            if shown["members"] == members { Ok(()) } else { Err(format!("{shown:#}")) }
        })
        .await;
    };
    is_member(&rig, 1).await;
    let shown = rig.site.api().get(&format!("/deployments/{deployment}")).await;
    assert_eq!(shown["devices"], 1, "{shown:#}");
    let device = rig.device(&pilot).await;
    assert!(device["collections"].to_string().contains("Pilot"), "{device:#}");

    // Remembered, and changed by the policy alone.
    rig.site.kill().await;
    rig.site.start_again().await;
    is_member(&rig, 1).await;
    pilot.behaviour_mut().target_group = None;
    pilot.set_cookie(None);
    assert_eq!(offered(&mut pilot, kb(5_000_050)).await, Some(DeploymentAction::PreDeploymentCheck));
    is_member(&rig, 0).await;

    // Of no account when the site decides.
    other.behaviour_mut().target_group = Some("Pilot".into());
    other.set_cookie(None);
    assert_eq!(offered(&mut other, kb(5_000_050)).await, Some(DeploymentAction::Install));
    is_member(&rig, 1).await;
    sluice(&rig.site, &["settings", "windows", "--targeting", "server"]).await;
    assert_eq!(offered(&mut other, kb(5_000_050)).await, Some(DeploymentAction::PreDeploymentCheck));
    is_member(&rig, 0).await;
}

#[tokio::test]
async fn two_machines_with_one_identity_are_noticed() {
    let rig = Rig::with(&[Software::new(5_000_051)]).await;
    let (first, mut second) = (rig.client().machine().clone(), rig.client().machine().clone());
    second.set_client_id(first.client_id());
    for _ in 0..2 {
        for machine in [&first, &second] {
            // Each registers anew, as agents do when their policy changes.
            let mut client = WindowsClient::new(machine.clone(), rig.server(), Behaviour::default());
            client.scan().await.expect("a scan");
            client.report().await.expect("a report");
        }
    }
    let names = [first.dns_name().to_owned(), second.dns_name().to_owned()];
    eventually("the clone is noticed", async || {
        let alerts = rig.site.api().get("/alerts").await;
        let text = alerts.to_string();
        if names.iter().all(|name| text.contains(name.as_str())) { Ok(()) } else { Err(format!("{alerts:#}")) }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_clock_hurts_nobody() {
    let rig = Rig::with(&[Software::new(5_000_052)]).await;
    rig.require(&[5_000_052]).await;
    for hours in [-24 * 400, 24 * 400] {
        let behaviour = Behaviour { clock_offset: SignedDuration::from_hours(hours), ..Behaviour::default() };
        let mut client = rig.client_that(behaviour);
        client.cycle().await.expect("a cycle");
        rig.shows(&client, 5_000_052, "installed").await;
        let device = rig.device(&client).await;
        let contact: jiff::Timestamp =
            device["device"]["last_contact"].as_str().expect("a time").parse().expect("a time");
        assert!(contact <= now() && now().duration_since(contact) < SignedDuration::from_hours(1), "{contact}");
    }
}
