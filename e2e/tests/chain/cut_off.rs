//! The cable between two sites is cut.

use serde_json::{Value, json};

use crate::catalog::{Software, software};
use crate::device::Device;
use crate::place::Chain;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_is_cut_off_serves_its_devices_and_catches_up() {
    let chain = Chain::synchronized(&[Software::new(5_001_010)]).await;
    let device = Device::at(&chain.bottom.site);
    chain.cables[1].set("down");
    let newer = Software::new(5_001_011);
    chain.publish("second", &software(&newer), &[newer]).await;
    assert_eq!(chain.middle.sync().await["outcome"], "changed");
    // The bottom says what is wrong and what to do; it tries a few times before.
    let run = chain.bottom.sync().await;
    assert_eq!(run["outcome"], "failed", "{run:#}");
    let (error, fix) = (run["error"].as_str().unwrap_or_default(), run["fix"].as_str().unwrap_or_default());
    assert!(error.contains("cannot be reached") && fix.contains("network"), "{run:#}");
    let alerts = chain.bottom.site.api().get("/alerts").await;
    assert!(alerts.to_string().contains("upstream"), "{alerts:#}");
    chain.cables[1].set("up");
    let run = chain.bottom.sync().await;
    assert_eq!((&run["outcome"], &run["error"]), (&json!("changed"), &Value::Null), "{run:#}");
    chain.is_equal().await;
    let (scans, _) = device.scans().await;
    assert!(scans > 3, "{scans}");
}
