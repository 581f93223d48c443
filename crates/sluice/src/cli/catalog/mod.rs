//! `sluice catalog`.

mod import;
pub(super) mod source;
mod status;

use clap::Subcommand;

use super::Context;
use super::error::CliError;
use super::output::Answer;

/// What can be done with the catalog of Windows updates.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Import update metadata: XML documents, or what a WSUS exported.
    #[command(after_help = import::EXAMPLE)]
    Import(import::Import),
    /// Show what the catalog holds, and how long the longest scan can be.
    Status,
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    match verb {
        Verb::Import(import) => import::run(&import, context).await,
        Verb::Status => status::run(context).await,
    }
}
