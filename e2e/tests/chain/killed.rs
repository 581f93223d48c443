//! kill -9 at random moments while sites synchronize from each other.

use std::time::Duration;

use serde_json::Value;

use crate::catalog::{Software, software};
use crate::device::Device;
use crate::place::Chain;
use crate::random::Random;

/// How often.
const ROUNDS: u32 = 12;
/// Latest moment of the end, milliseconds after the start of a run.
const LATEST: u64 = 400;
/// Updates that are new in each round.
const NEW: u32 = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sites_that_are_killed_lose_nothing() {
    let mut random = Random::new("kill -9 of a chain");
    let mut chain = Chain::synchronized(&[Software::new(5_002_000)]).await;
    let device = Device::at(&chain.bottom.site);
    for round in 0..ROUNDS {
        let first = 5_003_000 + round * 100;
        let updates: Vec<_> = (first..first + NEW).map(Software::new).collect();
        let documents: String = updates.iter().map(software).collect();
        chain.publish(&format!("round {round}"), &documents, &[]).await;
        // The site that asks, or the one that is asked, at a random moment of the run.
        let moment = Duration::from_millis(random.below(LATEST));
        let asked = random.below(2) == 0;
        chain.middle.start_sync().await;
        tokio::time::sleep(moment).await;
        let victim = if asked { &mut chain.top.site } else { &mut chain.middle.site };
        victim.kill().await;
        victim.start_again().await;
        // Whatever was under way, the next run completes it; one that still runs is waited for.
        let mut run = chain.middle.sync().await;
        if run["error"] != Value::Null {
            run = chain.middle.sync().await;
        }
        assert_eq!(run["error"], Value::Null, "round {round}, {moment:?}, asked: {asked}: {run:#}");
        assert_eq!(chain.middle.catalog().await, chain.top.catalog().await, "round {round}, {moment:?}, {asked}");
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
