//! A site with 10,000 devices in one process: evaluation, and lists through the HTTP router.

mod evaluate;
mod fill;
mod lists;
mod news;

use std::path::Path;

use crate::report::{Limit, Report};
use crate::{Work, child, measure, site};

/// Evaluation and lists.
pub fn bench(work: &Work, report: &mut Report) -> anyhow::Result<()> {
    let directory = work.catalog_copy("fleet")?;
    let shape = crate::devices::shape_files(work)?;
    let devices = work.devices;
    let figures = child::run("fleet", [directory.as_os_str(), shape.as_os_str(), devices.to_string().as_ref()])?;
    let limit = |value, unit| Limit { value, unit, what: "the limit" };

    report.heading(&format!(
        "{devices} devices, {:.0} packages each on average, {:.0} of them different",
        figures.get("packages")?,
        figures.get("distinct")?
    ));
    report.note("filling the site by its agent protocol, without TLS", figures.get("fill-rate")?, "devices/s");
    report.line("evaluation of one inventory, median", figures.get("evaluate-p50")?, limit(1.0, "ms"));
    report.line("evaluation of one inventory, 99th percentile", figures.get("evaluate-p99")?, limit(1.0, "ms"));
    report.note("the next snapshot with one new inventory, median", figures.get("apply-p50")?, "ms");
    report.note("the next catalog after a synchronization with 200 updates", figures.get("catalog")?, "ms");
    report.line("all devices evaluated again after it, by the clock", figures.get("re-evaluate")?, limit(2.0, "s"));
    report.note("devices whose compliance changed", figures.get("changed")?, "");
    report.note("resident memory with all devices, and requests answered", figures.get("memory")?, "MB");

    report.heading(&format!("Answers over {devices} devices through the HTTP router, JSON included"));
    for (name, _) in lists::REQUESTS {
        report.line(&format!("{name}, median"), figures.get(&format!("{name} p50"))?, limit(20.0, "ms"));
        report.line(&format!("{name}, 99th percentile"), figures.get(&format!("{name} p99"))?, limit(20.0, "ms"));
    }
    Ok(())
}

/// The child.
pub async fn child(directory: &Path, shape: &Path, devices: u32) -> anyhow::Result<()> {
    let shape = crate::devices::read_shape(shape)?;
    let site = site::open(directory).await?;
    let begin = measure::wall();
    let known = fill::fill(&site, &shape, devices).await?;
    child::figure("fill-rate", f64::from(devices) / (measure::wall() - begin));
    evaluate::measure(&site, &known).await?;
    news::measure(&site)?;
    lists::measure(&site).await?;
    let (now, _) = measure::memory_of("self")?;
    child::figure("memory", now);
    site.close().await;
    Ok(())
}
