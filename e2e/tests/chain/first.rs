//! First synchronization, changes, and another selection.

use serde_json::{Value, json};

use crate::catalog::{Software, WINDOWS_11, software};
use crate::device::Device;
use crate::place::Chain;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_top_has_arrives_at_the_bottom() {
    let chain = Chain::new(&[Software::new(5_001_000), Software::new(5_001_001)]).await;
    chain.middle.below(&chain.top, &chain.cables[0], false).await;
    chain.bottom.below(&chain.middle, &chain.cables[1], false).await;
    // Without a selection only the lists come, down to the bottom.
    for place in [&chain.middle, &chain.bottom] {
        let run = place.sync().await;
        assert_eq!((&run["outcome"], &run["error"]), (&json!("changed"), &Value::Null), "{run:#}");
        assert_eq!(place.catalog().await, Vec::<String>::new());
    }
    chain.middle.select_all().await;
    let select = json!({ "select": [WINDOWS_11, crate::catalog::SECURITY] });
    let before = chain.bottom.runs().await;
    chain.bottom.site.api().post("/categories/selection", select).await;
    chain.bottom.finished(&before).await;
    chain.is_equal().await;
    let device = Device::at(&chain.bottom.site);

    // Nothing new: two short requests, and no more than a line of history.
    for place in [&chain.middle, &chain.bottom] {
        let run = place.sync().await;
        assert_eq!((&run["outcome"], &run["updates_new"]), (&json!("unchanged"), &json!(0)), "{run:#}");
        assert!(run["bytes"].as_u64().is_some_and(|bytes| bytes < 4096), "{run:#}");
    }

    // A new update, a new revision, and one that supersedes another.
    let newer = Software { revision: 201, ..Software::new(5_001_000) };
    let latest = Software { supersedes: vec![5_001_001], ..Software::new(5_001_002) };
    chain.publish("second", &(software(&newer) + &software(&latest)), &[newer, latest]).await;
    for place in [&chain.middle, &chain.bottom] {
        let run = place.sync().await;
        assert_eq!((&run["outcome"], &run["error"]), (&json!("changed"), &Value::Null), "{run:#}");
    }
    chain.is_equal().await;

    // Another selection in the middle: what is deselected there is not offered there any more, and stays at the bottom,
    // which has it.
    let api = chain.middle.site.api();
    let before = chain.middle.runs().await;
    let change = api.post("/categories/selection", json!({ "deselect": [WINDOWS_11] })).await;
    assert_eq!(change["withdrawn"], json!(3), "{change:#}");
    chain.middle.finished(&before).await;
    let run = chain.bottom.sync().await;
    assert_eq!(run["error"], Value::Null, "{run:#}");
    assert_eq!(chain.bottom.catalog().await, chain.top.catalog().await);
    let before = chain.middle.runs().await;
    let change = api.post("/categories/selection", json!({ "select": [WINDOWS_11] })).await;
    assert_eq!(change["offered"], json!(3), "{change:#}");
    chain.middle.finished(&before).await;
    chain.is_equal().await;
    let (scans, _) = device.scans().await;
    assert!(scans > 3, "{scans}");
    for place in [&chain.top, &chain.middle, &chain.bottom] {
        place.is_sound().await;
    }
}
