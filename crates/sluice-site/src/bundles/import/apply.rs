//! From a verified bundle to what is served, in an order in which nothing is asked of devices that
//! is not there yet: documents, content, decisions.

use std::fs::File;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use sluice_bundle::{Part, Verified};
use sluice_model::{SyncExtent, SyncPhase, SyncTrigger};
use sluice_store::bundle_import;
use sluice_store::bundle_import::ImportRecord;
use tokio::sync::mpsc;

use super::check::{DECISIONS, parts_done};
use super::decisions;
use super::outcome::{BundleOutcome, BundleReport};
use super::reading::{Decisions, Found, Reading, ReadingError};
use crate::caller::Caller;
use crate::error::{SiteError, SiteResult, chain};
use crate::site::Site;
use crate::sync::{Counts, Live, SyncError, SyncOutcome, run as sync_run};
use crate::windows::import::{ImportProblem, Ingest};

/// Documents that are ready and wait to be stored. The largest have some 20 MB each.
const ITEMS: usize = 4;
/// Problems that are told at once.
const MAX_TOLD: usize = 100;

/// Imports what was chosen of a verified bundle.
pub(super) async fn run(
    site: &Arc<Site>,
    caller: &Caller,
    chosen: Vec<Part>,
    verified: Verified,
    file: File,
) -> SiteResult<BundleOutcome> {
    let source = site.catalog_file_source(caller).await?;
    let live = sync_run::claim(site, source.id, SyncExtent::Delta, SyncTrigger::Manual);
    let live = live.ok_or_else(|| SiteError::conflict("another import runs", "Wait until it is done."))?;
    let header = &verified.header;
    let title = format!("bundle {} of {}", header.sequence, header.site_name);
    live.progress.phase(SyncPhase::Updates, verified.size, &title);
    let Some(row) = sync_run::begin(site, &source, &live).await else {
        sync_run::release(site, source.id, None);
        return Err(SiteError::unavailable("the import could not begin", "Check the database: `sluice doctor`."));
    };
    let signer_name = site.signer_name(verified.signer).await.unwrap_or_default();
    let mut outcome = BundleOutcome {
        bundle: BundleReport::of(&verified, signer_name, None),
        new_updates: 0,
        new_revisions: 0,
        unchanged: 0,
        quarantined: 0,
        new_files: 0,
        decisions: 0,
        catalog_version: 0,
        problems: Vec::new(),
    };
    let work = Work { site, caller, chosen, verified: &verified, live: &live, source: source.id };
    let done = tokio::select! {
        // A defect must not leave the source in a run that never ends.
        done = AssertUnwindSafe(work.everything(file, &mut outcome)).catch_unwind() => {
            done.unwrap_or_else(|_| Err(SyncError::Defect))
        }
        () = site.stop.cancelled() => Err(SyncError::Stopping),
    };
    let changed = outcome.new_updates + outcome.new_revisions > 0;
    let result = done.map(|()| if changed { SyncOutcome::Changed } else { SyncOutcome::Unchanged });
    let counts = Counts {
        new: outcome.new_updates,
        changed: outcome.new_revisions,
        quarantined: outcome.quarantined,
        ..Counts::default()
    };
    let refused = result.as_ref().err().map(|error| {
        let message = format!("the import broke off: {}", chain(error));
        SiteError::unavailable(message, "Mend that and import the same bundle again: it goes on from there.")
    });
    let ended = sync_run::conclude(site, &source, &live, row, &result, counts).await;
    sync_run::release(site, source.id, ended);
    if let Some(refused) = refused {
        return Err(refused);
    }
    site.reload_sources().await?;
    outcome.catalog_version = site.catalog().version();
    outcome.problems.truncate(MAX_TOLD);
    Ok(outcome)
}

struct Work<'w> {
    site: &'w Arc<Site>,
    caller: &'w Caller,
    chosen: Vec<Part>,
    verified: &'w Verified,
    live: &'w Live,
    source: sluice_model::SourceId,
}

impl Work<'_> {
    async fn everything(&self, file: File, outcome: &mut BundleOutcome) -> Result<(), SyncError> {
        let decided = self.begin().await.map_err(SyncError::Import)?;
        let (found, mut ready) = mpsc::channel(ITEMS);
        let reading = Reading {
            file,
            signer: self.verified.signer,
            chosen: self.chosen.clone(),
            catalog: self.site.catalog(),
            content: Arc::clone(&self.site.content),
            found,
        };
        let thread = tokio::task::spawn_blocking(move || reading.run());
        let taken = self.take(&mut ready, decided, outcome).await;
        // The thread ends when nobody listens.
        drop(ready);
        let decisions = thread.await.map_err(|_| SyncError::Defect)?;
        taken.map_err(SyncError::Import)?;
        let decisions = decisions.map_err(|error| SyncError::Import(broke_off(&error)))?;
        self.decide(decisions, outcome).await.map_err(SyncError::Import)
    }

    /// Notes that it begins; whether its decisions may be in force since an import that broke off.
    async fn begin(&self) -> SiteResult<bool> {
        let header = &self.verified.header;
        let broke_off = bundle_import::one(&mut self.site.store.reader().await?, header.bundle).await?;
        let decided = broke_off.is_some_and(|import| import.ended_at.is_none() && import.step == DECISIONS);
        let parts: Vec<_> = self.chosen.iter().map(|part| part.slug()).collect();
        let record = ImportRecord {
            id: header.bundle,
            signer: self.verified.signer.0,
            site: header.site,
            site_name: header.site_name.clone(),
            sequence: header.sequence,
            previous: header.previous,
            created_at: header.created,
            hash: self.verified.hash,
            started_at: self.site.now(),
            started_by: self.caller.name.clone(),
            parts: parts.join(" "),
            // That they may be in force is not forgotten before it is done.
            step: if decided { DECISIONS } else { "documents" }.into(),
            ended_at: None,
            documents: self.verified.counts.documents,
            files: self.verified.counts.files,
            bytes: self.verified.size,
        };
        let object = format!("{} of {}", header.sequence, header.site_name);
        let entry = self.site.audit_entry(self.caller, "bundle.import", &object, &header.bundle.to_string());
        let write = self.site.store.write(move |tx| {
            Box::pin(async move {
                bundle_import::begin(tx, &record).await?;
                sluice_store::audit::append(tx, entry).await.map(drop)
            })
        });
        write.await?;
        Ok(decided)
    }

    async fn step(&self, step: &'static str) -> SiteResult<()> {
        let id = self.verified.header.bundle;
        Ok(self.site.store.write(move |tx| Box::pin(bundle_import::step(tx, id, step))).await?)
    }

    /// Takes in documents, serves them, and counts the files that came after them.
    async fn take(
        &self,
        ready: &mut mpsc::Receiver<Found>,
        decided: bool,
        outcome: &mut BundleOutcome,
    ) -> SiteResult<()> {
        let mut ingest = Ingest::new(self.site, self.source).await?;
        let taken = async {
            while let Some(found) = ready.recv().await {
                match found {
                    Found::Item(item) => {
                        if ingest.take(item).await? {
                            let so_far = ingest.summary();
                            let told = format!("{} documents, {} refused", so_far.documents, so_far.quarantined);
                            self.live.progress.item(&told);
                        }
                    }
                    Found::NoMoreDocuments => {
                        ingest.finish().await?;
                        if !decided {
                            self.step("content").await?;
                        }
                    }
                    Found::File { new, bytes } => {
                        outcome.new_files += u64::from(new);
                        self.live.progress.fetched(bytes);
                    }
                }
            }
            Ok(())
        };
        let taken = taken.await;
        // What was stored is served, however it ended.
        let published = ingest.publish().await;
        let summary = ingest.summary();
        outcome.new_updates = summary.new_updates;
        outcome.new_revisions = summary.new_revisions;
        outcome.unchanged = summary.unchanged;
        outcome.quarantined = summary.quarantined;
        outcome.problems = summary.problems;
        taken.and(published)
    }

    async fn decide(&self, decisions: Decisions, outcome: &mut BundleOutcome) -> SiteResult<()> {
        self.step(DECISIONS).await?;
        self.live.progress.phase(SyncPhase::Publishing, 0, "decisions");
        let settings = decisions.settings;
        let decided = decisions::apply(self.site, self.caller, self.verified, &self.chosen, decisions).await?;
        outcome.decisions = decided.changed;
        let problem = |(item, reason)| ImportProblem { item, reason };
        outcome.problems.extend(decided.problems.into_iter().map(problem));
        if let Some((targeting, cookie_life)) = settings {
            // One that is no setting here is not a reason to begin the whole import again.
            if let Err(error) = decisions::settings(self.site, self.caller, targeting, cookie_life).await {
                outcome.problems.push(ImportProblem { item: "settings".into(), reason: error.message });
            }
        }
        let parts = parts_done(self.site, &self.verified.header, &self.chosen).await?;
        let parts = parts.into_iter().map(Part::slug).collect::<Vec<_>>().join(" ");
        let (id, now) = (self.verified.header.bundle, self.site.now());
        let done = self
            .site
            .store
            .write(move |tx| Box::pin(async move { bundle_import::done(tx, id, "done", &parts, now).await }));
        Ok(done.await?)
    }
}

fn broke_off(error: &ReadingError) -> SiteError {
    let fix = if error.is_disk_full() { "Free space on the disk." } else { "Check the disk: `sluice doctor`." };
    SiteError::unavailable(chain(error), fix)
}
