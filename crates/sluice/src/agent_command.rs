//! `sluice agent`: the agent of this device.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use sluice_agent::{Agent, AgentConfig, DEFAULT_STATE_DIRECTORY, Enrollment, Request, SERVICE_UNIT, Status};
use uuid::Uuid;

use crate::environment::{agent_host, variable};
use crate::output::Output;
use crate::serve::until_stopped;

/// The agent of this Linux device.
#[derive(Args, Clone, Debug)]
pub struct AgentArgs {
    /// Where the agent keeps its identity, policy and reports.
    #[arg(long, env = "SLUICE_AGENT_STATE", default_value = DEFAULT_STATE_DIRECTORY, global = true)]
    pub state_dir: PathBuf,
    /// Print results as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: AgentCommand,
}

impl AgentArgs {
    /// Results are for programs.
    #[must_use]
    pub fn json(&self) -> bool {
        self.json
    }

    /// It works until stopped.
    #[must_use]
    pub fn is_service(&self) -> bool {
        matches!(self.command, AgentCommand::Run { .. })
    }
}

#[derive(Subcommand, Clone, Debug)]
enum AgentCommand {
    /// Make this machine a device of a site.
    Enroll {
        /// The site's address for devices: https://site.example:8531.
        #[arg(long)]
        server: String,
        /// The enrolment token that `sluice token enroll` or the console gave.
        #[arg(long, env = "SLUICE_ENROLL_TOKEN", hide_env_values = true)]
        token: String,
        /// The device's name at the site; default: the host name.
        #[arg(long)]
        name: Option<String>,
        /// Replace the identity this machine has already.
        #[arg(long)]
        replace: bool,
    },
    /// Work until stopped; what the service runs.
    Run {
        /// Do one round of scan, check-in and what is due, and end.
        #[arg(long)]
        once: bool,
    },
    /// Look at this machine's packages and print the inventory (JSON).
    Scan,
    /// Show what the agent is doing and what is deployed to this machine.
    Status,
    /// Ask for updates that a deployment offers to this machine; the running agent installs them.
    Install {
        /// Identifiers of updates, as `status` lists them.
        #[arg(required_unless_present = "all")]
        updates: Vec<Uuid>,
        /// Everything that is offered now.
        #[arg(long, conflicts_with = "updates")]
        all: bool,
    },
    /// Print the systemd unit of the agent.
    ServiceUnit,
}

/// Runs `sluice agent`.
pub async fn run(args: &AgentArgs, output: &Output) -> anyhow::Result<()> {
    let config = AgentConfig {
        state_directory: args.state_dir.clone(),
        notify_socket: variable("NOTIFY_SOCKET"),
        ..AgentConfig::new(env!("CARGO_PKG_VERSION"))
    };
    let agent = Arc::new(Agent::open(config, agent_host()));
    match &args.command {
        AgentCommand::Enroll { server, token, name, replace } => {
            let enrollment =
                Enrollment { server: server.clone(), token: token.clone(), name: name.clone(), replace: *replace };
            let enrolled = agent.enroll(&enrollment).await?;
            output.line(&format!("Enrolled at {} as device {}", enrolled.site, enrolled.device));
            output.line("Start the agent: `sluice agent run`, or install its unit: `sluice agent service-unit`");
        }
        AgentCommand::Run { once: true } => {
            let report = agent.run_once().await?;
            show(&report.status, output)?;
            if let Some(error) = report.contact_error {
                return Err(error).context("contacting the site");
            }
        }
        AgentCommand::Run { once: false } => agent.run(until_stopped()).await?,
        AgentCommand::Scan => output.json(&agent.scan().await?)?,
        AgentCommand::Status => show(&agent.status()?, output)?,
        AgentCommand::Install { updates, all } => {
            let assigned = agent.status()?.policy.map(|policy| policy.assignments).unwrap_or_default();
            let offered = |update: &Uuid| assigned.iter().any(|a| a.update == *update);
            if let Some(update) = updates.iter().find(|update| !offered(update)) {
                bail!("{update} is not deployed to this machine; `sluice agent status` lists what is");
            }
            if assigned.is_empty() {
                bail!("nothing is deployed to this machine; see `sluice agent status`");
            }
            let request =
                if *all { Request::All } else { Request::Updates(BTreeSet::from_iter(updates.iter().copied())) };
            let runs = agent.request(request)?;
            output.line(if runs { "The agent installs it now." } else { "The agent installs it when it runs." });
        }
        AgentCommand::ServiceUnit => output.text(SERVICE_UNIT),
    }
    Ok(())
}

fn show(status: &Status, output: &Output) -> anyhow::Result<()> {
    if output.is_json() {
        return output.json(status);
    }
    let Some(enrolled) = &status.enrolled else {
        output.line("This machine is not enrolled; run `sluice agent enroll --server URL --token TOKEN`");
        return Ok(());
    };
    let when = |seconds: Option<i64>| {
        let at = seconds.and_then(|s| Timestamp::from_second(s).ok());
        at.map_or_else(|| "never".to_owned(), |at| format!("{at:.0}"))
    };
    output.line(&format!("Device        {}", enrolled.device));
    output.line(&format!("Site          {} ({})", enrolled.site, enrolled.server));
    output.line(&format!("Agent         {}", if status.running { "runs" } else { "does not run" }));
    output.line(&format!("State         {} {}", status.state, status.detail));
    output.line(&format!("Last contact  {}", when(status.last_contact)));
    if let Some(error) = &status.last_error {
        output.line(&format!("Last error    {error}"));
    }
    output.line(&format!("Can install   {}", if status.can_install { "yes" } else { "no (not root)" }));
    output.line(&format!("Waiting       {} reports", status.waiting_reports));
    match (&status.policy, &status.policy_problem) {
        (_, Some(problem)) => output.line(&format!("Policy        not in force: {problem}")),
        (None, None) => output.line("Policy        none yet"),
        (Some(policy), None) => {
            output.line(&format!(
                "Policy        of {}, {} updates assigned",
                when(Some(policy.issued_at)),
                policy.assignments.len()
            ));
            for assignment in &policy.assignments {
                let intent = if assignment.required { "required" } else { "available" };
                output.line(&format!(
                    "  {}  {intent:9}  {}  ({})",
                    assignment.update, assignment.title, assignment.deployment_name
                ));
            }
        }
    }
    Ok(())
}
