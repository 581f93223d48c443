//! A fleet of Windows clients lives for a while.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::options::WindowsOptions;
use super::schedule::{Schedule, Turn, pause};
use super::summary::{Counts, WindowsSummary};
use crate::error::SimError;
use crate::host::Host;
use crate::random::Random;
use crate::windows::agent::WindowsClient;
use crate::windows::client::{Server, ServerOptions, since};

/// What all machines share.
struct World {
    options: WindowsOptions,
    /// Between two scans of a machine, in real time.
    interval: Duration,
    schedule: Schedule,
    counts: Counts,
}

/// Lets every machine of a fleet contact a server as often as asked: restart if one is pending, scan, install, report.
///
/// What goes wrong with single machines is counted in the summary.
///
/// # Errors
/// When the options make no sense.
pub async fn run_windows(options: WindowsOptions, host: Host) -> Result<WindowsSummary, SimError> {
    options.check()?;
    let connections = options.at_once;
    let server = Server::new(&ServerOptions { connections, ..options.server.clone() }, host.clone())?;
    let hours = options.scenario.interval_hours * options.time_scale;
    let world = Arc::new(World {
        interval: Duration::from_secs_f64(hours * 3600.0),
        schedule: Schedule::default(),
        counts: Counts::default(),
        options,
    });
    let begin = host.clock.now();
    let mut summary = WindowsSummary { machines: world.options.scenario.machines(), ..WindowsSummary::default() };
    let lived = tokio::time::timeout(world.options.time_limit, live(&world, &server)).await;
    summary.timed_out = lived.is_err();
    summary.took = since(begin, host.clock.now());
    world.counts.write_to(&mut summary);
    let meter = server.meter();
    summary.operations = meter.operations();
    summary.faults = meter.faults();
    (summary.bytes_sent, summary.bytes_received) = (meter.sent(), meter.received());
    summary.bytes_plain = meter.received_plain();
    Ok(summary)
}

async fn live(world: &Arc<World>, server: &Arc<Server>) {
    let start = Instant::now();
    let scenario = &world.options.scenario;
    for number in 0..scenario.machines() {
        let Some(member) = scenario.member(number) else { continue };
        let mut random = Random::new(scenario.seed ^ 0x5349_4D57, u64::from(number));
        let mut behaviour = member.behaviour;
        behaviour.download = world.options.download;
        let client = WindowsClient::new(member.machine, Arc::clone(server), behaviour);
        // The fleet is somewhere in its interval when the simulation begins.
        let due = start + world.interval.mul_f64(random.unit());
        let client = Box::new(client);
        world.schedule.push(Turn { due, number, round: 0, client, is_late: member.is_late, random });
    }
    let mut lanes = JoinSet::new();
    for _ in 0..world.options.at_once {
        let world = Arc::clone(world);
        // A lane that finds nobody waiting may end: those under way stay with their lanes.
        lanes.spawn(async move {
            while let Some(mut turn) = world.schedule.pop() {
                tokio::time::sleep_until(turn.due).await;
                contact(&world, &mut turn).await;
                turn.round += 1;
                if turn.round < world.options.rounds {
                    turn.due += pause(world.interval, &mut turn.random);
                    world.schedule.push(turn);
                }
            }
        });
    }
    lanes.join_all().await;
}

/// One contact of a machine.
async fn contact(world: &World, turn: &mut Turn) {
    let (round, client, counts) = (turn.round, &mut turn.client, &world.counts);
    if client.restart() {
        counts.restarted(round);
    }
    // What a late machine has to say is of its contact before.
    if turn.is_late {
        report(world, client, round).await;
    }
    match client.scan().await {
        Ok(outcome) => {
            counts.scanned(round, &outcome);
            if world.options.install {
                counts.installed(round, &client.install().await);
            }
        }
        Err(error) => {
            counts.scan_failed(round);
            counts.error(error.kind());
        }
    }
    if !turn.is_late {
        report(world, client, round).await;
    }
}

async fn report(world: &World, client: &mut WindowsClient, round: u32) {
    match client.report().await {
        Ok(outcome) if outcome.accepted => world.counts.reported(round, outcome.events),
        Ok(_) => world.counts.error("ReportEventBatch: not accepted".to_owned()),
        Err(error) => world.counts.error(error.kind()),
    }
}
