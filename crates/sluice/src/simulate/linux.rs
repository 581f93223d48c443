//! `sluice simulate linux`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use sluice_sim::{FleetSpec, Shape, SimulateOptions};

use super::summary;
use crate::environment::simulation_host;
use crate::output::Output;

/// Simulate Linux devices against a site, made after a real device's inventory.
#[derive(Args, Clone, Debug)]
pub struct LinuxArgs {
    /// The site's device listener, as https://sluice.example.org:8531.
    #[arg(long, value_name = "URL")]
    server: String,
    /// An enrolment token that is good for as many devices.
    #[arg(long)]
    token: String,
    /// The inventory of a real device: what `sluice agent scan --json` printed there.
    #[arg(long, value_name = "FILE")]
    inventory: PathBuf,
    /// How many devices there are.
    #[arg(long, default_value_t = 10, value_name = "COUNT")]
    machines: u32,
    /// The same fleet comes from the same seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Contacts of every device after its enrolment.
    #[arg(long, default_value_t = 1)]
    rounds: u32,
    /// Devices in contact at a time.
    #[arg(long, default_value_t = 32)]
    at_once: usize,
    /// Seconds after which it ends, wherever it is.
    #[arg(long, default_value_t = 3600, value_name = "SECONDS")]
    time_limit: u64,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: LinuxArgs) -> anyhow::Result<()> {
    let text = std::fs::read(&args.inventory).with_context(|| format!("reading {}", args.inventory.display()))?;
    let inventory: sluice_wire::Inventory = serde_json::from_slice(&text)
        .with_context(|| format!("{} is not what `sluice agent scan --json` prints", args.inventory.display()))?;
    let packages = u32::try_from(inventory.packages.len()).unwrap_or(u32::MAX);
    let fleet = FleetSpec { packages: packages.clamp(1, 20_000), ..FleetSpec::new(args.machines, args.seed) };
    let options = SimulateOptions {
        rounds: args.rounds,
        at_once: args.at_once,
        time_limit: Duration::from_secs(args.time_limit),
        ..SimulateOptions::new(args.server, args.token, Shape::of_inventory(&inventory), fleet)
    };
    let summary = sluice_sim::run(options, simulation_host()).await?;
    let output = Output::new(args.json);
    if output.is_json() {
        output.json(&summary::linux_json(&summary))?;
    } else {
        output.text(&summary::linux_text(&summary));
    }
    Ok(())
}
