//! Single answers against nginx, which serves the very same bytes as static files.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;

use super::bare::Bare;
use super::client::Exchange;
use super::load::{DIGITS, Load, Outcome, Until};
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
    let exchanges: Vec<_> = answers.iter().map(|(_, exchange)| *exchange).collect();
    let nginx = Nginx::start(work, &exchanges).await?;
    let bare = Bare::start(work, &exchanges)?;
    for (number, (name, exchange)) in answers.into_iter().enumerate() {
        report.heading(&format!(
            "{name}: request of {:.1} KB, answer of {:.1} KB, {CONNECTIONS} connections kept",
            kilobytes(&exchange.request),
            kilobytes(&exchange.answer)
        ));
        let (mut ours, mut theirs) = (Side::default(), Side::default());
        let (mut floor, mut fresh) = (Side::default(), Side::default());
        let (other, place) = numbered(exchange)?;
        for _ in 0..TURNS {
            let cpu = || measure::cpu_of(serve.pid());
            ours.add(serve.plain, exchange.request.clone(), None, cpu).await?;
            theirs.add(nginx.address, Nginx::request(number), None, || nginx.cpu()).await?;
            floor.add(bare.address, Bare::request(exchange, number), None, || bare.cpu()).await?;
            fresh.add(serve.plain, other.clone(), Some(place), cpu).await?;
        }
        report.note("Sluice", ours.rate(), "requests/s");
        report.note("nginx, the same bytes as a static file", theirs.rate(), "requests/s");
        report.at_least("Sluice against nginx", ours.rate() / theirs.rate(), RATIO);
        report.note("a bare HTTP server (hyper), the same request and answer", floor.rate(), "requests/s");
        report.note("of that, against nginx", floor.rate() / theirs.rate(), "x");
        report.note("Sluice, every request another one", fresh.rate(), "requests/s");
        report.note("of that, against nginx", fresh.rate() / theirs.rate(), "x");
        report.note("CPU time of Sluice for each", ours.microseconds(), "µs");
        report.note("CPU time of Sluice, every request another one", fresh.microseconds(), "µs");
        report.note("CPU time of nginx for each", theirs.microseconds(), "µs");
        report.note("CPU time of the bare server for each", floor.microseconds(), "µs");
        latency(serve, exchange, ours.rate(), report).await?;
    }
    Ok(())
}

/// The request with a number in it that is no revision's or no language, and where that is: with another number each
/// time no answer is one that was kept.
fn numbered(exchange: &Exchange) -> anyhow::Result<(Bytes, usize)> {
    const NUMBER: &str = "20000000";
    let text = std::str::from_utf8(&exchange.request)?;
    let more = [
        ("<OtherCachedUpdateIDs>", format!("<OtherCachedUpdateIDs><int>{NUMBER}</int>")),
        (
            "<SkipSoftwareSync>",
            format!("<OtherCachedUpdateIDs><int>{NUMBER}</int></OtherCachedUpdateIDs><SkipSoftwareSync>"),
        ),
        ("<locales>", format!("<locales><string>x-{NUMBER}</string>")),
    ];
    let (tag, longer) = more.into_iter().find(|(tag, _)| text.contains(tag)).context("nothing can be added")?;
    let (head, body) = text.split_once("\r\n\r\n").context("the request has no body")?;
    let body = body.replacen(tag, &longer, 1);
    let length = |line: &str| {
        if line.starts_with("Content-Length: ") { format!("Content-Length: {}", body.len()) } else { line.to_owned() }
    };
    let head: Vec<String> = head.split("\r\n").map(length).collect();
    let request = format!("{}\r\n\r\n{body}", head.join("\r\n"));
    let place = request.find(NUMBER).context("the number is not in it")?;
    assert_eq!(NUMBER.len(), DIGITS);
    Ok((request.into(), place))
}

async fn latency(serve: &Serve, exchange: &Exchange, throughput: f64, report: &mut Report) -> anyhow::Result<()> {
    let paced = load(serve.plain, exchange.request.clone(), CLIENTS, Some(throughput * SHARE), None).await?;
    report.note("500 clients at half of that: median", paced.milliseconds(0.5), "ms");
    report.line("500 clients at half of that: p99", paced.milliseconds(0.99), P99);
    let full = load(serve.plain, exchange.request.clone(), CLIENTS, None, None).await?;
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
        number_at: Option<usize>,
        cpu: impl Fn() -> anyhow::Result<f64>,
    ) -> anyhow::Result<()> {
        let before = cpu()?;
        let outcome = load(to, request, CONNECTIONS, None, number_at).await?;
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

async fn load(
    to: SocketAddr,
    request: Bytes,
    connections: usize,
    pace: Option<f64>,
    number_at: Option<usize>,
) -> anyhow::Result<Outcome> {
    let scripts = vec![Arc::from([request])];
    Load { to, scripts, connections, until: Until::Seconds(SECONDS), pace, number_at }.run().await
}

#[expect(clippy::cast_precision_loss, reason = "sizes of a bench fit")]
fn kilobytes(bytes: &Bytes) -> f64 {
    bytes.len() as f64 / 1e3
}
