//! The pieces of metadata that clients are sent, ready to be sent: escaped and packed.
//!
//! They are derived from the documents in the store: before anybody asks, as far as half of the memory for them goes
//! ([`warm`]), else when somebody asks. Then they stay in memory up to a budget, long ones in files. For what is there,
//! readers take no lock and make no call to the store.

mod derive;
mod files;
mod make;
mod slots;
mod stored;
#[cfg(test)]
mod tests;
pub(crate) mod warm;

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use sluice_model::RevisionId;
use sluice_store::{Store, catalog};
use tokio::sync::Semaphore;

use crate::error::{SiteError, SiteResult};
use crate::load::usable;
use crate::windows::memory::Recipient;
use files::Files;
pub(crate) use slots::Slots;
pub use stored::FragmentBytes;
use stored::{Body, Fragments};
pub(crate) use stored::{RevisionFragments, StoredFragment};

/// By how much a fragment is shorter than its document when it is packed, at least as a rule.
const PACKED: u64 = 4;

/// All fragments.
pub(crate) struct FragmentCache {
    slots: Arc<Slots>,
    files: Files,
    store: Store,
    /// Room for documents from which fragments are derived, MiB.
    room: Arc<Semaphore>,
}

impl FragmentCache {
    /// Takes note of all documents; none is read.
    pub(crate) async fn load(store: &Store, data_directory: &Path, budget: u64) -> SiteResult<Arc<Self>> {
        let slots = Arc::new(Slots::new(budget));
        let mut reader = store.reader().await?;
        catalog::load_document_sizes(&mut reader, RevisionId(0), |row| {
            if let Some((revision, bytes)) = usable(row) {
                slots.note(revision, bytes);
            }
            Ok(())
        })
        .await?;
        let directory = data_directory.join("fragments");
        let files = tokio::task::spawn_blocking(move || Files::open(&directory)).await;
        let files = files.map_err(|error| SiteError::internal("opening files of metadata", error))?;
        Ok(Arc::new(Self { slots, files, store: store.clone(), room: make::room() }))
    }

    /// Takes note of the document of a revision that is in the store now.
    pub(crate) fn note(&self, revision: RevisionId, bytes: u64) {
        self.slots.note(revision, bytes);
    }

    /// Which revisions have a document.
    pub(crate) fn slots(&self) -> &Arc<Slots> {
        &self.slots
    }

    /// Bytes of the document of a revision; 0 when it has none.
    pub(crate) fn document_size(&self, revision: RevisionId) -> u64 {
        self.slots.document(revision)
    }

    /// The fragments of revisions, in their order; `None` for one without metadata.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) async fn of(self: &Arc<Self>, revisions: &[RevisionId]) -> io::Result<Vec<Option<RevisionFragments>>> {
        let mut found: Vec<_> = revisions.iter().map(|revision| self.slots.get(*revision)).collect();
        if found.iter().any(Option::is_none) {
            let missing = revisions.iter().zip(&found).filter(|(_, found)| found.is_none());
            let made = self.make(missing.map(|(revision, _)| *revision).collect()).await?;
            for (revision, found) in revisions.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
                *found = made.iter().find(|(made, _)| made == revision).map(|(_, made)| Arc::clone(made));
            }
        }
        let of = |(revision, fragments): (&RevisionId, Option<Arc<Fragments>>)| {
            Some(RevisionFragments { revision: *revision, fragments: fragments?, cache: Arc::clone(self) })
        };
        Ok(revisions.iter().zip(found).map(of).collect())
    }

    /// The body of a fragment that is a file. When that is missing or damaged it is made again.
    async fn read_file(self: &Arc<Self>, fragment: &StoredFragment, size: u64) -> io::Result<Bytes> {
        let key = &fragment.key;
        match self.try_file(fragment, size).await {
            Ok(body) => return Ok(body),
            Err(error) => tracing::warn!(%error, ?key, "a file of metadata is made again"),
        }
        self.slots.forget(key.revision);
        let again = self.of(&[key.revision]).await?.pop().flatten().and_then(|found| found.one(key));
        match again.as_ref().map(|again| &again.place.body) {
            Some(Body::Memory(body)) => Ok(body.clone()),
            Some(Body::File(size)) => self.try_file(fragment, *size).await,
            None => Err(io::Error::new(io::ErrorKind::NotFound, "the fragment cannot be derived")),
        }
    }

    async fn try_file(self: &Arc<Self>, fragment: &StoredFragment, size: u64) -> io::Result<Bytes> {
        let (cache, key) = (Arc::clone(self), fragment.key.clone());
        let read = tokio::task::spawn_blocking(move || cache.files.read(&key, size)).await;
        read.map_err(io::Error::other)?.map(Bytes::from)
    }
}

/// About how many bytes of an answer the metadata of documents with so many bytes takes. It is known before anything is
/// derived, and always the same.
pub(crate) fn weight(documents: u64, recipient: Recipient) -> u64 {
    if recipient.unpacks { documents / PACKED } else { documents }
}
