//! The use case: an import from its claim to its summary.

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{FutureExt as _, Stream};
use sluice_model::{SyncExtent, SyncPhase, SyncTrigger};
use sluice_store::source::SourceRecord;
use sluice_store::{audit, source};
use sluice_wsus::container::ContainerError;
use tokio::sync::mpsc;

use super::ImportError;
use super::documents::Reading;
use super::feed;
use super::ingest::Ingest;
use super::summary::ImportSummary;
use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult, chain};
use crate::site::Site;
use crate::sources::{SourceKind, catalog_file_record, free_name};
use crate::sync::{Counts, Live, SyncError, SyncOutcome, run};

/// What the source of imported files is called at first.
const SOURCE_NAME: &str = "Imported Windows metadata";

/// Documents that are ready and wait to be stored. The largest have some 20 MB each.
const ITEMS: usize = 4;

impl Site {
    /// Imports update metadata of Windows: XML documents, one or many after the other; packed by
    /// gzip, in cabinets, in tar archives. `name` is what people call it, `size` its bytes when they
    /// are known. Returns when everything is served.
    ///
    /// # Errors
    /// `Forbidden`; `Conflict` while another import runs; `Invalid` when it cannot be read to its
    /// end or holds no metadata. What was read before stays.
    pub async fn import_catalog<S>(
        self: &Arc<Self>,
        caller: &Caller,
        name: &str,
        size: Option<u64>,
        body: S,
    ) -> SiteResult<ImportSummary>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        caller.require(Permission::Synchronize)?;
        let (site, caller, name) = (Arc::clone(self), caller.clone(), name.to_owned());
        // When whoever asked goes away, the upload breaks off, and that is how it ends.
        self.to_the_end(async move { site.import_catalog_now(&caller, &name, size, body).await }).await
    }

    async fn import_catalog_now<S>(
        self: Arc<Self>,
        caller: &Caller,
        name: &str,
        size: Option<u64>,
        body: S,
    ) -> SiteResult<ImportSummary>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        let record = self.catalog_file_source(caller).await?;
        let live = run::claim(&self, record.id, SyncExtent::Delta, SyncTrigger::Manual);
        let live = live.ok_or_else(|| SiteError::conflict("another import runs", "Wait until it is done."))?;
        live.progress.phase(SyncPhase::Updates, size.unwrap_or(0), name);
        let Some(row) = run::begin(&self, &record, &live).await else {
            run::release(&self, record.id, None);
            return Err(SiteError::unavailable("the import could not begin", "Check the database: `sluice doctor`."));
        };
        self.note_import(caller, name).await;
        let (summary, result) = self.import(&record, &live, name, body).await;
        let counts = Counts {
            new: summary.new_updates,
            changed: summary.new_revisions,
            quarantined: summary.quarantined,
            ..Counts::default()
        };
        let refused = result.as_ref().err().map(refusal);
        let ended = run::conclude(&self, &record, &live, row, &result, counts).await;
        run::release(&self, record.id, ended);
        if let Some(refused) = refused {
            return Err(refused);
        }
        // The source's last success.
        self.reload_sources().await?;
        Ok(ImportSummary { run: Some(live.run), bytes: live.progress.bytes(), ..summary })
    }

    /// Imports, and serves what was stored however it ended.
    async fn import<S>(
        &self,
        record: &SourceRecord,
        live: &Live,
        name: &str,
        body: S,
    ) -> (ImportSummary, Result<SyncOutcome, SyncError>)
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        let mut ingest = match Ingest::new(self, record.id).await {
            Ok(ingest) => ingest,
            Err(error) => return (ImportSummary::default(), Err(SyncError::Import(error))),
        };
        let work = AssertUnwindSafe(self.read_and_take(&mut ingest, live, name, body)).catch_unwind();
        let result = tokio::select! {
            // A defect must not leave the source in a run that never ends.
            result = work => result.unwrap_or(Err(SyncError::Defect)),
            () = self.stop.cancelled() => Err(SyncError::Stopping),
        };
        live.progress.phase(SyncPhase::Publishing, 0, name);
        let published = match &result {
            // What had arrived whole stays, also when the rest did not come.
            Ok(()) | Err(SyncError::File(_)) => ingest.finish().await,
            Err(_) => ingest.publish().await,
        };
        let summary = ingest.summary();
        let result = result.and_then(|()| published.map_err(SyncError::Import));
        let changed = summary.new_updates + summary.new_revisions > 0;
        (summary, result.map(|()| if changed { SyncOutcome::Changed } else { SyncOutcome::Unchanged }))
    }

    async fn read_and_take<S>(&self, ingest: &mut Ingest<'_>, live: &Live, name: &str, body: S) -> Result<(), SyncError>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        let (feeder, feed) = feed::pipe();
        let (items, mut ready) = mpsc::channel(ITEMS);
        let reading = Reading {
            name: name.to_owned(),
            catalog: self.catalog(),
            spool: self.config.data_directory.join(format!("import-{}", live.run)),
            items,
        };
        let thread = tokio::task::spawn_blocking(move || reading.run(feed));
        let take = async {
            // Dropped with this, so that the thread ends when storing fails.
            while let Some(item) = ready.recv().await {
                if ingest.take(item).await.map_err(SyncError::Import)? {
                    let so_far = ingest.summary();
                    live.progress.item(&format!("{} documents, {} refused", so_far.documents, so_far.quarantined));
                }
            }
            drop(ready);
            Ok::<(), SyncError>(())
        };
        let ((), taken) = tokio::join!(feeder.run(body, |bytes| live.progress.fetched(bytes)), take);
        taken?;
        thread.await.map_err(|_| SyncError::Defect)?.map_err(SyncError::File)?;
        Ok(())
    }

    /// The source that stands for imported files; made when there is none.
    pub(crate) async fn catalog_file_source(&self, caller: &Caller) -> SiteResult<SourceRecord> {
        if let Some(known) = self.sources.of_kind(SourceKind::CatalogFile) {
            return Ok(known);
        }
        let _one_at_a_time = self.sync.commit.lock().await;
        if let Some(known) = self.sources.of_kind(SourceKind::CatalogFile) {
            return Ok(known);
        }
        let all = self.sources.all();
        let name = free_name(SOURCE_NAME, |name| all.iter().any(|source| source.name == name));
        let record = catalog_file_record(sluice_model::SourceId(self.host.new_id()), name, self.now())?;
        let (new, entry) = (record.clone(), self.audit_entry(caller, "source.create", &record.name, "imported files"));
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                source::insert(tx, &new).await?;
                audit::append(tx, entry).await.map(drop)
            })
        });
        write.await?;
        self.reload_sources().await?;
        Ok(record)
    }

    async fn note_import(&self, caller: &Caller, name: &str) {
        let entry = self.audit_entry(caller, "catalog.import", name, "");
        // Not worth failing the import that has begun.
        let write = self.store.write(move |tx| Box::pin(async move { audit::append(tx, entry).await }));
        if let Err(error) = write.await {
            tracing::error!(%error, "the start of an import is not in the audit");
        }
    }
}

/// Why an import ended, for who started it.
fn refusal(error: &SyncError) -> SiteError {
    match error {
        SyncError::File(ImportError::Container(ContainerError::Spool(_))) => {
            SiteError::unavailable(error.sentence(), error.fix())
        }
        SyncError::File(_) => SiteError::invalid("body", error.sentence(), error.fix()),
        SyncError::Stopping => SiteError::unavailable("the site is stopping", "Import the file again when it runs."),
        other => SiteError::unavailable(format!("the import failed: {}", chain(other)), other.fix()),
    }
}
