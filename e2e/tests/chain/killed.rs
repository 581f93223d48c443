//! kill -9 at random moments while sites synchronize from each other.

use std::time::Duration;

use serde_json::Value;

use crate::catalog::{Software, software};
use crate::device::Device;
use crate::place::Chain;
use crate::random::Random;

/// How often at least.
const ROUNDS: u32 = 12;
/// How many of the kills must have met a run that was under way; there are more rounds until they have.
const HITS: u32 = 4;
/// How often at most.
const MAX_ROUNDS: u32 = 60;
/// Latest moment of the end, milliseconds after the start of a run.
const LATEST: u64 = 400;
/// Updates that are new in each round.
const NEW: u32 = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sites_that_are_killed_lose_nothing() {
    let mut random = Random::new("kill -9 of a chain");
    let mut chain = Chain::synchronized(&[Software::new(5_002_000)]).await;
    let device = Device::at(&chain.bottom.site);
    let (mut round, mut hits) = (0, 0);
    while round < ROUNDS || hits < HITS {
        assert!(round < MAX_ROUNDS, "only {hits} of {round} kills met a run");
        let first = 5_003_000 + round * 100;
        let updates: Vec<_> = (first..first + NEW).map(Software::new).collect();
        let documents: String = updates.iter().map(software).collect();
        chain.publish(&format!("round {round}"), &documents, &[]).await;
        // The site that asks, or the one that is asked, at a random moment of the run.
        let moment = Duration::from_millis(random.below(LATEST));
        let asked = random.below(2) == 0;
        let before = chain.middle.runs().await;
        chain.middle.start_sync().await;
        tokio::time::sleep(moment).await;
        if asked {
            chain.top.site.kill().await;
            hits += u32::from(chain.middle.is_running().await);
            chain.top.site.start_again().await;
        } else {
            chain.middle.site.kill().await;
            chain.middle.site.start_again().await;
            let is_new = |run: &&Value| before.iter().all(|known| known["id"] != run["id"]);
            let runs = chain.middle.runs().await;
            hits += u32::from(runs.iter().filter(is_new).any(|run| run["outcome"] == "interrupted"));
        }
        // Whatever was under way, the next run completes it; one that still runs is waited for.
        let mut run = chain.middle.sync().await;
        if run["error"] != Value::Null {
            run = chain.middle.sync().await;
        }
        assert_eq!(run["error"], Value::Null, "round {round}, {moment:?}, asked: {asked}: {run:#}");
        assert_eq!(chain.middle.catalog().await, chain.top.catalog().await, "round {round}, {moment:?}, {asked}");
        round += 1;
    }
    let run = chain.bottom.sync().await;
    assert_eq!(run["error"], Value::Null, "{run:#}");
    chain.is_equal().await;
    for place in [&chain.top, &chain.middle, &chain.bottom] {
        place.is_sound().await;
    }
    let (scans, _) = device.scans().await;
    assert!(scans > ROUNDS, "{scans}");
}
