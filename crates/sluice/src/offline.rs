//! What is done to a store while no site runs on it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sluice_site::windows::check::check_documents;
use sluice_store::{DatabaseUrl, Store, StoreConfig};

use crate::data_directory::DataDirectory;
use crate::environment::SystemEntropy;

/// Which store.
#[derive(Clone, Debug)]
pub struct Place {
    /// The data directory.
    pub data_dir: PathBuf,
    /// PostgreSQL instead of the SQLite database in it.
    pub database_url: Option<String>,
}

impl Place {
    fn config(&self) -> StoreConfig {
        let mut epoch = [0; 16];
        SystemEntropy::fill_bytes(&mut epoch);
        let url = match &self.database_url {
            Some(url) => DatabaseUrl::Postgres(url.clone()),
            None => DatabaseUrl::Sqlite(self.data_dir.join("sluice.db")),
        };
        StoreConfig::new(url, epoch)
    }
}

/// Restores a backup into an empty or existing store; the database epoch changes.
pub async fn restore(place: &Place, backup: &Path) -> anyhow::Result<u64> {
    let _claimed = DataDirectory::open(&place.data_dir)?;
    let restored = sluice_store::restore(&place.config(), backup).await;
    Ok(restored.with_context(|| format!("restoring {}", backup.display()))?.rows)
}

/// Checks a store; what is wrong, in sentences.
pub async fn check(place: &Place) -> anyhow::Result<Vec<String>> {
    let _claimed = DataDirectory::open(&place.data_dir)?;
    let store = Store::open(place.config()).await.context("opening the database")?;
    let problems = store.check().await.context("checking the database")?;
    let mut problems: Vec<_> = problems.into_iter().map(|problem| problem.0).collect();
    problems.extend(check_documents(&store).await.context("checking the documents of updates")?);
    store.close().await;
    Ok(problems)
}

/// Writes a backup.
pub async fn backup(place: &Place, path: &Path) -> anyhow::Result<u64> {
    let _claimed = DataDirectory::open(&place.data_dir)?;
    let store = Store::open(place.config()).await.context("opening the database")?;
    let summary = store.backup(path).await.context("writing the backup")?;
    store.close().await;
    Ok(summary.bytes)
}
