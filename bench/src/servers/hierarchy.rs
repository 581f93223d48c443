//! A hierarchy of three levels: how long until a change at the top is at every leaf's devices, and until what devices
//! at the leaves report is at the top.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::{Value, json};
use sluice_sim::windows::catalog::{Catalog, CatalogShape, Document, DocumentKind};
use sluice_sim::windows::{Behaviour, Profile, Server, ServerOptions, VirtualMachine, WindowsClient};
use sluice_sim::{Clock, Host};
use tokio::time::sleep;

use crate::devices::serve::Serve;
use crate::report::{Limit, Report};
use crate::{Work, host, measure};

/// Primary sites below the central one, and secondary sites below each of them: 20 in all.
const PRIMARIES: usize = 5;
const SECONDARIES: usize = 3;
/// Seed of the catalog.
const SEED: u64 = 3;
/// Every so many bundles are published later.
const LATER: usize = 6;
/// Most time to wait for anything, seconds.
const MOST: f64 = 120.0;
/// Between two looks.
const LOOK: std::time::Duration = std::time::Duration::from_millis(50);

const SOON: Limit = Limit { value: 10.0, unit: "s", what: "the limit" };

struct Now;

impl Clock for Now {
    fn now(&self) -> jiff::Timestamp {
        host::now()
    }
}

/// Central site, primary and secondary sites, a device at each leaf.
pub async fn bench(work: &Work, report: &mut Report) -> anyhow::Result<()> {
    let catalog = Catalog::new(CatalogShape::small(), SEED);
    let (first, later) = halves(&catalog);
    let top = site(work, "top").await?;
    top.patch("/site/place", &json!({"site_type": "central"})).await?;
    import(work, &top, &first)?;
    let categories = top.get("/categories").await?;
    let all: Vec<&Value> = categories["items"].as_array().into_iter().flatten().map(|one| &one["id"]).collect();
    top.post("/categories/selection", &json!({"select": all})).await?;
    let begin = measure::wall();
    let (mut primaries, mut leaves) = (Vec::new(), Vec::new());
    for number in 0..PRIMARIES {
        let primary = site(work, &format!("primary-{number}")).await?;
        join(&primary, &top).await?;
        for leaf in 0..SECONDARIES {
            let leaf = site(work, &format!("secondary-{number}-{leaf}")).await?;
            join(&leaf, &primary).await?;
            leaf.patch("/settings/windows", &json!({"metadata_over_http": true})).await?;
            leaves.push(leaf);
        }
        primaries.push(primary);
    }
    let updates = updates(&top).await?;
    anyhow::ensure!(updates > 0, "the catalog at the top is empty");
    for leaf in &leaves {
        until("a leaf has the catalog", async || Ok(self::updates(leaf).await? == updates)).await?;
    }
    let count = primaries.len() + leaves.len();
    report.heading(&format!("A hierarchy of three levels: {count} sites below a central one, as processes"));
    report.note("all started, joined and synchronized, one after the other", measure::wall() - begin, "s");

    let mut devices = Vec::new();
    for (number, leaf) in (0..).zip(&leaves) {
        let server =
            Server::new(&ServerOptions::plain(format!("http://{}", leaf.plain)), Host { clock: Arc::new(Now) })?;
        let machine = VirtualMachine::new(Profile::Windows11Pro25H2, SEED, number);
        let mut device = WindowsClient::new(machine, server, Behaviour::default());
        device.scan().await.map_err(|error| anyhow::anyhow!("a first scan failed: {error}"))?;
        devices.push(device);
    }
    import(work, &top, &later)?;
    let begin = measure::wall();
    let scans = devices.into_iter().map(|mut device| {
        tokio::spawn(async move {
            loop {
                let scan = device.scan().await.map_err(|error| anyhow::anyhow!("a scan failed: {error}"))?;
                if scan.new_updates > 0 {
                    return anyhow::Ok((device, measure::wall()));
                }
                anyhow::ensure!(measure::wall() - begin < MOST, "a leaf's device is not offered what is new");
                sleep(LOOK).await;
            }
        })
    });
    let (mut devices, mut last) = (Vec::new(), begin);
    for scan in scans.collect::<Vec<_>>() {
        let (device, at) = scan.await.context("a device's task ended")??;
        devices.push(device);
        last = last.max(at);
    }
    report.line("new updates at the top, until devices of all leaves are offered them", last - begin, SOON);

    for device in &mut devices {
        device.report().await.map_err(|error| anyhow::anyhow!("a report failed: {error}"))?;
    }
    let begin = measure::wall();
    until("the devices are known at the top", async || {
        let sites = top.get("/sites").await?;
        let figure = |site: &Value, name: &str| site["devices"][name].as_u64().unwrap_or(0);
        let secondaries = sites["items"].as_array().into_iter().flatten().filter(|s| s["site_type"] == "secondary");
        let known: u64 = secondaries.map(|s| figure(s, "compliant") + figure(s, "non_compliant")).sum();
        let devices = top.get("/site").await?["devices"].as_u64().unwrap_or(0);
        Ok(known == leaves.len() as u64 && devices == leaves.len() as u64)
    })
    .await?;
    report.line("reports of devices of all leaves, until the top knows them", measure::wall() - begin, SOON);
    for site in leaves.into_iter().chain(primaries).chain([top]) {
        site.stop().await?;
    }
    Ok(())
}

async fn site(work: &Work, name: &str) -> anyhow::Result<Serve> {
    let directory = work.path(&format!("hierarchy-{name}"));
    std::fs::create_dir_all(&directory)?;
    Serve::start_with(work, &directory, &["--name", name]).await
}

async fn join(site: &Serve, above: &Serve) -> anyhow::Result<()> {
    let token = above.post("/site-tokens", &json!({"valid_seconds": 3600})).await?;
    let report = site.post("/site/join", &json!({"token": token["secret"]})).await?;
    let problems = report["problems"].as_array().map_or(0, Vec::len);
    anyhow::ensure!(problems == 0, "joining failed: {report}");
    Ok(())
}

async fn updates(site: &Serve) -> anyhow::Result<u64> {
    site.get("/site").await?["updates"].as_u64().context("the site does not say how many updates it has")
}

async fn until(what: &str, look: impl AsyncFn() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let begin = measure::wall();
    while !look().await? {
        anyhow::ensure!(measure::wall() - begin < MOST, "not in time: {what}");
        sleep(LOOK).await;
    }
    Ok(())
}

/// All documents but some bundles and their members; and these.
fn halves(catalog: &Catalog) -> (Vec<Document<'_>>, Vec<Document<'_>>) {
    let bundles = catalog.documents().filter(|document| document.kind() == DocumentKind::Bundle);
    let late: Vec<_> = bundles
        .step_by(LATER)
        .flat_map(|bundle| bundle.members().chain([bundle.revision()]).map(|revision| revision.id).collect::<Vec<_>>())
        .collect();
    catalog.documents().partition(|document| !late.contains(&document.revision().id))
}

fn import(work: &Work, site: &Serve, documents: &[Document<'_>]) -> anyhow::Result<()> {
    let mut import = Command::new(&work.sluice)
        .args(["catalog", "import", "-", "--config"])
        .arg::<&Path>(site.credentials())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .with_context(|| format!("starting {}", work.sluice.display()))?;
    let mut input = import.stdin.take().context("the import has no input")?;
    for document in documents {
        document.write(&mut input)?;
    }
    input.flush()?;
    drop(input);
    let status = import.wait()?;
    anyhow::ensure!(status.success(), "the import ended with {status}");
    Ok(())
}
