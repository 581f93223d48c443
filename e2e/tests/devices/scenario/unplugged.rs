use sluice_e2e::eventually;

use crate::assess::{brought_by, changes};
use crate::fleet::Fleet;

/// Cut off from everything, the device installs what it has fetched, keeps its reports and
/// delivers them when the link is back.
pub async fn reports_wait_for_the_link(fleet: &Fleet) {
    let device = fleet.device("unplugged").await;
    let before = device.packages().await;
    let gzip = device.required_for("gzip").await;
    let deployment = device.deploy_for_later(&[&gzip]).await;
    device.comes_to(&deployment, "downloaded").await;
    device.link("down").await;
    device.run(&["sluice", "agent", "install", &gzip.update]).await;
    eventually("the update is installed without the site", async || {
        let changes = changes(&before, &device.packages().await);
        if changes == brought_by([&gzip]) { Ok(()) } else { Err(format!("{changes:?}")) }
    })
    .await;
    eventually("its report waits", async || {
        let status = device.agent_status().await;
        let waits = status["waiting_reports"].as_u64().is_some_and(|n| n > 0);
        let done = status["policy"]["assignments"][0]["state"] == "installed";
        if waits && done { Ok(()) } else { Err(format!("{status:#}")) }
    })
    .await;
    device.comes_to(&deployment, "downloaded").await; // the site knows nothing newer

    device.link("up").await;
    device.comes_to(&deployment, "installed").await;
    device.is_assessed_as_apt_does().await;
    eventually("no report waits", async || match &device.agent_status().await["waiting_reports"] {
        n if *n == 0 => Ok(()),
        n => Err(format!("{n} wait")),
    })
    .await;
}
