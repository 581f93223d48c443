use sluice_e2e::eventually;

use crate::assess::{Required, brought_by, changes};
use crate::deploy::Deployment;
use crate::device::Device;
use crate::fleet::Fleet;

/// Run by dpkg after each of its steps: waits as long as `/run/hold` is there.
const GATE: &str = "#!/bin/sh
[ -e /run/hold ] || exit 0
: >/run/reached
while [ -e /run/hold ]; do sleep 0.1; done
";

/// The agent is killed, later the whole device, between unpacking and configuring.
pub async fn an_interrupted_installation_is_finished(fleet: &Fleet) {
    let mut device = fleet.device("interrupted").await;
    device.write("/usr/local/sbin/gate", GATE).await;
    device.run(&["chmod", "755", "/usr/local/sbin/gate"]).await;
    device.write("/etc/dpkg/dpkg.cfg.d/gate", "post-invoke=/usr/local/sbin/gate\n").await;
    the_agent_is_killed(&mut device).await;
    the_power_fails(&mut device).await;
    device.is_assessed_as_apt_does().await;
}

/// dpkg goes on without the agent; the next agent waits for it and reads what came of it.
async fn the_agent_is_killed(device: &mut Device) {
    let before = device.packages().await;
    let mawk = device.required_for("mawk").await;
    let deployment = stopped_in_the_middle(device, &mawk).await;
    device.kill_agent().await;
    device.start_agent();
    eventually("the next agent waits for dpkg", async || {
        let status = device.agent_status().await;
        if status["state"] == "waiting-for-lock" { Ok(()) } else { Err(format!("{status:#}")) }
    })
    .await;
    still_installing(device, &deployment).await;
    device.run(&["rm", "/run/hold", "/run/reached"]).await;
    device.comes_to(&deployment, "installed").await;
    assert_eq!(changes(&before, &device.packages().await), brought_by([&mawk]));
}

/// Everything stops; the next agent puts dpkg's database in order.
async fn the_power_fails(device: &mut Device) {
    let before = device.packages().await;
    let gzip = device.required_for("gzip").await;
    let deployment = stopped_in_the_middle(device, &gzip).await;
    device.cut_power().await;
    device.run(&["rm", "/run/hold", "/run/reached"]).await;
    still_installing(device, &deployment).await;
    let found = changes(&before, &device.packages().await);
    assert!(found["gzip"].ends_with(" unpacked"), "the cut came in the middle: {found:?}");
    device.start_agent();
    device.comes_to(&deployment, "installed").await;
    assert_eq!(changes(&before, &device.packages().await), brought_by([&gzip]));
}

/// Deploys an update and lets dpkg come as far as having it unpacked.
async fn stopped_in_the_middle(device: &Device, update: &Required) -> Deployment {
    device.write("/run/hold", "").await;
    let deployment = device.deploy(&[update]).await;
    eventually("dpkg is in the middle", async || {
        if device.has("/run/reached").await { Ok(()) } else { Err(format!("{:#}", device.agent_status().await)) }
    })
    .await;
    still_installing(device, &deployment).await;
    deployment
}

async fn still_installing(device: &Device, deployment: &Deployment) {
    device.comes_to(deployment, "installing").await;
}
