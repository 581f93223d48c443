//! A fleet of simulated devices at one site: real protocol, TLS, SQLite.

use std::time::Duration;

use sluice_sim::{FleetSpec, RoundSummary, SimulateOptions};

use super::serve::Serve;
use crate::report::Report;
use crate::{Work, host, measure};

/// Devices in contact at a time.
const AT_ONCE: usize = 64;

/// Enrolment, whole inventories, differences with reports; memory of the site, and its next start.
pub fn bench(work: &Work, report: &mut Report) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(fleet(work, report))
}

async fn fleet(work: &Work, report: &mut Report) -> anyhow::Result<()> {
    let directory = work.catalog_copy("ingest-site")?;
    let shape = super::read_shape(&super::shape_files(work)?)?;
    let devices = work.devices;
    let serve = Serve::start(work, &directory).await?;
    let token = serve.enrollment_token(devices).await?;
    let options = SimulateOptions {
        // The first contact sends the whole inventory; at each later one two packages differ.
        rounds: 3,
        churn: 2,
        at_once: AT_ONCE,
        time_limit: Duration::from_secs(1800),
        ..SimulateOptions::new(&serve.clients, token, shape, FleetSpec::new(devices, 2))
    };
    let cpu = measure::cpu_of(serve.pid())?;
    let summary = sluice_sim::run(options, host::for_simulation()).await?;
    let cpu = measure::cpu_of(serve.pid())? - cpu;
    anyhow::ensure!(summary.errors.is_empty() && !summary.timed_out, "not every contact worked: {:?}", summary.errors);
    let [first, .., last] = summary.rounds.as_slice() else { anyhow::bail!("too few rounds") };

    report.heading(&format!(
        "{devices} simulated devices over TLS, {AT_ONCE} at a time, simulator on the same machine, SQLite"
    ));
    let seconds = |time: Duration| time.as_secs_f64();
    report.note("enrolments", rate(summary.enrolled, summary.enrolment), "/s");
    report.note("first contacts (check-in, whole inventory, report)", rate(first.reports, first.took), "/s");
    report.note("later contacts (check-in, difference, report)", rate(last.reports, last.took), "/s");
    let requests = summary.enrolled + summary.rounds.iter().map(requests).sum::<u64>();
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
    let each = cpu * 1e3 / requests as f64;
    report.note("CPU time of the site, each request", each, "ms");
    report.note(
        "all of it, by the clock",
        seconds(summary.enrolment) + summary.rounds.iter().map(|r| seconds(r.took)).sum::<f64>(),
        "s",
    );
    let (now, peak) = measure::memory_of(&serve.pid().to_string())?;
    report.note("resident memory of the site with them", now, "MB");
    report.note("resident memory at most", peak, "MB");
    serve.stop().await?;

    let serve = Serve::start(work, &directory).await?;
    let (now, peak) = measure::memory_of(&serve.pid().to_string())?;
    report.heading(&format!("The site starts again with {devices} devices"));
    report.note("until it answers", serve.start, "s");
    report.note("CPU time until then", measure::cpu_of(serve.pid())?, "s");
    report.note("resident memory", now, "MB");
    report.note("resident memory at most", peak, "MB");
    serve.stop().await
}

fn requests(round: &RoundSummary) -> u64 {
    round.check_ins + round.whole_inventories + round.differences + round.reports
}

#[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
fn rate(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}
