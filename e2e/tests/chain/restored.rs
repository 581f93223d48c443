//! The upstream is restored from a backup: numbers and anchors of before mean nothing.

use serde_json::{Value, json};

use crate::catalog::{Software, software};
use crate::device::Device;
use crate::place::Chain;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_upstream_is_synchronized_with_anew() {
    let mut chain = Chain::synchronized(&[Software::new(5_001_020)]).await;
    let device = Device::at(&chain.bottom.site);
    let backup = chain.folder.path().join("backup").display().to_string();
    chain.top.site.api().post("/store/backups", json!({ "path": backup })).await;
    let lost = Software::new(5_001_021);
    chain.publish("lost", &software(&lost), &[lost]).await;
    assert_eq!(chain.middle.sync().await["outcome"], "changed");
    chain.top.site.stop().await;
    let data = chain.top.site.data_directory().display().to_string();
    let mut command = tokio::process::Command::new(sluice_e2e::program());
    let output = command.args(["store", "restore", &backup, "--data-dir", &data]).output().await.expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    chain.top.site.start_again().await;
    // Other updates get the numbers that those had which are lost.
    let other = [Software::new(5_001_022), Software::new(5_001_023)];
    chain.publish("other", &other.iter().map(software).collect::<String>(), &other).await;
    for place in [&chain.middle, &chain.bottom] {
        let run = place.sync().await;
        assert_eq!((&run["outcome"], &run["error"]), (&json!("changed"), &Value::Null), "{run:#}");
    }
    // What the top lost stays where it arrived: nobody withdrew it.
    let top = chain.top.catalog().await;
    for place in [&chain.middle, &chain.bottom] {
        let mut has = place.catalog().await;
        has.retain(|update| !update.contains("KB5001021"));
        assert_eq!(has, top);
        place.is_sound().await;
    }
    let (scans, _) = device.scans().await;
    assert!(scans > 3, "{scans}");
}
