//! `sluice`: open software update management, one binary in all its roles.

mod agent_command;
mod authority;
mod cli;
mod credentials;
mod data_directory;
mod environment;
#[cfg(test)]
mod named_commands;
mod offline;
mod output;
mod quickstart;
mod serve;
mod simulate;
mod telemetry;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::output::Output;
use crate::telemetry::LogFormat;

/// Software update management for Windows and Linux fleets, on your own machines.
#[derive(Parser)]
#[command(
    name = "sluice",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
struct Cli {
    /// What is logged to standard error: a level, or a filter such as sluice_site=debug.
    #[arg(long, env = "SLUICE_LOG", global = true, hide_env = true, help_heading = "Logging")]
    log: Option<String>,
    /// How it is logged.
    #[arg(
        long,
        env = "SLUICE_LOG_FORMAT",
        default_value = "text",
        global = true,
        hide_env = true,
        help_heading = "Logging"
    )]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::ServeArgs),
    Quickstart(quickstart::QuickstartArgs),
    Agent(agent_command::AgentArgs),
    Simulate(simulate::SimulateArgs),
    #[command(flatten)]
    Manage(cli::Command),
}

impl Command {
    /// What is logged when nothing is asked for: services tell their life, tools only trouble.
    fn default_log(&self) -> &'static str {
        match self {
            Self::Serve(_) => "info",
            Self::Agent(args) if args.is_service() => "info",
            _ => "warn",
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = cli.log.clone().unwrap_or_else(|| cli.command.default_log().to_owned());
    telemetry::start(&filter, cli.log_format);
    // The first provider stays; there is only one.
    let _first = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut builder = match cli.command {
        Command::Serve(_) | Command::Quickstart(_) | Command::Simulate(_) => {
            tokio::runtime::Builder::new_multi_thread()
        }
        // An agent shall be small; a tool needs one thread.
        Command::Agent(_) | Command::Manage(_) => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    runtime.block_on(async {
        let done = match cli.command {
            Command::Serve(args) => serve::run(&args).await,
            Command::Quickstart(args) => quickstart::run(&args).await,
            Command::Agent(args) => agent_command::run(&args, &Output::new(args.json())).await,
            Command::Simulate(args) => simulate::run(args).await,
            Command::Manage(command) => return ExitCode::from(cli::run(command, Cli::command()).await),
        };
        done.map_or_else(|error| failed(&error), |()| ExitCode::SUCCESS)
    })
}

/// `error: what` with its causes; exit code 1.
fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::FAILURE
}
