//! Reading everything that is here, to find what a disk has spoiled.

use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use sluice_content::Removal;
use sluice_store::audit;

use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult, chain};
use crate::events::SiteEvent;
use crate::site::Site;

/// Damaged files that are told by name.
const MAX_TOLD: usize = 100;

/// A reading of everything, under way or the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Files read.
    pub done: u64,
    /// Files there were.
    pub total: u64,
    /// Files that were not what their names say, and were removed; the list ends at a hundred.
    pub damaged: Vec<String>,
    /// Files that could not be read, with the reason; the list ends at a hundred.
    pub unreadable: Vec<String>,
}

impl Site {
    /// Begins to read every file and to compare it with its digest. What is damaged is removed, and
    /// fetched again when it is wanted.
    ///
    /// # Errors
    /// `Forbidden`, `Conflict` while one is under way.
    pub async fn verify_content(self: &Arc<Self>, caller: &Caller) -> SiteResult<Verification> {
        caller.require(Permission::ManageSite)?;
        let began =
            Verification { started: self.now(), ended: None, done: 0, total: 0, damaged: vec![], unreadable: vec![] };
        {
            let mut last = self.fetching.verification.lock().unwrap_or_else(PoisonError::into_inner);
            if last.as_ref().is_some_and(|last| last.ended.is_none()) {
                return Err(SiteError::conflict(
                    "the content is being verified already",
                    "Watch it: `sluice content status`.",
                ));
            }
            *last = Some(began.clone());
        }
        let site = Arc::clone(self);
        let work = self.tasks.spawn_blocking(move || verify(&site));
        let site = Arc::clone(self);
        self.tasks.spawn(async move {
            // A defect ends this reading and not the next.
            let _done = work.await;
            site.note(|verification| verification.ended = Some(site.now()));
            site.fetching.plan_again();
            site.emit(SiteEvent::Content);
        });
        let entry = self.audit_entry(caller, "content.verify", "content", "");
        self.store.write(move |tx| Box::pin(async move { audit::append(tx, entry).await })).await?;
        Ok(began)
    }

    pub(super) fn verification(&self) -> Option<Verification> {
        self.fetching.verification.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, change: impl FnOnce(&mut Verification)) {
        let mut last = self.fetching.verification.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(verification) = last.as_mut() {
            change(verification);
        }
    }
}

fn verify(site: &Site) {
    let files = match site.content.list() {
        Ok(files) => files,
        Err(error) => {
            site.note(|verification| verification.unreadable.push(chain(&error)));
            return;
        }
    };
    site.note(|verification| verification.total = files.len() as u64);
    for file in files {
        if site.stop.is_cancelled() {
            return;
        }
        let read = site.content.verify(&file.name, &|| site.stop.is_cancelled());
        site.note(|verification| verification.done += 1);
        let Err(error) = read else { continue };
        if !error.is_wrong_content() {
            let text = format!("{}: {}", file.name, chain(&error));
            site.note(|verification| verification.unreadable.extend(room(&verification.unreadable).then_some(text)));
            continue;
        }
        tracing::error!(file = %file.name, error = chain(&error), "a file is damaged; it is removed");
        let removed = site.content.remove(&file.name);
        let text = match removed {
            Ok(Removal::Removed | Removal::Absent) => file.name.to_string(),
            Ok(Removal::InUse) => format!("{} (in use; verify again to remove it)", file.name),
            Err(error) => format!("{} ({})", file.name, chain(&error)),
        };
        site.note(|verification| verification.damaged.extend(room(&verification.damaged).then_some(text)));
    }
}

fn room(list: &[String]) -> bool {
    list.len() < MAX_TOLD
}
