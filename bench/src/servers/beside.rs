//! Devices that scan while many servers synchronize.

use std::sync::Arc;

use bytes::Bytes;

use super::peer::{Peer, batches};
use crate::devices::serve::Serve;
use crate::report::{Limit, Report};
use crate::windows::client::Client;
use crate::windows::load::{Load, Outcome, Script, Until};

/// Servers that synchronize at once.
const SERVERS: usize = 50;
/// Batches each of them asks for in turn.
const BATCHES: usize = 200;
/// Devices that scan, one after the other each.
const DEVICES: usize = 64;
/// Seconds of one measurement.
const SECONDS: f64 = 8.0;

const SHARE: Limit = Limit { value: 0.5, unit: "x", what: "the rate without them" };

/// First scans alone, and beside 50 servers that ask for documents as fast as they get them.
pub async fn bench(upstream: &Serve, report: &mut Report) -> anyhow::Result<()> {
    let mut client = Client::introduce(upstream.plain, 1).await?;
    let scan = client.scan().await?;
    let script: Script = scan.exchanges.iter().map(|exchange| exchange.request.clone()).collect();
    let mut documents: Vec<Script> = Vec::new();
    let mut peer = Peer::introduce(upstream.plain, 2).await?;
    for batch in batches(BATCHES)? {
        let request: Bytes = peer.documents(batch).await?.request;
        documents.push(Arc::from([request]));
    }
    let scans = || load(upstream, vec![Arc::clone(&script)], DEVICES);
    let alone = scans().await?;
    let (beside, servers) = tokio::try_join!(scans(), load(upstream, documents, SERVERS))?;
    report.heading(&format!("First scans of {DEVICES} devices at a time, beside {SERVERS} servers that synchronize"));
    report.note("scans, alone", alone.scripts_per_second(), "scans/s");
    report.note("p99 of a request, alone", alone.milliseconds(0.99), "ms");
    report.note("scans, beside them", beside.scripts_per_second(), "scans/s");
    report.note("p99 of a request, beside them", beside.milliseconds(0.99), "ms");
    #[expect(clippy::cast_precision_loss, reason = "sizes of a bench fit")]
    report.note("documents that the servers got meanwhile", servers.bytes as f64 / servers.seconds / 1e6, "MB/s");
    let share = beside.scripts_per_second() / alone.scripts_per_second();
    report.at_least("scans, beside them against alone", share, SHARE);
    Ok(())
}

async fn load(upstream: &Serve, scripts: Vec<Script>, connections: usize) -> anyhow::Result<Outcome> {
    let to = upstream.plain;
    Load { to, scripts, connections, until: Until::Seconds(SECONDS), pace: None, number_at: None }.run().await
}
