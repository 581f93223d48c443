//! A fleet lives for a while.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sluice_wire::EnrollmentToken;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::Client;
use crate::device::{Device, World};
use crate::error::SimError;
use crate::host::Host;
use crate::options::{MAX_AT_ONCE, MAX_DEVICES, MAX_ROUNDS, MAX_TIME, SimulateOptions};
use crate::summary::{Counts, Summary};

/// Enrols a fleet at a site and lets every device contact it as often as asked.
///
/// What goes wrong with single devices is counted in the summary.
///
/// # Errors
/// When the options make no sense, or not a single device can be enrolled.
pub async fn run(options: SimulateOptions, host: Host) -> Result<Summary, SimError> {
    check(&options)?;
    let token = EnrollmentToken::decode(&options.token)?;
    let client = Client::new(&options.server, &token, options.at_once)?;
    let time_limit = options.time_limit;
    let world = Arc::new(World { client, options, host, counts: Counts::default() });
    let mut summary = Summary::default();
    let lived = tokio::time::timeout(time_limit, live(&world, &mut summary)).await;
    match lived {
        Ok(result) => result?,
        Err(_) => summary.timed_out = true,
    }
    summary.bytes_sent = world.client.sent();
    summary.errors = world.counts.errors();
    Ok(summary)
}

fn check(options: &SimulateOptions) -> Result<(), SimError> {
    let within = |what, value: u64, least: u64, most: u64| {
        if (least..=most).contains(&value) { Ok(()) } else { Err(SimError::Bounds { what, least, most }) }
    };
    within("the number of devices", options.fleet.devices.into(), 1, MAX_DEVICES.into())?;
    within("the number of packages", options.fleet.packages.into(), 1, 20_000)?;
    within("the number of rounds", options.rounds.into(), 1, MAX_ROUNDS.into())?;
    within("the number of devices at once", options.at_once as u64, 1, MAX_AT_ONCE as u64)?;
    within("the time limit in seconds", options.time_limit.as_secs(), 1, MAX_TIME.as_secs())?;
    within("the interval in seconds", options.interval.as_secs(), 0, MAX_TIME.as_secs())?;
    if options.shape.is_empty() { Err(SimError::EmptyShape) } else { Ok(()) }
}

/// Devices that one task cares for, one after the other.
type Lane = Vec<Device>;

async fn live(world: &Arc<World>, summary: &mut Summary) -> Result<(), SimError> {
    let begin = world.host.clock.now();
    let mut lanes = enrol(world).await;
    summary.enrolment = since(world, begin);
    summary.enrolled = lanes.iter().map(|lane| lane.len() as u64).sum();
    if summary.enrolled == 0 {
        let errors = world.counts.errors();
        return Err(SimError::Enrolment(errors.into_keys().next().unwrap_or_default()));
    }
    for _ in 0..world.options.rounds {
        let (begin, start) = (world.host.clock.now(), Instant::now());
        lanes = round(world, lanes, start).await;
        summary.rounds.push(world.counts.round(since(world, begin)));
    }
    Ok(())
}

async fn enrol(world: &Arc<World>) -> Vec<Lane> {
    let devices = world.options.fleet.devices;
    let lanes = u32::try_from(world.options.at_once).unwrap_or(1).min(devices);
    let mut tasks = JoinSet::new();
    for first in 0..lanes {
        let world = Arc::clone(world);
        tasks.spawn(async move {
            let mut lane = Vec::new();
            for number in (first..devices).step_by(lanes as usize) {
                match Device::enrol(&world, number).await {
                    Ok(device) => lane.push(device),
                    Err(error) => world.counts.error(&error),
                }
            }
            lane
        });
    }
    tasks.join_all().await
}

async fn round(world: &Arc<World>, lanes: Vec<Lane>, start: Instant) -> Vec<Lane> {
    let mut tasks = JoinSet::new();
    for mut lane in lanes {
        let world = Arc::clone(world);
        tasks.spawn(async move {
            for device in &mut lane {
                tokio::time::sleep_until(start + device.place(&world)).await;
                if let Err(error) = device.contact(&world).await {
                    world.counts.error(&error);
                }
            }
            lane
        });
    }
    let lanes = tasks.join_all().await;
    tokio::time::sleep_until(start + world.options.interval).await;
    lanes
}

fn since(world: &World, begin: Timestamp) -> Duration {
    Duration::try_from(world.host.clock.now().duration_since(begin)).unwrap_or_default()
}
