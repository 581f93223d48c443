//! The files that Windows updates are installed from: what the catalog names, and what is here.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use rustc_hash::FxHashSet;
use sluice_catalog::Catalog;
use sluice_content::{Added, ContentError, ContentName, ContentStore, Expected};
use sluice_model::{RevisionId, WindowsFile};
use sluice_store::{audit, content_file};

use super::import::feed;
use crate::caller::{Caller, Permission};
use crate::error::{SiteError, SiteResult};
use crate::site::Site;

/// Missing files that are told by name.
const MAX_TOLD: usize = 100;

/// Files of the catalog, and how many of them are here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContentStatus {
    /// Files that current updates name.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files of them that are here.
    pub present: u64,
    /// Their bytes.
    pub present_bytes: u64,
    /// The first of those that are not here, by name.
    pub missing: Vec<NamedFile>,
}

/// A file that an update names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedFile {
    /// What it is called in addresses.
    pub name: ContentName,
    /// What the update calls it.
    pub file_name: String,
    /// Bytes.
    pub size: u64,
}

impl Site {
    /// The files that are here.
    #[must_use]
    pub fn content(&self) -> &Arc<ContentStore> {
        &self.content
    }

    /// Takes in a file under its name. What the catalog says about it must be true of it, and
    /// `sha256` and `size` when they are given.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` when it is not what its name says; `Unavailable` when it cannot be
    /// written.
    pub async fn add_content<S>(
        self: &Arc<Self>,
        caller: &Caller,
        name: &ContentName,
        sha256: Option<[u8; 32]>,
        size: Option<u64>,
        body: S,
    ) -> SiteResult<Added>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    {
        caller.require(Permission::Synchronize)?;
        let (site, caller, name) = (Arc::clone(self), caller.clone(), name.clone());
        self.to_the_end(async move {
            let expected = {
                let view = site.windows.views.load();
                let named = view.files().find(view.catalog(), &name.sha1());
                Expected {
                    sha1: Some(name.sha1()),
                    sha256: sha256.or(named.and_then(|file| file.sha256)),
                    size: named.map(|file| file.size).or(size),
                }
            };
            let (feeder, mut feed) = feed::pipe();
            let (store, file_name) = (Arc::clone(&site.content), name.to_string());
            let writing = tokio::task::spawn_blocking(move || store.add(&mut feed, &file_name, &expected));
            feeder.run(body, |_| {}).await;
            let added = writing.await.map_err(|error| SiteError::internal("storing a file", error))?;
            let added = added.map_err(|error| refusal(&name, error))?;
            let entry = added.new.then(|| site.audit_entry(&caller, "content.add", &name.to_string(), ""));
            let (file, now) = (added.name.to_string(), site.now());
            site.store
                .write(move |tx| {
                    Box::pin(async move {
                        content_file::uploaded(tx, &file, now).await?;
                        match entry {
                            Some(entry) => audit::append(tx, entry).await.map(drop),
                            None => Ok(()),
                        }
                    })
                })
                .await?;
            site.content_arrived(&added.name).await?;
            Ok(added)
        })
        .await
    }

    /// Which files the catalog names, and how many of them are here.
    ///
    /// # Errors
    /// `Forbidden`; `Unavailable` when the directory cannot be read.
    pub async fn content_status(&self, caller: &Caller) -> SiteResult<ContentStatus> {
        caller.require(Permission::Read)?;
        let (catalog, store) = (self.catalog(), Arc::clone(&self.content));
        blocking(move || {
            let mut status = ContentStatus::default();
            for file in named(&catalog) {
                status.files += 1;
                status.bytes += file.size;
                if store.size(&file.name)? == Some(file.size) {
                    status.present += 1;
                    status.present_bytes += file.size;
                } else {
                    status.missing.push(file);
                }
            }
            status.missing.sort();
            status.missing.truncate(MAX_TOLD);
            Ok(status)
        })
        .await
    }

    /// Those of some files that the catalog names and that are not here, by their SHA-1.
    ///
    /// # Errors
    /// As [`Self::content_status`].
    pub async fn wanted_content(&self, caller: &Caller, sha1s: Vec<[u8; 20]>) -> SiteResult<Vec<NamedFile>> {
        caller.require(Permission::Read)?;
        let (view, store) = (self.windows.views.load(), Arc::clone(&self.content));
        blocking(move || {
            let mut wanted = Vec::new();
            let named = sha1s.iter().filter_map(|sha1| view.files().find(view.catalog(), sha1));
            for file in named.map(named_file) {
                if store.size(&file.name)? != Some(file.size) {
                    wanted.push(file);
                }
            }
            Ok(wanted)
        })
        .await
    }
}

/// Every file that a current revision names, once.
fn named(catalog: &Catalog) -> Vec<NamedFile> {
    let updates = catalog.current_windows().iter().filter_map(|id| catalog.revision(RevisionId(id)));
    let files = updates.flat_map(|update| update.content.windows().map_or(&[][..], |content| &content.files));
    let mut seen = FxHashSet::default();
    files.filter(|file| seen.insert(file.sha1)).map(named_file).collect()
}

fn named_file(file: &WindowsFile) -> NamedFile {
    let WindowsFile { name, size, sha1, .. } = file;
    NamedFile { name: ContentName::of_file(*sha1, name), file_name: name.clone(), size: *size }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, ContentError> + Send + 'static) -> SiteResult<T> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| SiteError::internal("looking at the content directory", error))?;
    done.map_err(|error| {
        SiteError::unavailable("the content directory cannot be read", "Check its disk: `sluice doctor`.")
            .with_source(error)
    })
}

fn refusal(name: &ContentName, error: ContentError) -> SiteError {
    let message = format!("{name} was not stored: {}", crate::error::chain(&error));
    if error.is_wrong_content() {
        return SiteError::invalid("body", message, "Send the file that the name belongs to, whole.");
    }
    match error {
        ContentError::Read(_) => SiteError::invalid("body", message, "Send it again."),
        error if error.is_disk_full() => {
            SiteError::unavailable(message, "Free space on the disk of the content directory.")
        }
        _ => SiteError::unavailable(message, "Check the disk of the content directory: `sluice doctor`."),
    }
}
