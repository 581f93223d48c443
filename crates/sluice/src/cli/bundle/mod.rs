//! `sluice bundle`: transfer bundles, for sites without a connection.

mod bytes;
mod export;
mod import;
mod list;
mod place;
mod trust;
mod verify;

use clap::Subcommand;

use super::Context;
use super::error::CliError;
use super::output::Answer;
use super::view::View;

/// What can be done with transfer bundles.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Export the catalog, content and decisions as one signed file.
    #[command(after_help = export::EXAMPLE)]
    Export(export::Export),
    /// Read a bundle to its end and say what it is; exit code 1 when it may not be imported.
    #[command(after_help = verify::EXAMPLE)]
    Verify(verify::Verify),
    /// Import a bundle: all of it is verified before anything is changed.
    #[command(after_help = import::EXAMPLE)]
    Import(import::Import),
    /// List the bundles that were exported and imported here.
    List,
    /// Show the key that this site signs its bundles with, and its identity.
    Key,
    /// Whose bundles may be imported.
    Trust {
        /// What to do.
        #[command(subcommand)]
        verb: trust::Verb,
    },
}

/// Does what is to be done without a site; `None` when a site has to be asked.
pub(super) fn run_alone(verb: &Verb, json: bool, view: &View) -> Option<Result<Answer, CliError>> {
    match verb {
        Verb::Verify(verify) if !verify.keys.is_empty() => Some(verify::run_alone(verify, view)),
        Verb::Export(export) if json && export.to.as_os_str() == "-" => Some(Err(CliError::usage(
            "the bundle and JSON cannot both go to standard output",
            "Export to a file, or leave --json out.",
        ))),
        _ => None,
    }
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    match verb {
        Verb::Export(export) => export::run(export, context).await,
        Verb::Verify(verify) => verify::run(&verify, context).await,
        Verb::Import(import) => import::run(&import, context).await,
        Verb::List => list::run(context).await,
        Verb::Key => trust::key(context).await,
        Verb::Trust { verb } => trust::run(verb, context).await,
    }
}
