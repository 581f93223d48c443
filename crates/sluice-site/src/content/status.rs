//! Where content stands, and bringing it on.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sluice_store::{audit, content_failure};

use super::asked::Asker;
use super::fetch::free_bytes;
use super::verify::Verification;
use super::wanted;
use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Where the fetching of content stands.
#[derive(Clone, Debug)]
pub struct FetchStatus {
    /// Where files are kept.
    pub place: String,
    /// Bytes that are free where files arrive.
    pub free_bytes: Option<u64>,
    /// Files that should be here by the settings.
    pub wanted: u64,
    /// Their bytes.
    pub wanted_bytes: u64,
    /// Files of them that are not.
    pub missing: u64,
    /// Their bytes.
    pub missing_bytes: u64,
    /// Files that wait for their turn.
    pub waiting: u64,
    /// Files of which no source says where they are; they must be uploaded.
    pub homeless: u64,
    /// Files that are fetched now, oldest first.
    pub running: Vec<RunningFetch>,
    /// Files that could not be fetched.
    pub failing: Vec<FailingFetch>,
    /// The last reading of everything.
    pub verification: Option<Verification>,
}

/// A file that is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningFetch {
    /// What it is called in addresses.
    pub name: String,
    /// What the update calls it.
    pub file_name: String,
    /// Bytes it has.
    pub size: u64,
    /// Bytes of it that are here.
    pub arrived: u64,
    /// Since when.
    pub since: Timestamp,
    /// From where.
    pub from: String,
}

impl RunningFetch {
    /// How long it will still take if it goes on as it did.
    #[must_use]
    pub fn remaining(&self, now: Timestamp) -> Option<SignedDuration> {
        let passed = now.duration_since(self.since).as_millis();
        let left = i128::from(self.size.saturating_sub(self.arrived));
        let millis = (passed.max(0) * left).checked_div(i128::from(self.arrived))?;
        i64::try_from(millis).ok().map(SignedDuration::from_millis)
    }
}

/// A file that could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailingFetch {
    /// What it is called in addresses.
    pub name: String,
    /// Why, and what to do.
    pub reason: String,
    /// What came was something else.
    pub wrong: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// Since when it fails.
    pub first_at: Timestamp,
    /// When it is tried again.
    pub next_at: Timestamp,
}

impl Site {
    /// Where the fetching of content stands.
    ///
    /// # Errors
    /// `Forbidden`; `Unavailable` when the content cannot be read.
    pub async fn fetch_status(&self, caller: &Caller) -> SiteResult<FetchStatus> {
        caller.require(Permission::Read)?;
        let (catalog, directory, now) = (self.catalog(), self.directory.load_full(), self.now());
        let (settings, store) = (self.fetching.settings(), Arc::clone(&self.content));
        let counting = tokio::task::spawn_blocking(move || {
            let (mut all, mut missing) = ((0, 0), (0, 0));
            for file in wanted::wanted(&catalog, &directory, &settings, now) {
                all = (all.0 + 1, all.1 + file.size);
                if store.size(&file.name)? != Some(file.size) {
                    missing = (missing.0 + 1, missing.1 + file.size);
                }
            }
            Ok::<_, sluice_content::ContentError>((all, missing))
        });
        let counted = counting.await.map_err(|error| SiteError::internal("looking at the content", error))?;
        let ((wanted, wanted_bytes), (missing, missing_bytes)) = counted.map_err(|error| {
            SiteError::unavailable("the content cannot be read", "Check its place: `sluice doctor`.").with_source(error)
        })?;
        let standing = self.fetching.standing();
        let running = standing.running.iter().map(|transfer| {
            let progress = transfer.progress();
            RunningFetch {
                name: transfer.file.name.to_string(),
                file_name: transfer.file.file_name.clone(),
                size: transfer.file.size,
                arrived: progress.arrived,
                since: transfer.since,
                from: progress.from,
            }
        });
        let failing = standing.failures.into_iter().map(|failure| FailingFetch {
            name: failure.name,
            reason: failure.reason,
            wrong: failure.wrong,
            attempts: failure.attempts,
            first_at: failure.first_at,
            next_at: failure.next_at,
        });
        Ok(FetchStatus {
            place: self.content.title(),
            free_bytes: free_bytes(self),
            wanted,
            wanted_bytes,
            missing,
            missing_bytes,
            waiting: standing.waiting,
            homeless: standing.homeless,
            running: running.collect(),
            failing: failing.collect(),
            verification: self.verification(),
        })
    }

    /// Fetches what is wanted now: files that failed are tried again, and the files with these
    /// digests, if any are given, even if nothing wants them but this. How many failed files are
    /// tried again, and how many named ones are fetched.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound` for a digest that no update has which is offered.
    pub async fn fetch_content(
        self: &Arc<Self>,
        caller: &Caller,
        sha1s: Option<Vec<[u8; 20]>>,
    ) -> SiteResult<(u64, u64)> {
        caller.require(Permission::Synchronize)?;
        let now = self.now();
        let mut named = Vec::new();
        for sha1 in sha1s.iter().flatten() {
            let view = self.windows.views.load();
            let file = view.files().find_offered(view.catalog(), sha1);
            let file = file.ok_or_else(|| SiteError::not_found("file of an update with SHA-1", hex::encode(sha1)))?;
            named.push(wanted::WantedFile::of(file));
        }
        let retried = self.fetching.retry(sha1s.as_deref(), now);
        let mut fetched = 0;
        for file in named {
            let (store, name) = (Arc::clone(&self.content), file.name.clone());
            let there = tokio::task::spawn_blocking(move || store.size(&name)).await;
            let there = there.map_err(|error| SiteError::internal("looking at the content", error))?;
            if there.ok().flatten() != Some(file.size) {
                // One that waits already, or finds no room, comes with the plan.
                self.fetching.asked(&file.name, Asker::Known, now);
                let _coming = self.fetching.demand(file, Asker::Known, now);
                fetched += 1;
            }
        }
        self.fetching.plan_again();
        let detail = format!("{retried} that failed, {fetched} by name");
        let entry = self.audit_entry(caller, "content.fetch", "content", &detail);
        self.store.write(move |tx| Box::pin(async move { audit::append(tx, entry).await })).await?;
        Ok((retried, fetched))
    }

    /// A file came by another way than fetching: how it failed is forgotten.
    pub(crate) async fn content_arrived(self: &Arc<Self>, name: &sluice_content::ContentName) -> SiteResult<()> {
        if self.fetching.failure(name).is_none() {
            return Ok(());
        }
        self.fetching.forget_failure(name);
        let text = name.to_string();
        self.store.write(move |tx| Box::pin(async move { content_failure::remove(tx, &text).await })).await?;
        super::alarm::settle(self).await
    }
}
