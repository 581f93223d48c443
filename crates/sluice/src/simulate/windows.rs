//! `sluice simulate windows`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use sluice_sim::windows::{Profile, Scenario, ServerOptions, Trust, WindowsOptions, run_windows};

use super::summary;
use crate::environment::simulation_host;
use crate::output::Output;

/// Simulate Windows devices against an update server: Sluice or any other that speaks MS-WUSP.
#[derive(Args, Clone, Debug)]
pub struct WindowsArgs {
    /// The server, as https://sluice.example.org:8531 or http://wsus.example.org:8530.
    #[arg(long, value_name = "URL")]
    server: String,
    /// Where reports go; by default to the same server.
    #[arg(long, value_name = "URL")]
    status_server: Option<String>,
    /// Certificate (PEM) of the authority that vouches for the server; a site keeps its own as authority.pem.
    #[arg(long, value_name = "FILE", conflicts_with = "authority_sha256")]
    authority: Option<PathBuf>,
    /// SHA-256 of that certificate instead, hexadecimal.
    #[arg(long, value_name = "HEX")]
    authority_sha256: Option<String>,
    /// What the fleet is made of, in TOML.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["profile", "machines"])]
    scenario: Option<PathBuf>,
    /// Without a scenario: what kind of Windows all machines have.
    #[arg(long, default_value = "windows-11-pro-25h2", value_parser = profile)]
    profile: Profile,
    /// Without a scenario: how many machines there are.
    #[arg(long, default_value_t = 10, value_name = "COUNT")]
    machines: u32,
    /// The same fleet comes from the same seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Contacts of every machine.
    #[arg(long, default_value_t = 1)]
    rounds: u32,
    /// Machines in contact at a time.
    #[arg(long, default_value_t = 32)]
    at_once: usize,
    /// Length of an hour of the scenario, in hours: 1 as in life, 0 as fast as the server answers.
    #[arg(long, default_value_t = 0.0)]
    time_scale: f64,
    /// Seconds after which it ends, wherever it is.
    #[arg(long, default_value_t = 3600, value_name = "SECONDS")]
    time_limit: u64,
    /// Only scan and report.
    #[arg(long)]
    no_install: bool,
    /// Claim to have downloaded what is approved, without doing it.
    #[arg(long)]
    no_download: bool,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

fn profile(word: &str) -> Result<Profile, String> {
    word.parse().map_err(|()| format!("one of {}", Profile::ALL.map(Profile::slug).join(", ")))
}

pub(super) async fn run(args: WindowsArgs) -> anyhow::Result<()> {
    let scenario = match &args.scenario {
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
            Scenario::parse(&text).with_context(|| format!("reading the scenario {}", path.display()))?
        }
        None => Scenario::uniform(args.profile, args.machines, args.seed),
    };
    let options = WindowsOptions {
        rounds: args.rounds,
        at_once: args.at_once,
        time_scale: args.time_scale,
        time_limit: Duration::from_secs(args.time_limit),
        install: !args.no_install,
        download: !args.no_download,
        ..WindowsOptions::new(server(&args)?, scenario)
    };
    let summary = run_windows(options, simulation_host()).await?;
    let output = Output::new(args.json);
    if output.is_json() {
        output.json(&summary::windows_json(&summary))?;
    } else {
        output.text(&summary::windows_text(&summary));
    }
    let failed: u64 = summary.rounds.iter().map(|round| round.failed_scans).sum();
    anyhow::ensure!(failed == 0, "{failed} scans failed");
    Ok(())
}

fn server(args: &WindowsArgs) -> anyhow::Result<ServerOptions> {
    let trust = match (&args.authority, &args.authority_sha256) {
        (Some(path), _) => {
            Trust::Authority(std::fs::read(path).with_context(|| format!("reading {}", path.display()))?)
        }
        (None, Some(digest)) => {
            let bytes = hex::decode(digest).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            Trust::Sha256(bytes.context("--authority-sha256 must be 64 hexadecimal digits")?)
        }
        (None, None) if args.server.starts_with("http://") => Trust::Plain,
        (None, None) => anyhow::bail!("--server speaks TLS: say whom to trust with --authority or --authority-sha256"),
    };
    Ok(ServerOptions {
        status_url: args.status_server.clone(),
        connections: args.at_once,
        ..ServerOptions::new(args.server.clone(), trust)
    })
}
