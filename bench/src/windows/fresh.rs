//! After an approval: when clients see it, and whether the first of them waits longer.

use std::sync::Arc;
use std::time::Duration;

use super::client::Client;
use super::load::{Load, Until};
use super::site;
use crate::devices::serve::Serve;
use crate::measure;
use crate::report::{Limit, Report};

/// Approvals.
const APPROVALS: usize = 5;
/// Requests after each.
const REQUESTS: usize = 100;
/// Most seconds until a change is seen, before giving up.
const GIVE_UP: f64 = 10.0;

const VISIBLE: Limit = Limit { value: 1.0, unit: "s", what: "the limit" };
/// How much longer the first request may take: a fifth, and what a single measurement is uncertain by.
const FIRST: f64 = 1.2;
const UNCERTAIN: f64 = 1.0;

/// Approves, and asks as a client that knows everything and as one that knows nothing.
pub async fn bench(serve: &Serve, report: &mut Report) -> anyhow::Result<()> {
    let mut known = Client::introduce(serve.plain, 2).await?;
    known.scan().await?;
    let mut new = Client::introduce(serve.plain, 3).await?;
    new.forget();
    let request = new.ask().await?.request;
    let (mut visible, mut first, mut later) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..APPROVALS {
        let begin = measure::wall();
        site::approve(serve, site::APPROVED + turn, 1).await?;
        let load = Load {
            to: serve.plain,
            scripts: vec![Arc::from([request.clone()]); REQUESTS],
            connections: 1,
            until: Until::AllSent,
            pace: None,
            number_at: None,
        };
        let outcome = load.run().await?;
        first.extend(outcome.latencies.first().map(|latency| latency * 1e3));
        later.extend(outcome.latencies.iter().skip(1).map(|latency| latency * 1e3));
        while known.scan().await?.changed == 0 {
            anyhow::ensure!(measure::wall() - begin < GIVE_UP, "an approval is not seen after {GIVE_UP} s");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        visible.push(measure::wall() - begin);
    }
    report.heading("After an approval");
    report.line(
        "seen by a client that scans, at most (from the request on)",
        measure::percentile(&visible, 1.0),
        VISIBLE,
    );
    let usual = measure::median(&later);
    let limit = Limit { value: usual * FIRST + UNCERTAIN, unit: "ms", what: "1.2 x the next 99 + 1 ms" };
    report.line("first page for the first client after it (median)", measure::median(&first), limit);
    report.note("for the 99 after it (median)", usual, "ms");
    Ok(())
}
