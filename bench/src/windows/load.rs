//! Load: many connections that send ready requests, each waiting for its answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;

use super::http::Connection;
use crate::measure;

/// Digits by which requests can be made different.
pub const DIGITS: usize = 8;

/// Requests that one client sends one after the other.
pub type Script = Arc<[Bytes]>;

/// What to send.
pub struct Load {
    /// To whom.
    pub to: SocketAddr,
    /// Taken in turn by the connections.
    pub scripts: Vec<Script>,
    /// How many connections.
    pub connections: usize,
    /// When to stop.
    pub until: Until,
    /// Scripts a second of all connections together; `None`: as fast as answers come.
    pub pace: Option<f64>,
    /// Where in each request a number of eight digits is that is another one each time.
    pub number_at: Option<usize>,
}

/// When a load ends.
#[derive(Clone, Copy)]
pub enum Until {
    /// After so many seconds.
    Seconds(f64),
    /// When every script has been sent once.
    AllSent,
}

/// What came of it.
pub struct Outcome {
    /// Scripts that were sent to their ends.
    pub scripts: usize,
    /// Seconds of each request, in no order.
    pub latencies: Vec<f64>,
    /// From the first request to the last answer.
    pub seconds: f64,
    /// Bytes of bodies.
    pub bytes: usize,
}

impl Outcome {
    /// Requests a second.
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
    pub fn requests_per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.seconds
    }

    /// Scripts a second.
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
    pub fn scripts_per_second(&self) -> f64 {
        self.scripts as f64 / self.seconds
    }

    /// Milliseconds below which a share of the requests stayed.
    pub fn milliseconds(&self, share: f64) -> f64 {
        measure::percentile(&self.latencies, share) * 1e3
    }
}

impl Load {
    /// Sends it. An answer other than 200 is an error.
    pub async fn run(self) -> anyhow::Result<Outcome> {
        let Self { to, scripts, connections, until, pace, number_at } = self;
        let scripts = Arc::new(scripts);
        let next = Arc::new(AtomicUsize::new(0));
        let mut open = Vec::with_capacity(connections);
        for number in 0..connections {
            open.push(Connection::open(to, number).await?);
        }
        let begin = measure::wall();
        let workers = open.into_iter().map(|connection| {
            let (scripts, next) = (Arc::clone(&scripts), Arc::clone(&next));
            tokio::spawn(worker(connection, scripts, next, until, pace, number_at, begin))
        });
        let mut outcome = Outcome { scripts: 0, latencies: Vec::new(), seconds: 0.0, bytes: 0 };
        for worker in workers.collect::<Vec<_>>() {
            let part = worker.await.context("a connection's task ended")??;
            outcome.scripts += part.scripts;
            outcome.latencies.extend(part.latencies);
            outcome.bytes += part.bytes;
        }
        outcome.seconds = measure::wall() - begin;
        Ok(outcome)
    }
}

async fn worker(
    mut connection: Connection,
    scripts: Arc<Vec<Script>>,
    next: Arc<AtomicUsize>,
    until: Until,
    pace: Option<f64>,
    number_at: Option<usize>,
    begin: f64,
) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome { scripts: 0, latencies: Vec::new(), seconds: 0.0, bytes: 0 };
    loop {
        let turn = next.fetch_add(1, Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
        let due = pace.map_or(0.0, |pace| turn as f64 / pace);
        let over = match until {
            Until::Seconds(most) => measure::wall() - begin > most || due > most,
            Until::AllSent => turn >= scripts.len(),
        };
        let Some(script) = scripts.get(turn % scripts.len().max(1)).filter(|_| !over) else { return Ok(outcome) };
        let wait = due - (measure::wall() - begin);
        if wait > 0.0 {
            tokio::time::sleep(Duration::from_secs_f64(wait)).await;
        }
        for request in script.iter() {
            let sent = measure::wall();
            let answer = match number_at.and_then(|at| different(request, at, turn)) {
                Some(request) => connection.send(&request).await?,
                None => connection.send(request).await?,
            };
            outcome.latencies.push(measure::wall() - sent);
            anyhow::ensure!(
                answer.status == 200,
                "the server answered {}: {}",
                answer.status,
                String::from_utf8_lossy(connection.body(&answer)).chars().take(400).collect::<String>()
            );
            outcome.bytes += connection.body(&answer).len();
        }
        outcome.scripts += 1;
    }
}

/// A request with the number of its turn in it.
fn different(request: &Bytes, at: usize, turn: usize) -> Option<Vec<u8>> {
    let mut request = request.to_vec();
    let number = format!("{:0DIGITS$}", 20_000_000 + turn % 10_000_000);
    request.get_mut(at..at + DIGITS)?.copy_from_slice(number.as_bytes());
    Some(request)
}
