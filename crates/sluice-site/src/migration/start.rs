//! The first step: this site becomes a replica of the WSUS.

use std::sync::Arc;

use jiff::SignedDuration;
use sluice_model::{Schedule, SyncExtent};

use super::record::{self, MigrationRecord};
use super::status::MigrationStatus;
use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::events::SiteEvent;
use crate::site::Site;
use crate::sources::{Source, SourceConfig, SourceSpec, UpstreamSource, free_name};

/// How often the WSUS is followed until the end.
const FOLLOW: SignedDuration = SignedDuration::from_mins(15);

impl Site {
    /// Joins a WSUS as a replica and begins to take it over. Again, it goes on with what is missing.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` when the definition could not work; `Conflict` while another server is taken over, or is
    /// followed as a replica; `Unavailable` when the WSUS cannot be reached, with what to do.
    pub async fn start_migration(
        self: &Arc<Self>,
        caller: &Caller,
        source: UpstreamSource,
    ) -> SiteResult<MigrationStatus> {
        caller.require(Permission::ManageSite)?;
        let wanted = UpstreamSource { replica: true, ..source };
        let url = wanted.url.trim_end_matches('/').to_owned();
        let known = MigrationRecord::load(&mut self.store.reader().await?).await?;
        let goes_on = known.filter(|known| known.finished_at.is_none() && self.sources.get(known.source).is_some());
        if let Some(known) = &goes_on
            && known.url != url
        {
            return Err(SiteError::conflict(
                format!("{} is being taken over already", known.url),
                "Finish that first, or delete its source: `sluice source delete`.",
            ));
        }
        if goes_on.is_none() {
            self.join(caller, wanted, url).await?;
        }
        super::advance(self).await?;
        self.migration_status(caller).await
    }

    async fn join(self: &Arc<Self>, caller: &Caller, wanted: UpstreamSource, url: String) -> SiteResult<()> {
        let config = SourceConfig::Upstream(Box::new(wanted));
        let check = self.check_source(caller, &config).await?;
        if let Some(error) = check.error {
            return Err(SiteError::unavailable(error, check.fix.unwrap_or_default()));
        }
        let sources = self.list_sources(caller).await?;
        let server =
            |source: &Source| source.config.upstream().map(|upstream| upstream.url.trim_end_matches('/').to_owned());
        let is_replica = |source: &&Source| source.config.upstream().is_some_and(|upstream| upstream.replica);
        if let Some(other) = sources.iter().filter(is_replica).find(|source| server(source).as_ref() != Some(&url)) {
            return Err(SiteError::conflict(
                format!("the site is a replica of {} already, and follows one server's decisions", other.name),
                "Make that source autonomous in the console (Synchronization, Change), or delete it: `sluice source delete`.",
            ));
        }
        let schedule = Schedule::Every(FOLLOW);
        let source = match sources.iter().find(|source| server(source).as_ref() == Some(&url)) {
            Some(known) => {
                let spec = SourceSpec { name: known.name.clone(), config, schedule, enabled: true };
                self.update_source(caller, known.id, spec).await?
            }
            None => {
                let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                let host = host.split(['/', ':']).next().unwrap_or_default();
                let name = free_name(&format!("WSUS {host}"), |name| sources.iter().any(|source| source.name == name));
                self.create_source(caller, SourceSpec { name, config, schedule, enabled: true }).await?
            }
        };
        let record = MigrationRecord {
            source: source.id,
            url,
            started_at: self.now(),
            selected: None,
            selected_at: None,
            complete_at: None,
            detached: false,
            finished_at: None,
        };
        self.put_migration(caller, &record, "migration.start").await?;
        // One that runs already brings the same.
        let _under_way = self.start_sync(caller, Some(source.id), SyncExtent::Delta).await;
        Ok(())
    }

    /// Stores where a take-over stands, and tells who watches.
    pub(super) async fn put_migration(
        &self,
        caller: &Caller,
        record: &MigrationRecord,
        action: &str,
    ) -> SiteResult<()> {
        let bytes = record.bytes()?;
        let entry = self.audit_entry(caller, action, &record.url, "");
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                record::put(tx, &bytes).await?;
                sluice_store::audit::append(tx, entry).await.map(drop)
            })
        });
        write.await?;
        self.emit(SiteEvent::Sync(record.source));
        Ok(())
    }
}
