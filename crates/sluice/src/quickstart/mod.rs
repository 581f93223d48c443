//! `sluice quickstart`: a site and an agent on this machine, set up from this machine's own
//! package sources.

mod machine;
mod progress;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jiff::SignedDuration;
use sluice_agent::{Agent, AgentConfig, Enrollment};
use sluice_model::SyncExtent;
use sluice_site::{Caller, ErrorKind};
use tokio_util::sync::CancellationToken;

use crate::environment::{agent_host, state_directory};
use crate::serve::{self, Listen, PlainListen, PortChoice, Running, ServeArgs};
use crate::{credentials, data_directory};

/// Seconds between check-ins of this machine's agent: it is alone, and people are watching.
const CHECK_IN: u32 = 15;
/// Life of the token this machine enrols with.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Try Sluice on this machine: a site on the loopback address that synchronizes this machine's own package
/// sources, and an agent that reports this machine. Nothing is installed unless a deployment says so.
#[derive(Args, Clone, Debug)]
pub struct QuickstartArgs {
    /// Where everything is kept; default: sluice in the user's state directory.
    #[arg(long, env = "SLUICE_QUICKSTART_DIR", value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Port of the console and REST API; the next free one is taken when it is busy.
    #[arg(long, default_value_t = 8480)]
    pub port: u16,
    /// Port of the devices' listener; the next free one is taken when it is busy.
    #[arg(long, default_value_t = 8531)]
    pub client_port: u16,
    /// End after the first synchronization and compliance summary instead of going on.
    #[arg(long)]
    pub once: bool,
}

/// Runs `sluice quickstart`.
pub async fn run(args: &QuickstartArgs) -> anyhow::Result<()> {
    let directory = args.directory.clone().unwrap_or_else(state_directory);
    data_directory::make_private(&directory)?;
    let running = serve::start(&serve_args(args, &directory)).await?;
    let say = progress::Say::new();
    say.line(&format!("Sluice keeps its data in {}", directory.display()));
    for (wanted, url) in [(args.port, &running.admin_url), (args.client_port, &running.client_url)] {
        if !url.ends_with(&format!(":{wanted}")) {
            say.line(&format!("Port {wanted} is busy; using {url} instead"));
        }
    }
    let cli = directory.join("cli.json");
    credentials::provide(&running.site, &running.admin_url, None, &cli).await?;

    let stop = CancellationToken::new();
    let result = tokio::select! {
        result = set_up(args, &running, &directory, &say, &stop) => result,
        () = serve::until_stopped() => Ok(()),
    };
    stop.cancel();
    running.stop().await;
    result
}

fn serve_args(args: &QuickstartArgs, directory: &std::path::Path) -> ServeArgs {
    let loopback = |port| Listen { address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), port: PortChoice::OrNext };
    ServeArgs {
        data_dir: directory.join("site"),
        database_url: None,
        admin_listen: loopback(args.port),
        admin_tls: false,
        client_listen: loopback(args.client_port),
        plain_listen: PlainListen(None),
        content_dir: None,
        content_url: None,
        content_credentials: None,
        metadata_memory: 64,
        host_names: Vec::new(),
        name: "Quickstart".into(),
        check_in: CHECK_IN,
        silent_after: 72,
        credentials: None,
    }
}

async fn set_up(
    args: &QuickstartArgs,
    running: &Running,
    directory: &std::path::Path,
    say: &progress::Say,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let system = Caller::system();
    let site = &running.site;
    match running.setup_url().await? {
        Some(url) => say.line(&format!("Open {url}\n  to create the first administrator (valid for 24 hours, once).")),
        None => say.line(&format!("Open {}", running.admin_url)),
    }

    let agent = Arc::new(Agent::open(
        AgentConfig { state_directory: directory.join("agent"), ..AgentConfig::new(env!("CARGO_PKG_VERSION")) },
        agent_host(),
    ));
    let supported = machine::apt().await;
    match &supported {
        Err(why) => say.line(&format!(
            "This machine's own updates cannot be assessed: {why}. The site runs all the same: define sources with `sluice source create`, and enrol Debian-like devices."
        )),
        Ok(apt) => {
            let done = site.import_sources_list(&system, apt.files.clone(), &apt.config_dump, &apt.architecture).await?;
            for problem in &done.problems {
                say.line(&format!("  left out: {problem}"));
            }
            say.line(&format!("{} package sources of this machine, {} of them new", done.created.len() + done.existing.len(), done.created.len()));
        }
    }
    match site.start_sync(&system, None, SyncExtent::Delta).await {
        Ok(_) => {}
        // No source, or the schedule was first: both are shown below.
        Err(error) if error.kind == ErrorKind::Conflict => {}
        Err(error) => return Err(error.into()),
    }
    if supported.is_ok() {
        enroll(running, &agent, say).await?;
    }
    say.synchronization(site).await?;

    let agent_task = tokio::spawn({
        let (agent, stop) = (Arc::clone(&agent), stop.clone());
        let enrolled = supported.is_ok();
        async move {
            if !enrolled {
                return;
            }
            if let Err(error) = agent.run(stop.cancelled_owned()).await {
                tracing::error!(error = %sluice_site::error::chain(&error), "the agent of this machine ended");
            }
        }
    });
    if supported.is_ok() {
        say.compliance(site, running).await?;
        if !rustix::process::geteuid().is_root() {
            say.line("Not root: this machine is assessed, but nothing can be installed. Run `sudo make run` for that.");
        }
    }
    say.line(&format!(
        "Console and API: {}   Command line: `sluice device list`, `sluice update list --state required`",
        running.admin_url
    ));
    if !args.once {
        say.line("Press Ctrl-C to stop; the next start goes on where this one ends.");
        serve::until_stopped().await;
    }
    stop.cancel();
    agent_task.await?;
    Ok(())
}

/// Makes this machine a device of the site, once.
async fn enroll(running: &Running, agent: &Agent, say: &progress::Say) -> anyhow::Result<()> {
    if agent.is_enrolled()? && machine::still_known(running, agent).await {
        return Ok(());
    }
    let (_, token) = running.site.create_enrollment_token(&Caller::system(), TOKEN_LIFE, 1).await?;
    let enrollment = Enrollment { server: running.client_url.clone(), token, name: None, replace: true };
    let enrolled = agent.enroll(&enrollment).await?;
    say.line(&format!("This machine is enrolled as device {}", enrolled.device));
    Ok(())
}
