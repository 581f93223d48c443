//! Benches: what Sluice costs, as ratios against peers and limits measured in the same run.
//!
//! `sluice-bench` runs all parts, `sluice-bench PART...` some of them, `sluice-bench --devices N ...`
//! with another number of devices than 10,000, for which the limits are meant. Each part that needs its own
//! CPU time and peak memory runs as a child process of the same program (`sluice-bench child ...`),
//! which prints figures, one `name value` to a line.
//!
//! | Part | Measures |
//! |---|---|
//! | `sync` | the first synchronization of this machine's package sources, against `apt-get update`; one with nothing changed |
//! | `fleet` | evaluation, and lists over 10,000 devices through the HTTP router |
//! | `agent` | memory of an idle agent, and a scan against dpkg and apt |
//! | `ingest` | inventories and reports of simulated devices over TLS, and the site's memory |
//! | `windows` | scans of Windows clients over a catalog like Windows 11's: answers against nginx, CPU, memory, capacity, events; the same with a whole fleet registered |
//! | `servers` | a first synchronization of 60,000 revisions from another site, one with nothing new, documents against nginx, scans beside servers that synchronize |
//! | `sites` | a hierarchy of 21 sites: changes downwards, reports upwards |

#![expect(clippy::print_stdout, reason = "the report goes to standard output")]

mod apt;
mod child;
mod devices;
mod fleet;
mod host;
mod machine;
mod measure;
mod report;
mod servers;
mod site;
mod sync;
mod windows;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use crate::report::Report;

/// Devices that the limits are meant for.
const DEVICES: u32 = 10_000;

/// Places of one run.
struct Work {
    directory: tempfile::TempDir,
    /// The `sluice` program, built beside this one.
    sluice: PathBuf,
    /// Devices of a large fleet.
    devices: u32,
}

impl Work {
    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Data of a site that has synchronized, for the parts that need a catalog.
    fn catalog(&self) -> anyhow::Result<PathBuf> {
        let path = self.path("catalog");
        if !path.exists() {
            println!("(synchronizing first, for a catalog)");
            let done = child::run("first-sync", [&path]);
            // What is half done must not look like a catalog to the next part.
            done.inspect_err(|_| drop(std::fs::remove_dir_all(&path)))?;
        }
        Ok(path)
    }

    /// A copy of that, to be changed.
    fn catalog_copy(&self, name: &str) -> anyhow::Result<PathBuf> {
        let (from, to) = (self.catalog()?, self.path(name));
        std::fs::create_dir_all(&to)?;
        for entry in std::fs::read_dir(&from)? {
            let entry = entry?;
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
        Ok(to)
    }
}

fn main() -> ExitCode {
    // The first provider stays; there is only one.
    let _first = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((first, rest)) if first == "child" => child::serve(rest),
        _ => all(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn all(parts: &[String]) -> anyhow::Result<()> {
    let (devices, parts) = match parts {
        [option, number, parts @ ..] if option == "--devices" => (number.parse()?, parts),
        parts => (DEVICES, parts),
    };
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|p| p == part);
    let own = std::env::current_exe()?;
    let sluice = own.parent().unwrap_or(Path::new(".")).join("sluice");
    let work = Work { directory: tempfile::tempdir()?, sluice, devices };
    println!("{}", machine::facts());
    let mut report = Report::default();
    let mut failed = Vec::new();
    let mut part = |name: &str, bench: fn(&Work, &mut Report) -> anyhow::Result<()>| {
        if wanted(name)
            && let Err(error) = bench(&work, &mut report).with_context(|| format!("part `{name}` could not run"))
        {
            println!("{error:#}");
            failed.push(name.to_owned());
        }
    };
    part("sync", sync::bench);
    part("fleet", fleet::bench);
    part("agent", devices::agent::bench);
    part("ingest", devices::ingest::bench);
    part("windows", windows::bench);
    part("servers", servers::bench);
    part("sites", servers::sites);
    report.summary();
    anyhow::ensure!(failed.is_empty(), "could not run: {}", failed.join(", "));
    Ok(())
}
