use sluice_e2e::eventually;

use crate::assess::{brought_by, changes};
use crate::deploy::{in_seconds, now};
use crate::fleet::Fleet;

/// Seconds in which a device learns of a deployment and fetches its files.
const BEFORE_DEADLINE: i64 = 30;

/// The deadline comes while the device is cut off: it installs what it has fetched, keeps its
/// reports and delivers them when the link is back.
pub async fn reports_wait_for_the_link(fleet: &Fleet) {
    let device = fleet.device("unplugged").await;
    let before = device.packages().await;
    let gzip = device.required_for("gzip").await;
    let deployment = device.deploy_until(&[&gzip], in_seconds(BEFORE_DEADLINE)).await;
    device.comes_to(&deployment, "downloaded").await;
    device.link("down").await;
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
    let known = device.enforcement(&deployment, &gzip.update).await.expect("reported before");
    assert_eq!(known.state, "downloaded", "the site knows nothing newer");

    let mended = now();
    device.link("up").await;
    device.comes_to(&deployment, "installed").await;
    device.in_contact_after(mended).await;
    device.is_assessed_as_apt_does().await;
    eventually("no report waits", async || match &device.agent_status().await["waiting_reports"] {
        n if *n == 0 => Ok(()),
        n => Err(format!("{n} wait")),
    })
    .await;
}
