use crate::assess::{brought_by, changes};
use crate::fleet::Fleet;

/// Not a byte is free, so that the agent cannot even write down what happens in the usual way.
pub async fn a_full_disk_is_reported_and_room_is_enough(fleet: &Fleet) {
    let device = fleet.device("full").await;
    let before = device.packages().await;
    let gzip = device.required_for("gzip").await;
    device.shell("! dd if=/dev/zero of=/filler bs=1M; ! dd if=/dev/zero of=/filler2 bs=1").await;
    let deployment = device.deploy(&[&gzip]).await;
    device.fails_with(&deployment, "install-failed", "disk-full").await;
    assert_eq!(changes(&before, &device.packages().await), [].into());

    device.run(&["rm", "/filler", "/filler2"]).await;
    device.comes_to(&deployment, "installed").await;
    assert_eq!(changes(&before, &device.packages().await), brought_by([&gzip]));
    device.is_assessed_as_apt_does().await;
}
