use std::collections::BTreeSet;

use crate::assess::{brought_by, changes};
use crate::fleet::Fleet;

/// Cancelled: not installed. Available: installed when asked for. Required: installed, exactly.
/// All of it: nothing is left to upgrade.
pub async fn what_is_deployed_is_installed_and_nothing_else(fleet: &Fleet) {
    let device = fleet.device("patched").await;
    let upgradable = device.is_assessed_as_apt_does().await;
    let before = device.packages().await;
    let hostname = device.required_for("hostname").await;
    let (gzip, mawk) = (device.required_for("gzip").await, device.required_for("mawk").await);

    // Fetched and cancelled before its deadline: not even asking for it helps.
    let cancelled = device.deploy_for_later(&[&hostname]).await;
    device.comes_to(&cancelled, "downloaded").await;
    device.cancel(&cancelled).await;
    device.shell(&format!("! sluice agent install {}", hostname.update)).await;
    device.in_contact_again().await;
    device.in_contact_again().await;

    // Offered, and installed only when somebody on the device asks.
    let offered = device.offer(&[&gzip]).await;
    device.comes_to(&offered, "waiting-for-deadline").await;
    device.in_contact_again().await;
    assert_eq!(changes(&before, &device.packages().await), [].into(), "nothing is due");
    assert_eq!(device.is_assessed_as_apt_does().await, upgradable);
    device.run(&["sluice", "agent", "install", &gzip.update]).await;
    device.comes_to(&offered, "installed").await;
    assert_eq!(changes(&before, &device.packages().await), brought_by([&gzip]));

    // One update, required.
    let (compliant, needed) = device.compliance().await;
    assert_eq!(compliant, 0, "it needs more than that");
    let one = device.deploy(&[&mawk]).await;
    device.comes_to(&one, "installed").await;
    assert_eq!(changes(&before, &device.packages().await), brought_by([&gzip, &mawk]));
    let left = device.is_assessed_as_apt_does().await;
    let taken: BTreeSet<_> = gzip.packages.union(&mawk.packages).cloned().collect();
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
