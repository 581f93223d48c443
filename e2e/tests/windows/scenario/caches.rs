//! What agents remember, and when they must forget it.

use sluice_sim::windows::Reaction;

use super::approve::offered;
use super::faults::round;
use crate::catalog::{Software, kb};
use crate::rig::Rig;
use crate::site::sluice;
use sluice_wsus::messages::shared::DeploymentAction;
use sluice_wsus::soap::ErrorCode;

#[tokio::test]
async fn a_scan_with_nothing_new_is_short() {
    let rig = Rig::with(&[Software::new(5_000_030), Software::new(5_000_031)]).await;
    let mut client = rig.client();
    let first = client.scan().await.expect("a scan");
    assert!(first.new_updates > 4, "{first:#?}");
    let second = client.scan().await.expect("a scan");
    assert_eq!(
        (second.new_updates, second.changed, second.out_of_scope, second.software_rounds),
        (0, 0, 0, 1),
        "{second:#?}"
    );

    // An approval changes what the agent has; it is not sent again.
    rig.require(&[5_000_030]).await;
    let third = client.scan().await.expect("a scan");
    assert_eq!(third.new_updates, 0, "{third:#?}");
    assert!(third.changed >= 1, "{third:#?}");
    assert_eq!(third.offer(kb(5_000_030)).map(|offer| offer.action), Some(DeploymentAction::Install));
}

#[tokio::test]
async fn an_agent_whose_server_moved_starts_over_without_loss() {
    let here = Rig::with(&[Software::new(5_000_032)]).await;
    let there = Rig::with(&[Software::new(5_000_033), Software::new(5_000_032)]).await;
    let mut client = here.client();
    client.scan().await.expect("a scan");
    there.require(&[5_000_032]).await;
    client.move_to(there.server());
    let scan = client.scan().await.expect("a scan");
    assert!(
        scan.reactions.contains(&Reaction::StartAgainAndRefresh),
        "the old cookie is refused: {:?}",
        scan.reactions
    );
    assert!(scan.complaints.is_empty(), "{:?}", scan.complaints);
    assert_eq!(scan.offer(kb(5_000_032)).map(|offer| offer.action), Some(DeploymentAction::Install));
    assert_eq!(client.install().await.installed, [kb(5_000_032)]);
    client.scan().await.expect("a scan");
    client.report().await.expect("a report");
    there.shows(&client, 5_000_032, "installed").await;
}

#[tokio::test]
async fn a_restored_database_makes_agents_refresh() {
    let mut rig = Rig::with(&[Software::new(5_000_034)]).await;
    let backup = rig.folder.path().join("backup");
    let backup = backup.display().to_string();
    rig.site.api().post("/store/backups", serde_json::json!({ "path": backup })).await;
    let mut client = rig.client();
    client.scan().await.expect("a scan");
    rig.site.stop().await;
    let data = rig.site.data_directory().display().to_string();
    sluice(&rig.site, &["store", "restore", &backup, "--data-dir", &data]).await;
    rig.site.start_again().await;
    let cookie = client.cookie().cloned().expect("a cookie");
    assert_eq!(rig.wire().refusal(&round(cookie)).await, Some(ErrorCode::ServerChanged));
    let scan = client.scan().await.expect("a scan");
    assert!(
        scan.reactions.contains(&Reaction::StartAgainAndRefresh),
        "revision numbers may mean others now: {:?}",
        scan.reactions
    );
    assert!(scan.complaints.is_empty(), "{:?}", scan.complaints);
    rig.require(&[5_000_034]).await;
    assert_eq!(offered(&mut client, kb(5_000_034)).await, Some(DeploymentAction::Install));
}

#[tokio::test]
async fn a_restarted_site_goes_on_where_it_was() {
    let mut rig = Rig::with(&[Software::new(5_000_035)]).await;
    let mut client = rig.client();
    client.scan().await.expect("a scan");
    rig.site.kill().await;
    rig.site.start_again().await;
    let scan = client.scan().await.expect("a scan");
    assert_eq!((scan.new_updates, scan.out_of_scope), (0, 0), "{scan:#?}");
    rig.require(&[5_000_035]).await;
    client.cycle().await.expect("a cycle");
    rig.shows(&client, 5_000_035, "installed").await;
}
