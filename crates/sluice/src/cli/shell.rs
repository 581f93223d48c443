//! Completion scripts and manual pages, from the same types that read the command line.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;
use serde_json::json;

use super::error::CliError;
use super::output::Answer;

/// A completion script to print.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sluice completion bash > /etc/bash_completion.d/sluice
  sluice completion zsh > ~/.zfunc/_sluice
  sluice completion fish > ~/.config/fish/completions/sluice.fish")]
pub struct Completion {
    /// The shell.
    shell: Shell,
}

/// Manual pages to write.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sluice man /usr/local/share/man/man1")]
pub struct Man {
    /// Directory to write them into; made when it is not there.
    directory: PathBuf,
}

pub(super) fn completion(args: &Completion, mut root: clap::Command) -> Answer {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut root, "sluice", &mut script);
    let text = String::from_utf8_lossy(&script).into_owned();
    Answer::of(json!({ "script": &text }), text)
}

pub(super) fn man(args: &Man, root: clap::Command) -> Result<Answer, CliError> {
    let directory = &args.directory;
    std::fs::create_dir_all(directory).and_then(|()| clap_mangen::generate_to(root, directory)).map_err(|error| {
        let what = format!("the manual pages cannot be written into {}", directory.display());
        CliError::failed(what, error.to_string(), "Name a directory this user may write into.")
    })?;
    let text = format!("Wrote the manual pages into {}.", directory.display());
    Ok(Answer::done(&json!({ "directory": directory.display().to_string() }), text))
}
