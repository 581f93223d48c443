use serde_json::json;
use sluice_e2e::eventually;

use crate::assess::{brought_by, changes};
use crate::fleet::Fleet;

/// The hold of the device's administrator is stronger than a deployment.
pub async fn a_held_package_is_shown_and_left_alone(fleet: &Fleet) {
    let device = fleet.device("held").await;
    device.run(&["apt-mark", "hold", "gzip"]).await;
    eventually("the hold is shown", async || {
        let details = device.details().await;
        let shown = device.required_for("gzip").await.held.contains("gzip");
        if shown && details["held"] == json!(["gzip"]) { Ok(()) } else { Err(format!("{:#}", details["held"])) }
    })
    .await;
    device.is_assessed_as_apt_does().await;

    let before = device.packages().await;
    let (gzip, mawk) = (device.required_for("gzip").await, device.required_for("mawk").await);
    let held = device.deploy(&[&gzip]).await;
    let free = device.deploy(&[&mawk]).await;
    device.comes_to(&free, "installed").await;
    device.fails_with(&held, "held", "held").await;
    assert_eq!(changes(&before, &device.packages().await), brought_by([&mawk]), "gzip is held");

    device.run(&["apt-mark", "unhold", "gzip"]).await;
    device.comes_to(&held, "installed").await;
    assert_eq!(changes(&before, &device.packages().await), brought_by([&gzip, &mawk]));
    device.is_assessed_as_apt_does().await;
}
