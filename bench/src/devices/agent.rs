//! What an agent costs its device.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;

use super::serve::{Serve, terminate};
use crate::report::{Limit, Report};
use crate::{Work, measure};

/// Scans in one measurement, because the kernel counts CPU time of children in hundredths of a
/// second.
const SCANS: u32 = 5;
/// Measurements; the median counts.
const RUNS: usize = 5;
/// Time after the first round in which an agent lets go of connection and buffers.
const SETTLE: Duration = Duration::from_secs(8);
/// Most time for the first round, seconds.
const ROUND_LIMIT: f64 = 120.0;

/// A scan against dpkg and apt, and an agent that waits for its next contact.
pub fn bench(work: &Work, report: &mut Report) -> anyhow::Result<()> {
    scan(work, report)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (now, peak) = runtime.block_on(idle(work))?;
    report.heading("`sluice agent run` on this machine after its first round");
    report.line("resident memory, idle", now, Limit { value: 25.0, unit: "MB", what: "the limit" });
    report.note("resident memory at most, in the round", peak, "MB");
    Ok(())
}

fn scan(work: &Work, report: &mut Report) -> anyhow::Result<()> {
    let program = work.sluice.to_str().context("the path of the program is not text")?;
    // Where an agent remembers what apt said about its sources; without it every scan is a first one.
    let state = work.path("scan-state");
    std::fs::create_dir_all(&state)?;
    let state = state.display().to_string();
    let (mut own, mut first, mut peer) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..RUNS {
        let fresh = work.path(&format!("scan-state-{run}")).display().to_string();
        first.push(measure::cpu_of_program(program, &["agent", "--state-dir", &fresh, "scan"])?);
        let (mut ours, mut theirs) = (0.0, 0.0);
        for _ in 0..SCANS {
            ours += measure::cpu_of_program(program, &["agent", "--state-dir", &state, "scan"])?;
            theirs += measure::cpu_of_program("/usr/bin/dpkg-query", &["-W"])?;
            theirs += measure::cpu_of_program("/usr/bin/apt-get", &["-s", "upgrade"])?;
        }
        own.push(ours / f64::from(SCANS));
        peer.push(theirs / f64::from(SCANS));
    }
    report.heading(&format!("A scan of this machine, CPU time; median of {RUNS} times {SCANS}"));
    let limit = Limit { value: measure::median(&peer), unit: "s", what: "dpkg-query -W and apt-get -s upgrade" };
    report.line("sluice agent scan", measure::median(&own), limit);
    report.note("the first, or after a change of apt's sources or lists", measure::median(&first), "s");
    Ok(())
}

async fn idle(work: &Work) -> anyhow::Result<(f64, f64)> {
    let serve = Serve::start(work, &work.catalog_copy("agent-site")?).await?;
    let token = serve.enrollment_token(1).await?;
    let state = work.path("agent-state");
    let agent = || {
        let mut command = Command::new(&work.sluice);
        command.args(["--log", "warn", "agent", "--state-dir"]).arg(&state);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    };
    let status = agent().args(["enroll", "--server", &serve.clients, "--token", &token]).status()?;
    anyhow::ensure!(status.success(), "`sluice agent enroll` ended with {status}");
    let mut child = agent().arg("run").spawn()?;
    let begin = measure::wall();
    while serve.get("/devices").await?["items"][0]["reported"] != true {
        anyhow::ensure!(measure::wall() - begin < ROUND_LIMIT, "the agent does not report");
        anyhow::ensure!(child.try_wait()?.is_none(), "the agent ended");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(SETTLE).await;
    let memory = measure::memory_of(&child.id().to_string());
    terminate(&mut child).await?;
    serve.stop().await?;
    memory
}
