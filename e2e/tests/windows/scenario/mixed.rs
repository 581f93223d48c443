//! Windows and Linux devices side by side.

use serde_json::json;

use crate::catalog::{Software, kb};
use crate::rig::{Rig, now};

#[tokio::test]
async fn both_families_stand_in_the_same_lists_and_deployments() {
    let rig = Rig::with(&[Software::new(5_000_070)]).await;
    let linux = crate::linux::Linux::enrol(&rig.site).await;
    let mut windows = rig.client();
    windows.scan().await.expect("a scan");
    windows.report().await.expect("a report");
    rig.shows(&windows, 5_000_070, "required").await;

    let devices = rig.site.api().get("/devices?limit=50").await;
    let systems: Vec<_> = devices["items"].as_array().expect("a list").iter().map(|d| d["os"].to_string()).collect();
    assert!(
        systems.iter().any(|os| os.contains("Windows 11")) && systems.iter().any(|os| os.contains("Debian")),
        "{systems:?}"
    );
    let overview = rig.site.api().get("/compliance").await;
    assert_eq!(overview["devices"], 2, "{overview:#}");

    // One deployment with an update of each.
    let all = rig.collection("All devices").await;
    let request = json!({
        "name": "Both", "collection": all, "intent": "required", "deadline": now().to_string(),
        "updates": [kb(5_000_070).to_string(), linux.update()],
    });
    let made = rig.site.api().post("/deployments", request).await;
    windows.cycle().await.expect("a cycle");
    rig.shows(&windows, 5_000_070, "installed").await;
    assert!(linux.is_assigned().await, "the Linux device is told to install its part");
    let shown = rig.site.api().get(&format!("/deployments/{}", made["id"].as_str().expect("an id"))).await;
    assert_eq!(shown["compliant"], 1, "{shown:#}");
}
