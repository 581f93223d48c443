//! GetUpdateData against nginx, which serves the very same bytes as static files.

use std::sync::Arc;

use super::peer::{Peer, batches};
use crate::devices::serve::Serve;
use crate::report::{Limit, Report};
use crate::windows::load::{Load, Until};
use crate::windows::nginx::Nginx;
use crate::{Work, measure};

/// Requests that are sent in turn.
const BATCHES: usize = 16;
/// Connections, as many servers.
const CONNECTIONS: usize = 8;
/// Seconds of one measurement, and how many there are of each side, in turn.
const SECONDS: f64 = 4.0;
const TURNS: usize = 3;

const RATIO: Limit = Limit { value: 0.5, unit: "x", what: "nginx" };

/// Documents of 100 updates a request.
pub async fn bench(work: &Work, upstream: &Serve, report: &mut Report) -> anyhow::Result<()> {
    let mut peer = Peer::introduce(upstream.plain, 1).await?;
    let begin = measure::wall();
    let mut exchanges = Vec::new();
    for batch in batches(BATCHES)? {
        exchanges.push(peer.documents(batch).await?);
    }
    let first = measure::wall() - begin;
    let bytes: usize = exchanges.iter().map(|exchange| exchange.answer.len()).sum();
    #[expect(clippy::cast_precision_loss, reason = "sizes of a bench fit")]
    let size = bytes as f64 / 1e6;
    let all: Vec<_> = exchanges.iter().collect();
    let nginx = Nginx::start(work, &all).await?;
    let ours: Vec<_> = exchanges.iter().map(|exchange| Arc::from([exchange.request.clone()])).collect();
    let theirs: Vec<_> = (0..BATCHES).map(|number| Arc::from([Nginx::request(number)])).collect();
    let (mut sluice, mut peer) = ((0.0, 0.0), (0.0, 0.0));
    for _ in 0..TURNS {
        for (to, scripts, sum) in [(upstream.plain, &ours, &mut sluice), (nginx.address, &theirs, &mut peer)] {
            let load = Load {
                to,
                scripts: scripts.clone(),
                connections: CONNECTIONS,
                until: Until::Seconds(SECONDS),
                pace: None,
                number_at: None,
            };
            let outcome = load.run().await?;
            #[expect(clippy::cast_precision_loss, reason = "sizes of a bench fit")]
            let megabytes = outcome.bytes as f64 / 1e6;
            *sum = (sum.0 + megabytes, sum.1 + outcome.seconds);
        }
    }
    let rate = |(megabytes, seconds): (f64, f64)| megabytes / seconds;
    report.heading(&format!("GetUpdateData of 100 updates: {BATCHES} batches, {CONNECTIONS} connections kept"));
    report.note("answers, all together", size, "MB");
    report.note("asked for the first time, one after the other", size / first, "MB/s");
    report.note("Sluice", rate(sluice), "MB/s");
    report.note("nginx, the same bytes as static files", rate(peer), "MB/s");
    report.at_least("Sluice against nginx", rate(sluice) / rate(peer), RATIO);
    Ok(())
}
