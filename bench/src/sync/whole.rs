//! The child that synchronizes a new site, and then once more.

use std::path::Path;
use std::sync::Arc;

use sluice_model::SyncExtent;
use sluice_site::sync::SyncOutcome;
use sluice_site::{Caller, Site};

use crate::child::figure;
use crate::{measure, site};

/// Synchronizes this machine's sources into a new database.
pub async fn child(directory: &Path) -> anyhow::Result<()> {
    let site = site::open(directory).await?;
    site::import_sources(&site).await?;
    let (cpu, wall) = (measure::own_cpu(), measure::wall());
    synchronize(&site).await?;
    figure("cpu", measure::own_cpu() - cpu);
    figure("wall", measure::wall() - wall);
    let changed = outcomes(&site).await?;
    anyhow::ensure!(changed.contains(&SyncOutcome::Changed), "nothing was synchronized; see the messages above");

    let (cpu, written, version) = (measure::own_cpu(), measure::own_writes()?, site.catalog().version());
    synchronize(&site).await?;
    figure("again-cpu", measure::own_cpu() - cpu);
    figure("again-written", measure::own_writes()? - written);
    anyhow::ensure!(site.catalog().version() == version, "the catalog changed upstream in between; run it again");
    site.close().await;
    Ok(())
}

async fn synchronize(site: &Arc<Site>) -> anyhow::Result<()> {
    let mut events = site.events();
    let system = Caller::system();
    let started = site.start_sync(&system, None, SyncExtent::Delta).await?;
    loop {
        let status = site.sync_status(&system).await?;
        if status.iter().all(|s| s.running.is_none() && (s.last_run.is_some() || !started.contains(&s.source.id))) {
            break;
        }
        // Missed events do not matter: the state is looked at anew.
        let _missed = events.recv().await;
    }
    for status in site.sync_status(&system).await? {
        if let Some(error) = status.last_run.and_then(|run| run.error) {
            eprintln!("{}: {error}", status.source.name);
        }
    }
    Ok(())
}

async fn outcomes(site: &Arc<Site>) -> anyhow::Result<Vec<SyncOutcome>> {
    let status = site.sync_status(&Caller::system()).await?;
    Ok(status.into_iter().filter_map(|s| s.last_run).map(|run| run.outcome).collect())
}
