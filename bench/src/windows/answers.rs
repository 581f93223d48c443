//! Single answers against nginx, which serves the very same bytes as static files.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

use super::client::Exchange;
use super::load::{Load, Outcome, Until};
use super::nginx::Nginx;
use super::scan::Recorded;
use crate::devices::serve::Serve;
use crate::report::{Limit, Report};
use crate::{Work, measure};

/// Connections of the comparison.
const CONNECTIONS: usize = 64;
/// Seconds of one measurement, and how many there are of each side, in turn.
const SECONDS: f64 = 4.0;
const TURNS: usize = 3;
/// Clients of the latency measurement.
const CLIENTS: usize = 500;
/// Share of the throughput at which latency is measured: a server has no latency of its own when more is asked than
/// the machine can do.
const SHARE: f64 = 0.5;

const RATIO: Limit = Limit { value: 0.6, unit: "x", what: "nginx" };
const P99: Limit = Limit { value: 20.0, unit: "ms", what: "the limit" };

/// A page of 30 updates, and extended fragments of 50.
pub async fn bench(work: &Work, serve: &Serve, recorded: &Recorded, report: &mut Report) -> anyhow::Result<()> {
    // A page from the middle of the scan: 30 updates, long lists of known ids in the request.
    let pages = &recorded.first.exchanges;
    let first = pages.first();
    let middle = pages.get(pages.len() / 2);
    let mut answers = Vec::new();
    answers.extend(first.map(|page| ("SyncUpdates, first page of 30", page)));
    answers.extend(middle.map(|page| ("SyncUpdates, a page of 30 halfway", page)));
    answers.push(("SyncUpdates, nothing new", &recorded.delta));
    answers.push(("GetExtendedUpdateInfo of 50", &recorded.extended));
    let nginx = Nginx::start(work, &answers.iter().map(|(_, exchange)| *exchange).collect::<Vec<_>>()).await?;
    for (number, (name, exchange)) in answers.into_iter().enumerate() {
        report.heading(&format!(
            "{name}: request of {:.1} KB, answer of {:.1} KB, {CONNECTIONS} connections kept",
            kilobytes(&exchange.request),
            kilobytes(&exchange.answer)
        ));
        let (mut ours, mut theirs) = (Side::default(), Side::default());
        for _ in 0..TURNS {
            ours.add(serve.plain, exchange.request.clone(), || measure::cpu_of(serve.pid())).await?;
            theirs.add(nginx.address, Nginx::request(number), || nginx.cpu()).await?;
        }
        report.note("Sluice", ours.rate(), "requests/s");
        report.note("nginx, the same bytes as a static file", theirs.rate(), "requests/s");
        report.at_least("Sluice against nginx", ours.rate() / theirs.rate(), RATIO);
        report.note("CPU time of Sluice for each", ours.microseconds(), "µs");
        report.note("CPU time of nginx for each", theirs.microseconds(), "µs");
        latency(serve, exchange, ours.rate(), report).await?;
    }
    Ok(())
}

async fn latency(serve: &Serve, exchange: &Exchange, throughput: f64, report: &mut Report) -> anyhow::Result<()> {
    let paced = load(serve.plain, exchange.request.clone(), CLIENTS, Some(throughput * SHARE)).await?;
    report.note("500 clients at half of that: median", paced.milliseconds(0.5), "ms");
    report.line("500 clients at half of that: p99", paced.milliseconds(0.99), P99);
    let full = load(serve.plain, exchange.request.clone(), CLIENTS, None).await?;
    report.note("500 clients, each asking again at once: p99", full.milliseconds(0.99), "ms");
    Ok(())
}

/// What one side did in all its turns.
#[derive(Default)]
struct Side {
    requests: f64,
    seconds: f64,
    cpu: f64,
}

impl Side {
    async fn add(
        &mut self,
        to: SocketAddr,
        request: Bytes,
        cpu: impl Fn() -> anyhow::Result<f64>,
    ) -> anyhow::Result<()> {
        let before = cpu()?;
        let outcome = load(to, request, CONNECTIONS, None).await?;
        self.cpu += cpu()? - before;
        #[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
        let requests = outcome.latencies.len() as f64;
        self.requests += requests;
        self.seconds += outcome.seconds;
        Ok(())
    }

    fn rate(&self) -> f64 {
        self.requests / self.seconds
    }

    fn microseconds(&self) -> f64 {
        self.cpu / self.requests * 1e6
    }
}

async fn load(to: SocketAddr, request: Bytes, connections: usize, pace: Option<f64>) -> anyhow::Result<Outcome> {
    let scripts = vec![Arc::from([request])];
    Load { to, scripts, connections, until: Until::Seconds(SECONDS), pace }.run().await
}

#[expect(clippy::cast_precision_loss, reason = "sizes of a bench fit")]
fn kilobytes(bytes: &Bytes) -> f64 {
    bytes.len() as f64 / 1e3
}
