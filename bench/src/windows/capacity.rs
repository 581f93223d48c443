//! How many scans a second.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sluice_wsus::messages::shared::Cookie;

use super::client::{Client, Exchange};
use super::load::{Load, Until};
use super::scan::Recorded;
use crate::devices::serve::Serve;
use crate::measure;
use crate::report::{Limit, Report};

/// Clients that are introduced; their scans are said again and again.
const CLIENTS: u32 = 200;
/// Connections.
const CONNECTIONS: usize = 64;
/// Seconds of one measurement.
const SECONDS: f64 = 8.0;

/// Clients of the largest fleet, and seconds between their scans.
const FLEET: f64 = 100_000.0;
const INTERVAL: f64 = 22.0 * 3600.0;
const SUSTAINED: Limit = Limit { value: FLEET / INTERVAL, unit: "scans/s", what: "100,000 clients every 22 hours" };

/// First scans, and daily ones: sign on, a round without news.
pub async fn bench(serve: &Serve, recorded: &Recorded, report: &mut Report) -> anyhow::Result<()> {
    let (mut first, mut daily) = (Vec::new(), Vec::new());
    for number in 0..CLIENTS {
        let mut client = Client::introduce(serve.plain, 1000 + number).await?;
        let mut script: Vec<Bytes> = client.sign_on().await?.into_iter().map(|exchange| exchange.request).collect();
        let mut scan = script.clone();
        // The first round has the cookie of the sign-on, the others that of the first round's answer.
        let cookie = client.cookie.clone();
        let page = client.ask().await?;
        scan.push(page.request.clone());
        let newest = newest_cookie(&page)?;
        scan.extend(recorded.first.exchanges.iter().skip(1).map(|round| with_cookie(round, &newest)));
        script.push(with_cookie(&recorded.delta, &newest));
        anyhow::ensure!(cookie != newest, "an answer repeats the cookie of its request");
        first.push(Arc::from(scan));
        daily.push(Arc::from(script));
    }
    let processors = std::thread::available_parallelism()?;
    for (name, scripts) in [("First scans", first), ("Daily scans (sign-on, a round without news)", daily)] {
        let before = measure::cpu_of(serve.pid())?;
        let load = Load {
            to: serve.plain,
            scripts,
            connections: CONNECTIONS,
            until: Until::Seconds(SECONDS),
            pace: None,
            number_at: None,
        };
        let outcome = load.run().await?;
        let cpu = measure::cpu_of(serve.pid())? - before;
        report.heading(&format!(
            "{name} of {CLIENTS} clients, {CONNECTIONS} at a time, {processors} processors for both sides"
        ));
        let scans = outcome.scripts_per_second();
        report.at_least("scans", scans, SUSTAINED);
        report.note("requests", outcome.requests_per_second(), "requests/s");
        report.note("p99 of a request", outcome.milliseconds(0.99), "ms");
        #[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
        let each = cpu / outcome.scripts as f64;
        report.note("CPU time of the server for each", each * 1e3, "ms");
        report.note("clients that could scan every 22 hours", scans * INTERVAL, "");
    }
    Ok(())
}

/// The cookie in an answer.
fn newest_cookie(page: &Exchange) -> anyhow::Result<Cookie> {
    use anyhow::Context as _;
    use sluice_wsus::messages::client::SyncUpdatesResponse;
    let text = super::client::plain(page)?;
    let result = sluice_wsus::soap::read_response::<SyncUpdatesResponse<'_>>(&text)?.result;
    result.new_cookie.context("an answer has no cookie")
}

/// A request of another client, with this one's cookie. Cookies are as long as each other.
fn with_cookie(exchange: &Exchange, cookie: &Cookie) -> Bytes {
    const TAG: &[u8] = b"<EncryptedData>";
    let mut request = exchange.request.to_vec();
    let own = STANDARD.encode(&cookie.encrypted_data);
    let start = request.windows(TAG.len()).position(|part| part == TAG).map(|at| at + TAG.len());
    if let Some(place) = start.and_then(|start| request.get_mut(start..start + own.len())) {
        place.copy_from_slice(own.as_bytes());
    }
    request.into()
}
