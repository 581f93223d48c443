//! Whole scans: what they cost the server.

use std::sync::Arc;

use bytes::Bytes;

use super::client::{Client, Exchange, Scan};
use super::load::{Load, Until};
use crate::devices::serve::Serve;
use crate::measure;
use crate::report::{Limit, Report};

/// First scans that are measured together: the kernel counts CPU time in hundredths of a second.
const SCANS: usize = 20;
/// Rounds without news that are measured together.
const DELTAS: usize = 1000;

const FIRST: Limit = Limit { value: 0.3, unit: "s", what: "the limit" };
const DELTA: Limit = Limit { value: 2.0, unit: "ms", what: "the limit" };
/// Seconds that a real WSUS needs for such a scan, and that the peer in Rust needs (peer-wsus-rs.md, section 8).
const WSUS: f64 = 9.6;
const PEER: f64 = 25.6;
/// Rounds of that scan on the real WSUS, which also sends detectoids and products that no update needs.
const WSUS_ROUNDS: f64 = 66.0;

/// What a client said, to be said again.
pub struct Recorded {
    /// The first scan.
    pub first: Scan,
    /// A round without news.
    pub delta: Exchange,
    /// Extended fragments of 50 updates.
    pub extended: Exchange,
}

/// A first scan and a scan without news.
pub async fn bench(serve: &Serve, report: &mut Report) -> anyhow::Result<Recorded> {
    let mut client = Client::introduce(serve.plain, 1).await?;
    let begin = measure::wall();
    let first = client.scan().await?;
    let whole = measure::wall() - begin;
    // What it did not ask for is made ready in the background.
    serve.idle().await?;
    let delta = client.ask().await?;
    let fifty: Vec<i32> = first.software.iter().copied().take(50).collect();
    let extended = client.extended(fifty).await?;
    let rounds = first.exchanges.len();
    let bytes: usize = first.exchanges.iter().map(|exchange| exchange.answer.len()).sum();

    report.heading("A complete first scan of a Windows 11 client");
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
    {
        report.note("updates offered", first.new as f64, "");
        report.note("rounds", rounds as f64, "");
        report.note("answers, on the wire", bytes as f64 / 1e6, "MB");
    }
    report.note("right after the start, by the clock, the client's evaluation included", whole, "s");
    let script: Arc<[Bytes]> = first.exchanges.iter().map(|exchange| exchange.request.clone()).collect();
    let (cpu, seconds) = cost(serve, vec![script; SCANS]).await?;
    report.line("CPU time of the server", cpu / count(SCANS), FIRST);
    report.note("CPU time of 66 such rounds, which a real WSUS needs", cpu / count(SCANS * rounds) * WSUS_ROUNDS, "s");
    report.note("by the clock, the client costing nothing", seconds / count(SCANS), "s");
    report.note("of that, ratio to a real WSUS (9.6 s)", seconds / count(SCANS) / WSUS, "x");
    report.note("of that, ratio to the peer in Rust (25.6 s)", seconds / count(SCANS) / PEER, "x");

    let script: Arc<[Bytes]> = std::iter::once(delta.request.clone()).collect();
    let (cpu, seconds) = cost(serve, vec![script; DELTAS]).await?;
    report.heading("A scan with nothing new (its one software round, with all known ids)");
    report.line("CPU time of the server", cpu / count(DELTAS) * 1e3, DELTA);
    report.line("by the clock", seconds / count(DELTAS) * 1e3, DELTA);
    Ok(Recorded { first, delta, extended })
}

/// CPU and clock seconds of scripts that one connection sends.
async fn cost(serve: &Serve, scripts: Vec<Arc<[Bytes]>>) -> anyhow::Result<(f64, f64)> {
    let before = measure::cpu_of(serve.pid())?;
    let load = Load { to: serve.plain, scripts, connections: 1, until: Until::AllSent, pace: None, number_at: None };
    let outcome = load.run().await?;
    Ok((measure::cpu_of(serve.pid())? - before, outcome.seconds))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
fn count(number: usize) -> f64 {
    number as f64
}
