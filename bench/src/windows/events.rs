//! Events of clients, stored in SQLite.

use std::sync::Arc;

use sluice_wsus::messages::reporting::{BasicData, ReportEventBatch, ReportingEvent, event_id};
use uuid::Uuid;

use super::client::{Client, REPORTING, request};
use super::load::{Load, Until};
use crate::devices::serve::Serve;
use crate::report::{Limit, Report};
use crate::{host, measure};

/// Clients that report.
const CLIENTS: u32 = 100;
/// Batches of each, and events in each: about what an installation makes.
const BATCHES: u128 = 50;
const EVENTS: u128 = 10;
/// Batches on their way at a time.
const CONNECTIONS: usize = 64;

const RATE: Limit = Limit { value: 5000.0, unit: "events/s", what: "the limit" };

/// All events are new ones.
pub async fn bench(serve: &Serve, report: &mut Report) -> anyhow::Result<()> {
    let mut clients = Vec::new();
    for number in 0..CLIENTS {
        clients.push(Client::introduce(serve.plain, 5000 + number).await?);
    }
    let mut scripts = Vec::new();
    for batch in 0..BATCHES {
        for (number, client) in (0..).zip(&clients) {
            let event = |event| event_of(client, ((number * BATCHES + batch) * EVENTS + event) | (0xE << 120));
            let message = ReportEventBatch {
                cookie: Some(client.cookie.clone()),
                client_time: Some(host::now()),
                event_batch: (0..EVENTS).map(event).collect(),
            };
            scripts.push(Arc::from([request(REPORTING, &message)]));
        }
    }
    let before = measure::cpu_of(serve.pid())?;
    let load =
        Load { to: serve.plain, scripts, connections: CONNECTIONS, until: Until::AllSent, pace: None, number_at: None };
    let outcome = load.run().await?;
    let cpu = measure::cpu_of(serve.pid())? - before;
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
    let events = (u128::from(CLIENTS) * BATCHES * EVENTS) as f64;
    report.heading(&format!(
        "{events} events of {CLIENTS} clients in batches of {EVENTS}, {CONNECTIONS} batches at a time, SQLite"
    ));
    report.at_least("stored", events / outcome.seconds, RATE);
    report.note("p99 of a batch", outcome.milliseconds(0.99), "ms");
    report.note("CPU time of the server, each event", cpu / events * 1e6, "µs");
    Ok(())
}

fn event_of(client: &Client, instance: u128) -> ReportingEvent {
    ReportingEvent {
        basic_data: BasicData {
            target_id: client.id().to_string(),
            time_at_target: Some(host::now()),
            event_instance_id: Uuid::from_u128(instance),
            namespace_id: 1,
            event_id: event_id::DETECTION_SUCCEEDED,
            source_id: 101,
            app_name: Some("bench".into()),
            ..BasicData::default()
        },
        ..ReportingEvent::default()
    }
}
