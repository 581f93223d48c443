//! `sluice store`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;
use sluice_web::api::store::{Backup, BackupRequest, StoreCheck};

use super::Context;
use super::client::Got;
use super::error::CliError;
use super::output::Answer;
use super::view::{clean, size};
use crate::offline::{self, Place};

/// What can be done with the store.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Read every row of the store and say what is wrong; exit code 1 when something is.
    #[command(after_help = "Examples:
  sluice store check
  sluice store check --data-dir /var/lib/sluice   # while no site runs on it")]
    Check(Stopped),
    /// Back up the store, consistently, while the site runs or not.
    #[command(after_help = "Examples:
  sluice store backup /var/backups/sluice-2026-11-22.db
  sluice store backup /tmp/sluice.db --data-dir /var/lib/sluice   # while no site runs on it")]
    Backup {
        /// File to write, where no file is yet; with a running site an absolute path on its machine.
        file: PathBuf,
        #[command(flatten)]
        stopped: Stopped,
    },
    /// Put a backup in the place of the store of a site that does not run.
    #[command(after_help = "Example:
  systemctl stop sluice
  sluice store restore /var/backups/sluice-2026-11-22.db
  systemctl start sluice

The store gets a new epoch, so that devices and other sites notice that numbers begin anew.")]
    Restore {
        /// The backup.
        file: PathBuf,
        /// The site's data directory.
        #[arg(
            long,
            env = "SLUICE_DATA_DIR",
            hide_env_values = true,
            value_name = "DIR",
            default_value = "/var/lib/sluice"
        )]
        data_dir: PathBuf,
        /// PostgreSQL database of the site, if it does not use SQLite.
        #[arg(long, env = "SLUICE_DATABASE_URL", hide_env_values = true, value_name = "URL")]
        database_url: Option<String>,
    },
}

/// A site that does not run; without these the running site is asked.
#[derive(Clone, Debug, Args)]
pub struct Stopped {
    /// Open the store in this data directory; no site may run on it.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// PostgreSQL database of the site, if it does not use SQLite.
    #[arg(long, value_name = "URL", requires = "data_dir")]
    database_url: Option<String>,
}

impl Stopped {
    fn place(&self) -> Option<Place> {
        let data_dir = self.data_dir.clone()?;
        Some(Place { data_dir, database_url: self.database_url.clone() })
    }
}

/// Does what is to be done without a site; `None` when a site has to be asked.
pub(super) async fn run_stopped(verb: &Verb) -> Option<Result<Answer, CliError>> {
    match verb {
        Verb::Check(stopped) => {
            let checked = offline::check(&stopped.place()?).await;
            let check = |problems: Vec<String>| StoreCheck { ok: problems.is_empty(), problems };
            Some(checked.map(check).map(|check| checked_answer(&check)).map_err(|error| failed(&error)))
        }
        Verb::Backup { file, stopped } => {
            let made = offline::backup(&stopped.place()?, file).await;
            let path = file.display().to_string();
            Some(made.map(|bytes| backup_answer(&Backup { path, bytes })).map_err(|error| failed(&error)))
        }
        Verb::Restore { file, data_dir, database_url } => {
            let place = Place { data_dir: data_dir.clone(), database_url: database_url.clone() };
            let restored = offline::restore(&place, file).await;
            Some(restored.map(|rows| restored_answer(file, rows)).map_err(|error| failed(&error)))
        }
    }
}

/// The outermost context says what was being done (`opening the database`), when there is one.
fn failed(error: &anyhow::Error) -> CliError {
    let why: Vec<_> = error.chain().skip(1).map(ToString::to_string).collect();
    let what = if why.is_empty() { error.to_string() } else { format!("{error} failed") };
    CliError::failed(what, why.join(": "), "")
}

fn checked_answer(check: &StoreCheck) -> Answer {
    let text = match check.problems.as_slice() {
        [] => "Every row of the store is sound.\n".to_owned(),
        problems => problems.iter().map(|problem| clean(problem) + "\n").collect(),
    };
    Answer { failed: !check.ok, ..Answer::of(serde_json::to_value(check).unwrap_or_default(), text) }
}

fn backup_answer(backup: &Backup) -> Answer {
    Answer::done(backup, format!("Backed up to {} ({}).", clean(&backup.path), size(backup.bytes)))
}

fn restored_answer(file: &Path, rows: u64) -> Answer {
    Answer::done(&json!({ "rows": rows }), format!("Restored {rows} rows from {}.", file.display()))
}

pub(super) async fn run(verb: Verb, context: &Context) -> Result<Answer, CliError> {
    match verb {
        Verb::Check(_) => {
            let got: Got<StoreCheck> = context.api.post_slow("/store/check", &()).await?;
            Ok(checked_answer(&got.data))
        }
        Verb::Backup { file, .. } => {
            let path = file.display().to_string();
            let got: Got<Backup> = context.api.post_slow("/store/backups", &BackupRequest { path }).await?;
            Ok(backup_answer(&got.data))
        }
        Verb::Restore { .. } => Err(CliError::usage("a backup is restored without a site", "Stop the site first.")),
    }
}
