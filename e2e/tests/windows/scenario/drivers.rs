//! Drivers: the best for a device, and only when it is better.

use sluice_wsus::messages::shared::DeploymentAction;
use sluice_wsus::update::rules::{Device, InstalledDriver, Version};

use crate::catalog::{self, kb};
use crate::rig::Rig;

const CARD: &str = "PCI\\VEN_1234&DEV_5678";

#[tokio::test]
async fn the_newer_driver_is_offered_and_installed() {
    let rig = Rig::empty(sluice_e2e::SiteOptions::default()).await;
    let folder = rig.folder.path().join("drivers");
    std::fs::create_dir(&folder).expect("a new directory");
    let documents = [
        catalog::foundations(),
        catalog::driver(5_000_040, CARD, "2026-05-01", "2.0.0.0"),
        catalog::driver(5_000_041, CARD, "2024-05-01", "1.5.0.0"),
        catalog::driver(5_000_042, "PCI\\VEN_FFFF", "2026-06-01", "9.0.0.0"),
    ]
    .concat();
    catalog::write(&folder, &documents, &[]);
    catalog::write_driver(&folder, 5_000_040);
    rig.import_folder(&folder).await;

    let mut client = rig.client();
    client.machine_mut().add_device(Device {
        hardware_ids: vec![CARD.to_owned()],
        compatible_ids: vec!["PCI\\CC_0200".to_owned()],
        driver: Some(InstalledDriver {
            matching_id: CARD.to_owned(),
            provider: "Example".to_owned(),
            date: Some(jiff::civil::date(2025, 1, 1)),
            version: Version([1, 9, 0, 0]),
            feature_score: Some(0x7f),
        }),
    });
    rig.require(&[5_000_040, 5_000_041, 5_000_042]).await;
    let scan = client.scan().await.expect("a scan");
    assert!(scan.driver_pass, "{scan:#?}");
    assert_eq!(scan.offer(kb(5_000_040)).map(|offer| offer.action), Some(DeploymentAction::Install), "{scan:#?}");
    assert!(scan.offer(kb(5_000_041)).is_none(), "older than the one in use");
    assert!(scan.offer(kb(5_000_042)).is_none(), "for another card");
    assert_eq!(client.install().await.installed, [kb(5_000_040)]);
    client.scan().await.expect("a scan");
    client.report().await.expect("a report");
    rig.shows(&client, 5_000_040, "installed").await;
}
