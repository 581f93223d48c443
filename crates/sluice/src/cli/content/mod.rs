//! `sluice content`.

mod add;
mod collect;
mod digest;
mod fetch;
mod status;
mod verify;

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
    /// Show how much of what the catalog names is here, what is fetched and what fails.
    Status,
    /// Fetch files now: those that failed, or those that are named.
    #[command(after_help = "Examples:
  sluice content fetch
  sluice content fetch A379D5526FB3A7A0423DA1CD7FC3182A8D448449")]
    Fetch {
        /// SHA-1 of a file that should be here, whether anything wants it or not.
        #[arg(value_name = "SHA1")]
        files: Vec<String>,
    },
    /// Begin to read every file and to compare it with its digest; what is damaged is removed and
    /// comes again.
    Verify,
    /// Remove files that nothing has referred to for the time that the settings give. The site does
    /// it by itself every hour.
    Gc {
        /// Only say what would be removed.
        #[arg(long)]
        dry_run: bool,
    },
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    match verb {
        Verb::Add { files } => add::run(&files, context).await,
        Verb::Status => status::run(context).await,
        Verb::Fetch { files } => fetch::run(files, context).await,
        Verb::Verify => verify::run(context).await,
        Verb::Gc { dry_run } => collect::run(dry_run, context).await,
    }
}
