//! Synchronization against `apt-get update`.

pub mod read;
pub mod whole;

use crate::report::{Limit, Report};
use crate::{Work, apt, child, measure};

/// Runs of each; the median counts.
const RUNS: usize = 3;

/// First and repeated synchronization of this machine's package sources.
pub fn bench(work: &Work, report: &mut Report) -> anyhow::Result<()> {
    let (mut peer, mut read, mut whole, mut peak, mut packages) = (vec![], vec![], vec![], vec![], 0.0);
    let (mut took, mut again_cpu, mut again_written) = (vec![], vec![], vec![]);
    for run in 0..RUNS {
        peer.push(apt::update(&work.path("apt"))?);
        let figures = child::run("read", [work.path(&format!("read-{run}"))])?;
        read.push(figures.get("cpu")?);
        packages = figures.get("packages")?;
        let directory = if run == 0 { work.path("catalog") } else { work.path(&format!("whole-{run}")) };
        let figures = child::run("first-sync", [&directory])?;
        whole.push(figures.get("cpu")?);
        took.push(figures.get("wall")?);
        peak.push(figures.get("peak")?);
        again_cpu.push(figures.get("again-cpu")?);
        again_written.push(figures.get("again-written")?);
    }
    let (peer, read, whole) = (measure::median(&peer), measure::median(&read), measure::median(&whole));
    let cpu = |factor: f64, what| Limit { value: factor * peer, unit: "s", what };
    report.heading(&format!(
        "First synchronization of this machine's sources ({packages:.0} packages), CPU time; median of {RUNS}"
    ));
    report.note("apt-get update from empty lists", peer, "s");
    report.line("download, verify, parse (keep nothing)", read, cpu(2.0, "2 x apt"));
    report.line("storing and snapshot on top of that", whole - read, cpu(2.0, "2 x apt"));
    report.line("everything", whole, cpu(4.0, "4 x apt"));
    report.note("everything, by the clock", measure::median(&took), "s");
    report.line("peak resident memory", measure::median(&peak), Limit { value: 400.0, unit: "MB", what: "the limit" });
    report.heading("Synchronization with nothing changed upstream");
    report.line("CPU time", measure::median(&again_cpu), Limit { value: 0.5, unit: "s", what: "the limit" });
    report.note("written: history, audit of the start, requests upstream", measure::median(&again_written), "kB");
    Ok(())
}
