//! GetUpdateData: the documents of revisions (\[MS-WSUSSS\] 3.1.4.6).
//!
//! Fifty servers ask for the same hundreds of thousands of bytes, batch by batch, in the same order.
//! So a document is made ready once, and a whole answer is kept for the next who asks for the same.

use std::sync::Arc;

use bytes::Bytes;
use rustc_hash::{FxHashMap, FxHashSet};
use sluice_catalog::Catalog;
use sluice_model::{RevisionId, RevisionRef};
use sluice_store::catalog::{self, StoredDocument};
use tokio::sync::{OnceCell, Semaphore};

use super::fault::{ServerFault, ServerResult};
use super::ready::{DocumentBody, Packing, ReadyDocument};
use super::remembered::Remembered;
use super::session::MAX_UPDATES;
use crate::error::{SiteError, SiteResult, chain};
use crate::site::Site;

/// Bytes of documents after which an answer ends; the server asks again for the rest (note 37 of
/// \[MS-WSUSSS\]).
const MAX_ANSWER: usize = 2_000_000;

/// How many times shorter a document is as it is stored, at least as a rule.
const SMALLER: u64 = 4;

/// Memory for whole answers, bytes: those of some minutes of a first synchronization, in which
/// servers that run together follow each other.
const ANSWERS: usize = 48 << 20;

/// Memory for ready documents, bytes: those that are part of several batches.
const READY: usize = 16 << 20;

/// Most answers put together at a time; each has some megabytes of text under way. Fewer on a machine with fewer cores,
/// so that devices are served as well.
const AT_A_TIME: usize = 4;

/// In which form an answer goes out; answers of one form are equal to the byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DocumentForm {
    /// SOAP 1.2 instead of 1.1.
    pub soap12: bool,
    /// Packed by Xpress.
    pub xpress: bool,
}

/// Documents for an answer.
#[derive(Clone, Debug, Default)]
pub struct UpdateDocuments {
    /// In the order asked; fewer than asked when they are long.
    pub documents: Vec<Arc<ReadyDocument>>,
}

type Key = (Box<[RevisionId]>, Packing, DocumentForm);

/// What was made ready.
pub(crate) struct Documents {
    answers: Remembered<Key, Arc<OnceCell<Bytes>>>,
    ready: Remembered<(RevisionId, Packing), Arc<ReadyDocument>>,
    turns: Semaphore,
}

impl Default for Documents {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let turns = Semaphore::new(cores.min(AT_A_TIME));
        Self { answers: Remembered::new(ANSWERS), ready: Remembered::new(READY), turns }
    }
}

impl Site {
    /// An answer with the documents of revisions, written by `write` unless an equal one is kept.
    ///
    /// # Errors
    /// Those of the cookie; `InvalidParameters` for none or too many revisions; `UnknownRevision`
    /// when one of them is not here, as WSUS; `Internal` when one cannot be read.
    pub async fn downstream_documents(
        &self,
        cookie: &[u8],
        wanted: &[RevisionRef],
        form: DocumentForm,
        write: impl FnOnce(&UpdateDocuments) -> ServerResult<Vec<u8>> + Send + 'static,
    ) -> ServerResult<Bytes> {
        let open = self.open_server(cookie)?;
        if wanted.is_empty() || wanted.len() > MAX_UPDATES {
            return Err(ServerFault::InvalidParameters("updateIds"));
        }
        let catalog = self.catalog();
        let number = |wanted: &RevisionRef| catalog.exact(*wanted).filter(|id| is_windows(&catalog, *id));
        let ids: Option<Box<[RevisionId]>> = wanted.iter().map(number).collect();
        let ids = ids.ok_or(ServerFault::UnknownRevision)?;
        let packing = match open.cookie.stored_documents {
            true => Packing::Stored,
            false if self.downstream.settings.load().plain_documents => Packing::Plain,
            false => Packing::Cabinet,
        };
        let memory = &self.downstream.documents;
        let key = (ids, packing, form);
        let cell = memory.answers.get(&key).unwrap_or_else(|| {
            let cell = Arc::new(OnceCell::new());
            // Counted by what it will be at most, in nearly all cases.
            memory.answers.put(key.clone(), Arc::clone(&cell), MAX_ANSWER);
            cell
        });
        let make = || async {
            let _turn = memory.turns.acquire().await.map_err(|_| ServerFault::Internal)?;
            let documents = self.ready_documents(&catalog, &key.0, packing).await?;
            let written = tokio::task::spawn_blocking(move || write(&documents)).await;
            let answer = Bytes::from(written.map_err(|_| ServerFault::Internal)??);
            Ok::<_, ServerFault>(answer)
        };
        let answer = cell.get_or_try_init(make).await?.clone();
        // What turned out larger is counted for what it is, and so not kept.
        memory.answers.put(key, cell, answer.len());
        Ok(answer)
    }

    async fn ready_documents(
        &self,
        catalog: &Arc<Catalog>,
        ids: &[RevisionId],
        packing: Packing,
    ) -> ServerResult<UpdateDocuments> {
        let failed = |error: SiteError| {
            tracing::error!(error = chain(&error), "documents of revisions cannot be read");
            ServerFault::Internal
        };
        let memory = &self.downstream.documents.ready;
        let mut ready: FxHashMap<RevisionId, Arc<ReadyDocument>> =
            ids.iter().filter_map(|id| Some((*id, memory.get(&(*id, packing))?))).collect();
        let missing = self.documents_that_fit(ids, &ready, packing);
        ready.extend(self.make_ready(catalog, missing, packing).await.map_err(failed)?);
        let mut answer = UpdateDocuments::default();
        let mut size = 0;
        // What was not read is behind what fits.
        for document in ids.iter().map_while(|id| ready.get(id)) {
            size += document.body.size();
            if size > MAX_ANSWER && !answer.documents.is_empty() {
                break;
            }
            answer.documents.push(Arc::clone(document));
        }
        Ok(answer)
    }

    /// Which documents have to be read: from the first on as many as an answer can hold.
    fn documents_that_fit(
        &self,
        ids: &[RevisionId],
        ready: &FxHashMap<RevisionId, Arc<ReadyDocument>>,
        packing: Packing,
    ) -> Vec<RevisionId> {
        let expected = |id: RevisionId| match self.windows.fragments.document_size(id) {
            size if packing == Packing::Stored => size / SMALLER,
            size => size,
        };
        let mut size = 0;
        let fit = ids.iter().take_while(|id| {
            let fits = size <= MAX_ANSWER as u64;
            size += ready.get(id).map_or_else(|| expected(**id), |one| one.body.size() as u64);
            fits
        });
        let mut fit: Vec<RevisionId> = fit.copied().filter(|id| !ready.contains_key(id)).collect();
        // One may be asked for twice.
        fit.sort_unstable();
        fit.dedup();
        fit
    }

    async fn make_ready(
        &self,
        catalog: &Arc<Catalog>,
        ids: Vec<RevisionId>,
        packing: Packing,
    ) -> SiteResult<Vec<(RevisionId, Arc<ReadyDocument>)>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let stored = catalog::documents_of(&mut self.store.reader().await?, &ids).await?;
        if stored.len() < ids.len() {
            return Err(SiteError::internal("reading documents", "some are not stored"));
        }
        let catalog = Arc::clone(catalog);
        let work = tokio::task::spawn_blocking(move || {
            stored.into_iter().map(|stored| made_ready(&catalog, &stored, packing)).collect::<std::io::Result<Vec<_>>>()
        });
        let made = work.await.map_err(|e| SiteError::internal("making documents ready", e))?;
        let made = made.map_err(|e| SiteError::internal("unpacking documents", e))?;
        for (id, document) in &made {
            self.downstream.documents.ready.put((*id, packing), Arc::clone(document), document.body.size());
        }
        Ok(made)
    }
}

fn made_ready(
    catalog: &Catalog,
    stored: &StoredDocument,
    packing: Packing,
) -> std::io::Result<(RevisionId, Arc<ReadyDocument>)> {
    let files = catalog.revision(stored.id).and_then(|update| update.content.windows());
    let mut digests: Vec<[u8; 20]> =
        files.into_iter().flat_map(|content| &content.files).map(|file| file.sha1).collect();
    let mut seen = FxHashSet::default();
    digests.retain(|digest| seen.insert(*digest));
    let body = DocumentBody::of(stored, packing)?;
    let ready = ReadyDocument { revision: stored.revision, number: stored.id, digests, body };
    Ok((stored.id, Arc::new(ready)))
}

fn is_windows(catalog: &Catalog, id: RevisionId) -> bool {
    catalog.revision(id).is_some_and(|update| update.content.windows().is_some())
}
