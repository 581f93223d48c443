//! `sluice content`.

mod add;
mod digest;
mod status;

use std::path::PathBuf;

use clap::Subcommand;

use super::Context;
use super::error::CliError;
use super::output::Answer;

pub(super) use add::upload_found;

/// What can be done with the files that Windows updates are installed from.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Upload files. The site checks that each is what its digest says.
    #[command(after_help = "Examples:
  sluice content add windows11.0-kb5044284-x64.cab
  sluice content add WsusContent/49/*")]
    Add {
        /// The files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Show how much of what the catalog names is here.
    Status,
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    match verb {
        Verb::Add { files } => add::run(&files, context).await,
        Verb::Status => status::run(context).await,
    }
}
