use std::collections::BTreeSet;

use crate::assess::{brought_by, changes};
use crate::deploy::in_seconds;
use crate::fleet::Fleet;

/// Seconds in which a device learns of a deployment, prepares it, and learns that it is cancelled.
const BEFORE_DEADLINE: i64 = 40;

/// Cancelled: not installed. Available: installed when asked for. Required: installed, exactly.
/// All of it: nothing is left to upgrade.
pub async fn what_is_deployed_is_installed_and_nothing_else(fleet: &Fleet) {
    let device = fleet.device("patched").await;
    let upgradable = device.is_assessed_as_apt_does().await;
    let before = device.packages().await;
    let (hostname, gzip) = (device.required_for("hostname").await, device.required_for("gzip").await);

    // Fetched before its deadline, cancelled before its deadline.
    let deadline = in_seconds(BEFORE_DEADLINE);
    let cancelled = device.deploy_until(&[&hostname], deadline).await;
    device.comes_to(&cancelled, "downloaded").await;
    device.cancel(&cancelled).await;

    // Offered, and installed only when somebody on the device asks.
    let offered = device.offer(&[&gzip]).await;
    device.comes_to(&offered, "waiting-for-deadline").await;
    device.in_contact_after(deadline).await;
    device.in_contact_after(in_seconds(0)).await;
    assert_eq!(changes(&before, &device.packages().await), [].into(), "nobody asked for anything to be installed");
    assert_eq!(device.is_assessed_as_apt_does().await, upgradable);
    device.run(&["sluice", "agent", "install", &gzip.update]).await;
    device.comes_to(&offered, "installed").await;
    assert_eq!(changes(&before, &device.packages().await), brought_by([&gzip]));

    // One update, required.
    let before = device.packages().await;
    let (compliant, needed) = device.compliance().await;
    assert_eq!(compliant, 0, "it needs more than that");
    let one = device.deploy(&[&hostname]).await;
    device.comes_to(&one, "installed").await;
    assert_eq!(changes(&before, &device.packages().await), brought_by([&hostname]));
    let left = device.is_assessed_as_apt_does().await;
    let taken: BTreeSet<_> = gzip.packages.union(&hostname.packages).cloned().collect();
    assert_eq!(left, &upgradable - &taken);
    assert_eq!(device.compliance().await, (0, needed - 1));
    assert_eq!(device.percent_compliant(&one).await, Some(100));

    // All that is left.
    let before = device.packages().await;
    let required = device.required().await;
    let all = device.deploy(&required.iter().collect::<Vec<_>>()).await;
    device.comes_to(&all, "installed").await;
    assert_eq!(device.is_assessed_as_apt_does().await, [].into(), "nothing is left to upgrade");
    assert_eq!(changes(&before, &device.packages().await), brought_by(&required));
    assert_eq!(device.compliance().await, (1, 0));
}
