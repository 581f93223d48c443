//! From approval to compliance.

use sluice_e2e::{SiteOptions, eventually};
use sluice_model::UpdateId;
use sluice_sim::windows::{Behaviour, InstallPolicy, WindowsClient};
use sluice_wsus::messages::shared::DeploymentAction;

use crate::catalog::{Software, kb};
use crate::postgres::Database;
use crate::rig::{Rig, later, now};

/// The action an update is offered with, after a scan that broke no rule.
pub async fn offered(client: &mut WindowsClient, update: UpdateId) -> Option<DeploymentAction> {
    let scan = client.scan().await.expect("a scan");
    assert!(scan.complaints.is_empty(), "{:?}", scan.complaints);
    scan.offer(update).map(|offer| offer.action)
}

#[tokio::test]
async fn an_update_is_known_before_approval_and_installed_after_with_sqlite() {
    known_and_installed(SiteOptions::default()).await;
}

#[tokio::test]
async fn an_update_is_known_before_approval_and_installed_after_with_postgresql() {
    let database = Database::new("windows");
    let mut options = SiteOptions::default();
    options.arguments.push(format!("--database-url={}", database.url()));
    known_and_installed(options).await;
}

async fn known_and_installed(options: SiteOptions) {
    let rig = Rig::of(options, &[Software::new(5_000_001)]).await;
    let mut client = rig.client();

    // Nobody has approved anything, and the need is known all the same.
    assert_eq!(offered(&mut client, kb(5_000_001)).await, Some(DeploymentAction::PreDeploymentCheck));
    assert!(client.install().await.installed.is_empty());
    assert!(client.report().await.expect("a report").accepted);
    rig.shows(&client, 5_000_001, "required").await;
    let update = rig.site.api().get(&format!("/updates/{}", kb(5_000_001))).await;
    assert_eq!((update["update"]["required"].as_u64(), update["update"]["installed"].as_u64()), (Some(1), Some(0)));

    let deployment = rig.require(&[5_000_001]).await;
    assert_eq!(offered(&mut client, kb(5_000_001)).await, Some(DeploymentAction::Install));
    let install = client.install().await;
    assert_eq!(
        (install.downloaded.as_slice(), install.installed.as_slice()),
        (&[kb(5_000_001)][..], &[kb(5_000_001)][..])
    );
    assert!(install.bytes > 1 << 20, "it came from the site: {} bytes", install.bytes);
    client.scan().await.expect("a scan");
    client.report().await.expect("a report");
    rig.shows(&client, 5_000_001, "installed").await;
    let shown = rig.site.api().get(&format!("/deployments/{deployment}")).await;
    assert_eq!(shown["percent_compliant"], 100, "{shown:#}");
}

#[tokio::test]
async fn a_deadline_travels_and_decides() {
    let rig = Rig::with(&[Software::new(5_000_002)]).await;
    let behaviour = Behaviour { install: InstallPolicy::AtDeadline, ..Behaviour::default() };
    let mut client = rig.client_that(behaviour);
    let deadline = later();
    let deployment = rig.deploy("required", Some(deadline), &[5_000_002]).await;
    let scan = client.scan().await.expect("a scan");
    let offer = scan.offer(kb(5_000_002)).expect("it is offered");
    assert_eq!(offer.deadline.map(|at| at.as_second()), Some(deadline.as_second()));
    assert!(client.install().await.installed.is_empty(), "the deadline is ahead");

    // The deployment is replaced by one whose deadline is over.
    rig.site.api().post(&format!("/deployments/{deployment}/cancel"), serde_json::json!({})).await;
    rig.deploy("required", Some(now()), &[5_000_002]).await;
    client.scan().await.expect("a scan");
    assert_eq!(client.install().await.installed, [kb(5_000_002)]);
}

#[tokio::test]
async fn what_is_only_offered_waits_for_the_user() {
    let rig = Rig::with(&[Software::new(5_000_003)]).await;
    let mut client = rig.client();
    rig.deploy("available", None, &[5_000_003]).await;
    assert_eq!(offered(&mut client, kb(5_000_003)).await, Some(DeploymentAction::OptionalInstall));
    assert!(client.install().await.installed.is_empty());
    assert_eq!(client.install_only(&[kb(5_000_003)]).await.installed, [kb(5_000_003)]);
}

#[tokio::test]
async fn a_pending_restart_shows_until_it_is_done() {
    let rig = Rig::with(&[Software { restart: true, ..Software::new(5_000_004) }]).await;
    let mut client = rig.client();
    rig.require(&[5_000_004]).await;
    client.scan().await.expect("a scan");
    assert_eq!(client.install().await.restart_pending, [kb(5_000_004)]);
    client.scan().await.expect("a scan");
    client.report().await.expect("a report");
    needs_restart(&rig, &client, true).await;
    assert!(client.restart());
    client.scan().await.expect("a scan");
    client.report().await.expect("a report");
    rig.shows(&client, 5_000_004, "installed").await;
    needs_restart(&rig, &client, false).await;
}

async fn needs_restart(rig: &Rig, client: &WindowsClient, expected: bool) {
    eventually("whether the device needs a restart", async || {
        let seen = rig.device(client).await;
        if seen["device"]["needs_restart"] == expected { Ok(()) } else { Err(format!("{seen:#}")) }
    })
    .await;
}
