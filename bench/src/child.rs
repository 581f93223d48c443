//! Parts that run as processes of their own, so that CPU time and peak memory are theirs alone.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::future::Future;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::{fleet, measure, sync, windows};

/// What a child measured, by name.
pub struct Figures(BTreeMap<String, f64>);

impl Figures {
    /// A figure by its name.
    pub fn get(&self, name: &str) -> anyhow::Result<f64> {
        self.0.get(name).copied().with_context(|| format!("the child gave no figure {name}"))
    }
}

/// Prints a figure for the parent.
pub fn figure(name: &str, value: f64) {
    println!("{name} {value}");
}

/// Runs a part in a child process.
pub fn run(part: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> anyhow::Result<Figures> {
    let output = Command::new(std::env::current_exe()?)
        .args(["child", part])
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    anyhow::ensure!(output.status.success(), "the child `{part}` ended with {}", output.status);
    let text = String::from_utf8(output.stdout)?;
    let figures = text.lines().filter_map(|line| {
        let (name, value) = line.rsplit_once(' ')?;
        Some((name.to_owned(), value.parse().ok()?))
    });
    Ok(Figures(figures.collect()))
}

/// What `sluice-bench child PART ARGUMENT...` does.
pub fn serve(arguments: &[String]) -> anyhow::Result<()> {
    let argument = |at: usize| arguments.get(at).context("an argument is missing");
    let path = |at: usize| argument(at).map(Path::new);
    match arguments.first().map(String::as_str) {
        Some("read") => on_runtime(sync::read::child(path(1)?)),
        Some("first-sync") => on_runtime(sync::whole::child(path(1)?)),
        Some("fleet") => on_runtime(fleet::child(path(1)?, path(2)?, argument(3)?.parse()?)),
        Some("windows-register") => on_runtime(windows::register(path(1)?, argument(2)?.parse()?)),
        Some("bare") => on_runtime(windows::bare_child(arguments.get(1..).unwrap_or_default())),
        _ => anyhow::bail!("there is no such child"),
    }?;
    let (_, peak) = measure::memory_of("self")?;
    figure("peak", peak);
    Ok(())
}

/// The runtime that `sluice serve` has.
fn on_runtime(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
