//! A site with the catalog, and what it costs to have it.

use std::io::BufWriter;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde_json::json;
use sluice_sim::windows::catalog::{Catalog, CatalogShape, DocumentKind};

use super::client::Client;
use crate::devices::serve::Serve;
use crate::report::{Limit, Report};
use crate::{Work, host, measure};

/// Seed of the catalog.
const SEED: u64 = 1;
/// Updates that are approved, as on the server whose figures the catalog has.
pub const APPROVED: usize = 92;
/// Most memory with the catalog.
const MEMORY: Limit = Limit { value: 500.0, unit: "MB", what: "the limit" };
/// MiB for metadata, when there shall be little.
const LITTLE: &str = "16";
/// Most time until it answers.
const START: Limit = Limit { value: 3.0, unit: "s", what: "the limit" };

/// The catalog that all of this is about.
pub fn catalog() -> Catalog {
    Catalog::new(CatalogShape::windows11(), SEED)
}

/// Imports the catalog into a new site, lets it speak without TLS and approves some updates.
pub async fn fill(work: &Work, directory: &Path, report: &mut Report) -> anyhow::Result<Serve> {
    let serve = Serve::start(work, directory).await?;
    let catalog = catalog();
    let (cpu, begin) = (measure::cpu_of(serve.pid())?, measure::wall());
    let mut import = Command::new(&work.sluice)
        .args(["catalog", "import", "-", "--config"])
        .arg(serve.credentials())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .with_context(|| format!("starting {}", work.sluice.display()))?;
    let input = import.stdin.take().context("the import has no input")?;
    let written = tokio::task::spawn_blocking(move || {
        let mut out = BufWriter::with_capacity(1 << 20, input);
        catalog.write_stream(&mut out)?;
        std::io::Write::flush(&mut out)
    });
    written.await??;
    let status = import.wait()?;
    anyhow::ensure!(status.success(), "the import ended with {status}");
    report.heading("A catalog like Windows 11's (5,253 revisions, 1.18 GB of Core XML) is imported, once");
    report.note("by the clock", measure::wall() - begin, "s");
    report.note("CPU time of the site", measure::cpu_of(serve.pid())? - cpu, "s");
    let (_, peak) = measure::memory_of(&serve.pid().to_string())?;
    report.note("resident memory at most, during the import", peak, "MB");
    report.note("data directory", size(directory)?, "MB");
    serve.patch("/settings/windows", &json!({"metadata_over_http": true})).await?;
    approve(&serve, 0, APPROVED).await?;
    Ok(serve)
}

/// Deploys some of the bundles to all devices.
pub async fn approve(serve: &Serve, first: usize, count: usize) -> anyhow::Result<()> {
    let bundles: Vec<String> = catalog()
        .documents()
        .filter(|document| document.kind() == DocumentKind::Bundle)
        // The newest of each chain come last; spread over all of them.
        .step_by(5)
        .skip(first)
        .take(count)
        .map(|document| document.revision().id.to_string())
        .collect();
    anyhow::ensure!(bundles.len() == count, "there are too few bundles");
    let collections = serve.get("/collections").await?;
    let all = collections["items"].as_array().into_iter().flatten().find(|c| c["built_in"] == true);
    let all = all.and_then(|c| c["id"].as_str()).context("there is no built-in collection")?;
    let name = format!("Bench {first}");
    let deadline = host::now() + jiff::SignedDuration::from_hours(24 * 30);
    let deployment = json!({
        "name": name, "updates": bundles, "collection": all, "intent": "required", "deadline": deadline.to_string()
    });
    serve.post("/deployments", &deployment).await?;
    Ok(())
}

/// Start time and memory of a site that has just started.
pub fn memory_after_start(serve: &Serve, report: &mut Report) -> anyhow::Result<()> {
    let (now, peak) = measure::memory_of(&serve.pid().to_string())?;
    report.heading("The site starts again with that catalog");
    report.line("until it answers", serve.start, START);
    report.note("CPU time until then", measure::cpu_of(serve.pid())?, "s");
    report.note("resident memory", now, "MB");
    report.line("resident memory at most", peak, MEMORY);
    Ok(())
}

/// Memory after everything.
pub fn memory_at_most(serve: &Serve, report: &mut Report) -> anyhow::Result<()> {
    let (now, peak) = measure::memory_of(&serve.pid().to_string())?;
    report.heading("Memory of the site after all this load");
    report.note("resident memory", now, "MB");
    report.line("resident memory at most", peak, MEMORY);
    Ok(())
}

/// Memory with less of it for metadata: the rest is derived again when it is asked for.
pub async fn bounded(work: &Work, directory: &Path, report: &mut Report) -> anyhow::Result<()> {
    let serve = Serve::start_with(work, directory, &["--metadata-memory", LITTLE]).await?;
    let mut client = Client::introduce(serve.plain, 4).await?;
    serve.idle().await?;
    let before = measure::cpu_of(serve.pid())?;
    let scan = client.scan().await?;
    let cpu = measure::cpu_of(serve.pid())? - before;
    let (now, peak) = measure::memory_of(&serve.pid().to_string())?;
    report.heading(&format!("With `--metadata-memory {LITTLE}`, after a first scan of {} updates", scan.new));
    report.note("CPU time of the server for it, half of that being ready at most", cpu, "s");
    report.note("resident memory", now, "MB");
    report.line("resident memory at most", peak, MEMORY);
    serve.stop().await
}

#[expect(clippy::cast_precision_loss, reason = "sizes of a bench fit")]
fn size(directory: &Path) -> anyhow::Result<f64> {
    let mut bytes = 0.0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        bytes += match entry.metadata()?.is_dir() {
            true => size(&entry.path())?,
            false => entry.metadata()?.len() as f64 / 1e6,
        };
    }
    Ok(bytes)
}
