//! A first synchronization, and one with nothing new.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::catalog::{self, Parsed};
use crate::devices::serve::Serve;
use crate::report::{Limit, Report};
use crate::{Work, measure};

/// Share of the rate of a bare parser.
const RATE: Limit = Limit { value: 0.2, unit: "x", what: "a bare pull parser" };
const MEMORY: Limit = Limit { value: 400.0, unit: "MB", what: "the limit" };
const NOTHING_NEW: Limit = Limit { value: 50.0, unit: "ms", what: "the limit" };
/// Most time for a run, seconds.
const MOST: f64 = 900.0;
/// Runs with nothing new.
const RUNS: usize = 11;

/// A site below the upstream: lists, then all updates, then nothing.
pub async fn bench(work: &Work, upstream: &Serve, parsed: &Parsed, report: &mut Report) -> anyhow::Result<()> {
    let (serve, source) = below(work, "servers-downstream", upstream).await?;
    let lists = run(&serve, &source).await?;
    report.heading("A site synchronizes from that one for the first time, over loopback");
    report.note("lists of categories and detectoids", lists.seconds, "s");

    let cpu = [measure::cpu_of(serve.pid())?, measure::cpu_of(upstream.pid())?];
    let done = everything(&serve, &source, &lists).await?;
    let seconds = done.seconds + lists.seconds;
    report.note("everything, from the request to the served catalog", seconds, "s");
    report.note("updates in the catalog, as administrators see them", served(&serve).await?, "");
    report.note("CPU time of the site", measure::cpu_of(serve.pid())? - cpu[0], "s");
    report.note("CPU time of the upstream site", measure::cpu_of(upstream.pid())? - cpu[1], "s");
    report.note("documents", parsed.bytes / seconds / 1e6, "MB/s");
    report.at_least("of that, ratio to a bare pull parser", parsed.bytes / seconds / parsed.rate, RATE);
    let (_, peak) = measure::memory_of(&serve.pid().to_string())?;
    report.line("resident memory at most", peak, MEMORY);
    anyhow::ensure!(done.outcome == "changed", "the first synchronization ended {}", done.outcome);

    let mut times = Vec::new();
    for _ in 0..RUNS {
        times.push(run(&serve, &source).await?.took);
    }
    report.line("a synchronization with nothing new (median)", measure::median(&times) * 1e3, NOTHING_NEW);
    serve.idle().await?;
    let (now, _) = measure::memory_of(&serve.pid().to_string())?;
    report.note("resident memory when its metadata is ready for devices", now, "MB");
    serve.stop().await
}

/// A first synchronization of as many revisions with longer documents: what it takes of memory must not grow with them.
pub async fn long(work: &Work, report: &mut Report) -> anyhow::Result<()> {
    let bytes = catalog::prepare_long(work)?;
    report.heading("The same with manifests as long as those of Windows 11");
    #[expect(clippy::cast_precision_loss, reason = "sizes of a bench fit")]
    report.note("documents", bytes as f64 / 1e6, "MB");
    let upstream = catalog::serve(work, "servers-upstream-long", report).await?;
    let (serve, source) = below(work, "servers-downstream-long", &upstream).await?;
    let lists = run(&serve, &source).await?;
    let done = everything(&serve, &source, &lists).await?;
    anyhow::ensure!(done.outcome == "changed", "the first synchronization ended {}", done.outcome);
    report.note("everything, from the request to the served catalog", done.seconds + lists.seconds, "s");
    let (_, peak) = measure::memory_of(&serve.pid().to_string())?;
    report.line("resident memory at most", peak, MEMORY);
    serve.stop().await?;
    upstream.stop().await
}

/// A site below an upstream that is ready, and the source there.
async fn below(work: &Work, name: &str, upstream: &Serve) -> anyhow::Result<(Serve, String)> {
    let directory = work.path(name);
    std::fs::create_dir_all(&directory)?;
    let serve = Serve::start(work, &directory).await?;
    // What was imported is made ready for devices first.
    upstream.idle().await?;
    let source = json!({
        "name": "upstream",
        "upstream": {"url": format!("http://{}", upstream.plain)},
        "schedule": {"kind": "manual"},
        "enabled": true,
    });
    let source = serve.post("/sources", &source).await?["id"].as_str().context("the source has no id")?.to_owned();
    Ok((serve, source))
}

/// Selects everything and waits for it; the lists were there before.
async fn everything(serve: &Serve, source: &str, lists: &Done) -> anyhow::Result<Done> {
    let categories = serve.get("/categories").await?;
    let all: Vec<&Value> = categories["items"].as_array().into_iter().flatten().map(|one| &one["id"]).collect();
    let begin = measure::wall();
    serve.post("/categories/selection", &json!({"select": all})).await?;
    let done = finished(serve, source, lists.runs).await?;
    Ok(Done { seconds: measure::wall() - begin, ..done })
}

/// A finished run.
struct Done {
    /// How long it was waited for.
    seconds: f64,
    /// How long it says it took.
    took: f64,
    outcome: String,
    /// Runs of the source until then.
    runs: usize,
}

async fn run(serve: &Serve, source: &str) -> anyhow::Result<Done> {
    let before = runs(serve, source).await?.len();
    let begin = measure::wall();
    serve.post("/sync/runs", &json!({"source": source})).await?;
    let done = finished(serve, source, before).await?;
    Ok(Done { seconds: measure::wall() - begin, ..done })
}

/// Waits until the source has more finished runs than so many.
async fn finished(serve: &Serve, source: &str, before: usize) -> anyhow::Result<Done> {
    let begin = measure::wall();
    loop {
        let runs = runs(serve, source).await?;
        if let Some(last) = runs.first().filter(|_| runs.len() > before) {
            let time = |name: &str| last[name].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
            let (started, ended) = time("started").zip(time("ended")).context("a run has no times")?;
            anyhow::ensure!(last["error"].is_null(), "the synchronization failed: {last}");
            return Ok(Done {
                seconds: measure::wall() - begin,
                took: ended.duration_since(started).as_secs_f64(),
                outcome: last["outcome"].as_str().unwrap_or_default().to_owned(),
                runs: runs.len(),
            });
        }
        anyhow::ensure!(measure::wall() - begin < MOST, "the synchronization takes too long");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

async fn runs(serve: &Serve, source: &str) -> anyhow::Result<Vec<Value>> {
    let answer = serve.get(&format!("/sync/runs?source={source}")).await?;
    Ok(answer["items"].as_array().cloned().unwrap_or_default())
}

async fn served(serve: &Serve) -> anyhow::Result<f64> {
    serve.get("/site").await?["updates"].as_f64().context("the site does not say how many updates it has")
}
