//! `sluice source import`.

use std::path::{Path, PathBuf};

use clap::Args;
use sluice_web::api::sources::import::{ImportRequest, Imported, SourcesFile};
use tokio::process::Command;

use crate::cli::Context;
use crate::cli::client::Got;
use crate::cli::error::CliError;
use crate::cli::output::Answer;

pub(super) const EXAMPLE: &str = "Examples:
  sluice source import
  sluice source import /etc/apt/sources.list.d/debian.sources";

/// What to take over.
#[derive(Debug, Args)]
pub struct Import {
    /// Files to read instead of this machine's sources.list and sources.list.d.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) async fn run(import: &Import, context: &Context) -> Result<Answer, CliError> {
    let paths = if import.files.is_empty() { own_files() } else { import.files.clone() };
    let files = paths.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let request = ImportRequest {
        files,
        // Without it the archive's own settings hold.
        apt_config_dump: output("apt-config", "dump").await.unwrap_or_default(),
        architecture: output("dpkg", "--print-architecture").await.map(|text| text.trim().to_owned())?,
    };
    let got: Got<Imported> = context.api.post("/sources/import", &request).await?;
    let failed = got.data.created.is_empty() && got.data.existing.is_empty();
    Ok(Answer { failed, ..Answer::of(got.value, render(&got.data)) })
}

fn render(imported: &Imported) -> String {
    let mut lines = Vec::new();
    lines.extend(imported.created.iter().map(|source| format!("new:       {}", source.name)));
    lines.extend(imported.existing.iter().map(|source| format!("there:     {}", source.name)));
    lines.extend(imported.problems.iter().map(|problem| format!("not taken: {problem}")));
    if lines.is_empty() {
        lines.push("The files name no sources.".to_owned());
    }
    lines.iter().map(|line| super::super::view::clean(line) + "\n").collect()
}

/// `sources.list(5)`: the file and, in order, the `.list` and `.sources` files of the directory.
fn own_files() -> Vec<PathBuf> {
    let main = PathBuf::from("/etc/apt/sources.list");
    let entries = std::fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten();
    let mut files: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "list" || ending == "sources"));
    files.sort();
    if main.exists() {
        files.insert(0, main);
    }
    files
}

fn read(path: &Path) -> Result<SourcesFile, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        CliError::failed(format!("{} cannot be read", path.display()), error.to_string(), String::new())
    })?;
    Ok(SourcesFile { name: path.display().to_string(), text })
}

async fn output(program: &str, argument: &str) -> Result<String, CliError> {
    let run = Command::new(program).arg(argument).output().await;
    let why = match run {
        Ok(output) if output.status.success() => return Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => output.status.to_string(),
        Err(error) => error.to_string(),
    };
    let hint = "This works on Debian and its relatives; define other sources with `sluice source create`.";
    Err(CliError::failed(format!("`{program} {argument}` failed"), why, hint))
}
