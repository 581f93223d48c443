//! A site within this process.

use std::path::Path;
use std::sync::Arc;

use sluice_site::sources::{SourceConfig, SourceSpec};
use sluice_site::{Caller, Host, Site, SiteConfig};
use sluice_store::{DatabaseUrl, Store, StoreConfig};

use crate::{apt, host};

/// Opens a site with its database in a directory, as `sluice serve --data-dir` does.
pub async fn open(directory: &Path) -> anyhow::Result<Arc<Site>> {
    open_with(directory, host::for_site()).await
}

/// The same with another clock.
pub async fn open_with(directory: &Path, host: Host) -> anyhow::Result<Arc<Site>> {
    std::fs::create_dir_all(directory)?;
    let mut epoch = [0; 16];
    aws_lc_rs::rand::fill(&mut epoch)?;
    let store = Store::open(StoreConfig::new(DatabaseUrl::Sqlite(directory.join("sluice.db")), epoch)).await?;
    let config = SiteConfig {
        name: "Bench".into(),
        database: "SQLite",
        authority_sha256: [0; 32],
        authority_certificate: b"a certificate".to_vec(),
        clients_url: "https://updates.example.org:8531".into(),
        data_directory: directory.to_owned(),
        content_directory: directory.join("content"),
        metadata_memory: 64 << 20,
        plain_port: None,
        certificate_expires: host.now(),
        check_in: jiff::SignedDuration::from_mins(15),
        silent_after: jiff::SignedDuration::from_hours(72),
    };
    Ok(Site::open(config, store, host).await?)
}

/// Defines this machine's package sources, without a schedule that could start by itself.
pub async fn import_sources(site: &Arc<Site>) -> anyhow::Result<()> {
    let apt = apt::configuration()?;
    let system = Caller::system();
    let done = site.import_sources_list(&system, apt.files, &apt.dump, &apt.architecture).await?;
    for problem in &done.problems {
        eprintln!("left out: {problem}");
    }
    for source in done.created {
        let SourceConfig::Apt(config) = source.config else { continue };
        let spec = SourceSpec { name: source.name, config, schedule: sluice_model::Schedule::Manual, enabled: true };
        site.update_source(&system, source.id, spec).await?;
    }
    Ok(())
}
