//! kill -9 of a site while it imports and while agents scan.

use serde_json::{Value, json};
use sluice_e2e::{Site, SiteOptions, eventually};
use sluice_sim::windows::WindowsClient;
use sluice_wsus::messages::shared::DeploymentAction;
use tokio::sync::Semaphore;

use crate::catalog::{self, Software, kb};
use crate::rig::Rig;
use crate::site::sluice;

const FIRST: u32 = 5_100_000;
/// Enough for several batches.
const UPDATES: u32 = 2_600;

async fn is_sound(site: &Site) {
    let check = site.api().post("/store/check", json!(null)).await;
    assert_eq!(check["problems"], json!([]));
}

/// Whether the import that runs has stored anything.
async fn some_is_stored(site: &Site) -> bool {
    let status = site.api().get("/sync").await;
    let running = status["items"].as_array().expect("a list").iter().map(|source| &source["running"]);
    running.into_iter().any(|run| run["item"].as_str().is_some_and(|item| item.contains("documents")))
}

async fn updates(site: &Site) -> u64 {
    site.api().get("/site").await["updates"].as_u64().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_was_cut_off_is_completed_by_repeating_it() {
    let all: Vec<_> = (FIRST..FIRST + UPDATES).map(Software::new).collect();
    let documents: String = all.iter().map(catalog::software).collect();
    let mut rig = Rig::empty(SiteOptions::default()).await;
    let file = rig.folder.path().join("catalog.xml");
    std::fs::write(&file, [catalog::foundations(), documents].concat()).expect("a temporary file");
    let file = file.display().to_string();

    let mut import = tokio::process::Command::new(sluice_e2e::program());
    import.args(["catalog", "import", &file]).env("SLUICE_CONFIG", rig.site.credentials_path()).kill_on_drop(true);
    let mut import = import.stderr(std::process::Stdio::null()).spawn().expect("the program can be started");
    // As soon as a batch is stored.
    while !some_is_stored(&rig.site).await {
        tokio::task::yield_now().await;
    }
    // Acknowledged in the middle of it.
    let acknowledged = rig.site.api().post("/collections", json!({ "name": "In the middle", "devices": [] })).await;
    rig.site.kill().await;
    let ended = import.wait().await.expect("our child");
    assert!(!ended.success(), "the moment was late: everything is imported");

    rig.site.start_again().await;
    is_sound(&rig.site).await;
    let kept = updates(&rig.site).await;
    assert!((1..u64::from(UPDATES)).contains(&kept), "{kept} are there");
    assert_eq!(rig.collection("In the middle").await, acknowledged["id"].as_str().expect("an id"));

    let said = sluice(&rig.site, &["catalog", "import", &file, "--json"]).await;
    let summary: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(summary["quarantined"], 0, "{summary:#}");
    assert!(summary["unchanged"].as_u64() >= Some(kept) && summary["new_updates"].as_u64() > Some(0), "{summary:#}");
    assert_eq!(updates(&rig.site).await, u64::from(UPDATES));
    is_sound(&rig.site).await;

    // Nothing is missing: every page comes, every part of it as well.
    let mut client = rig.client();
    let scan = client.scan().await.expect("a scan");
    assert!(scan.complaints.is_empty(), "{:?}", scan.complaints);
    assert_eq!(scan.needed.len(), UPDATES as usize);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_agents_were_told_is_there_after_the_end() {
    const AGENTS: usize = 12;
    const ARTICLE: u32 = 5_000_095;
    let mut rig = Rig::with(&[Software::new(ARTICLE)]).await;
    rig.require(&[ARTICLE]).await;
    let mut agents: Vec<_> =
        (0..AGENTS).map(|_| Known { client: rig.client(), registered: false, reported: false }).collect();
    for round in 0..3 {
        // Ended at another moment each time, in the middle of whatever they do.
        let (done, moment) = (Semaphore::new(0), 3 + 7 * round);
        let work = agents.iter_mut().map(|agent| agent.work(&done));
        let end = async {
            drop(done.acquire_many(moment).await.expect("never closed"));
            rig.site.kill().await;
        };
        tokio::join!(futures_util::future::join_all(work), end);
        rig.site.start_again().await;
        is_sound(&rig.site).await;
        for agent in &agents {
            if agent.registered {
                rig.device(&agent.client).await;
            }
            if agent.reported {
                let state = rig.state(&agent.client, ARTICLE).await;
                assert!(state == "required" || state == "installed", "round {round}: {state}");
            }
        }
    }
    assert!(agents.iter().any(|agent| agent.reported));
    for mut agent in agents {
        let scan = agent.client.cycle().await.expect("a cycle");
        assert!(scan.complaints.is_empty(), "{:?}", scan.complaints);
        assert_eq!(scan.offer(kb(ARTICLE)).map(|offer| offer.action), Some(DeploymentAction::Install));
        rig.shows(&agent.client, ARTICLE, "installed").await;
    }
    eventually("all devices are compliant", async || {
        let overview = rig.site.api().get("/compliance").await;
        if overview["compliant"] == AGENTS { Ok(()) } else { Err(format!("{overview:#}")) }
    })
    .await;
}

/// An agent and what the site acknowledged to it.
struct Known {
    client: WindowsClient,
    registered: bool,
    reported: bool,
}

impl Known {
    /// Scans and reports until nobody answers.
    async fn work(&mut self, done: &Semaphore) {
        loop {
            // A scan ends well only after a registration that ended well.
            let Ok(scan) = self.client.scan().await else { return };
            assert!(scan.complaints.is_empty(), "{:?}", scan.complaints);
            self.registered = true;
            done.add_permits(1);
            if self.client.report().await.is_err() {
                return;
            }
            self.reported = true;
            done.add_permits(1);
        }
    }
}
