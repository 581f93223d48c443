//! Other ways to scan: without TLS where the administrator allowed it, and only some categories.

use sluice_sim::windows::{Behaviour, Server, ServerOptions};
use sluice_wsus::messages::shared::DeploymentAction;

use super::approve::offered;
use crate::catalog::{OFFICE, Software, WINDOWS_11, kb};
use crate::rig::{Rig, host};
use crate::site::sluice;

#[tokio::test]
async fn metadata_travels_without_tls_only_when_allowed() {
    let rig = Rig::with(&[Software::new(5_000_110)]).await;
    rig.require(&[5_000_110]).await;
    let options = ServerOptions::plain(format!("http://127.0.0.1:{}", rig.site.plain_port()));
    let plain = Server::new(&options, host()).expect("a server to connect to");
    let mut client = rig.client();
    client.move_to(plain);
    let refused = client.scan().await.expect_err("not without TLS");
    assert_eq!(refused.hresult(), 0x8024_4018, "HTTP 403: {refused:?}");

    sluice(&rig.site, &["settings", "windows", "--metadata-over-http", "true"]).await;
    assert_eq!(offered(&mut client, kb(5_000_110)).await, Some(DeploymentAction::Install));
    assert_eq!(client.install().await.installed, [kb(5_000_110)]);
    client.scan().await.expect("a scan");
    client.report().await.expect("a report");
    rig.shows(&client, 5_000_110, "installed").await;

    sluice(&rig.site, &["settings", "windows", "--metadata-over-http", "false"]).await;
    client.scan().await.expect_err("not any more");
}

#[tokio::test]
async fn a_scan_of_some_categories_leaves_out_the_others() {
    let rig = Rig::with(&[Software::new(5_000_111)]).await;
    rig.require(&[5_000_111]).await;
    let of_product = Behaviour { categories: vec![WINDOWS_11], ..Behaviour::default() };
    let mut client = rig.client_that(of_product);
    assert_eq!(offered(&mut client, kb(5_000_111)).await, Some(DeploymentAction::Install));
    let of_another = Behaviour { categories: vec![OFFICE], ..Behaviour::default() };
    let mut client = rig.client_that(of_another);
    assert_eq!(offered(&mut client, kb(5_000_111)).await, None);
    // The next scan of everything has it.
    client.behaviour_mut().categories.clear();
    assert_eq!(offered(&mut client, kb(5_000_111)).await, Some(DeploymentAction::Install));
}
