//! GetUpdateData: the documents of revisions (\[MS-WSUSSS\] 3.1.4.6).
//!
//! Fifty servers ask for the same hundreds of thousands of bytes, batch by batch, in the same order.
//! So a document is made ready once, and a whole answer is kept for the next who asks for the same.

use std::sync::Arc;

use bytes::Bytes;
use sluice_catalog::Catalog;
use sluice_model::{RevisionId, RevisionRef};
use sluice_store::catalog::{self, FragmentKind};
use tokio::sync::{OnceCell, Semaphore};

use super::fault::{ServerFault, ServerResult};
use super::ready::{DocumentBody, ReadyDocument};
use super::remembered::Remembered;
use super::session::MAX_UPDATES;
use crate::error::{SiteError, chain};
use crate::site::Site;
use crate::windows::import::unpack_document;

/// Bytes of documents after which an answer ends; the server asks again for the rest (note 37 of
/// \[MS-WSUSSS\]).
const MAX_ANSWER: usize = 2_000_000;

/// Memory for whole answers, bytes: those of some minutes of a first synchronization, in which
/// servers that run together follow each other.
const ANSWERS: usize = 48 << 20;

/// Memory for ready documents, bytes: those that are part of several batches.
const READY: usize = 16 << 20;

/// Answers put together at a time; each has some megabytes of text under way.
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

type Key = (Box<[RevisionId]>, bool, DocumentForm);

/// What was made ready.
pub(crate) struct Documents {
    answers: Remembered<Key, Arc<OnceCell<Bytes>>>,
    ready: Remembered<(RevisionId, bool), Arc<ReadyDocument>>,
    turns: Semaphore,
}

impl Default for Documents {
    fn default() -> Self {
        Self { answers: Remembered::new(ANSWERS), ready: Remembered::new(READY), turns: Semaphore::new(AT_A_TIME) }
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
        let pack = !open.cookie.sluice && !self.downstream.settings.load().plain_documents;
        let memory = &self.downstream.documents;
        let key = (ids, pack, form);
        let cell = memory.answers.get(&key).unwrap_or_else(|| {
            let cell = Arc::new(OnceCell::new());
            // Counted by what it will be at most, in nearly all cases.
            memory.answers.put(key.clone(), Arc::clone(&cell), MAX_ANSWER);
            cell
        });
        let make = || async {
            let _turn = memory.turns.acquire().await.map_err(|_| ServerFault::Internal)?;
            let documents = self.ready_documents(&catalog, &key.0, pack).await?;
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
        pack: bool,
    ) -> ServerResult<UpdateDocuments> {
        let mut answer = UpdateDocuments::default();
        let mut size = 0;
        for id in ids {
            let document = match self.downstream.documents.ready.get(&(*id, pack)) {
                Some(ready) => ready,
                None => self.make_ready(catalog, *id, pack).await.map_err(|error| {
                    tracing::error!(
                        revision = id.0,
                        error = chain(&error),
                        "the document of a revision cannot be read"
                    );
                    ServerFault::Internal
                })?,
            };
            size += document.body.size();
            if size > MAX_ANSWER && !answer.documents.is_empty() {
                break;
            }
            answer.documents.push(document);
        }
        Ok(answer)
    }

    async fn make_ready(
        &self,
        catalog: &Arc<Catalog>,
        id: RevisionId,
        pack: bool,
    ) -> Result<Arc<ReadyDocument>, SiteError> {
        let row = catalog::fragment(&mut self.store.reader().await?, id, FragmentKind::Document, "").await?;
        let missing = || SiteError::internal("reading a document", "it is not stored");
        let (body, size) = row.and_then(|row| Some((row.body?, row.plain_size))).ok_or_else(missing)?;
        let update = catalog.revision(id).ok_or_else(missing)?;
        let revision = RevisionRef { update: update.id, number: update.number };
        let files = update.content.windows().map_or(&[][..], |content| &content.files);
        let mut digests: Vec<[u8; 20]> = files.iter().map(|file| file.sha1).collect();
        let mut seen = std::collections::HashSet::new();
        digests.retain(|digest| seen.insert(*digest));
        let work = tokio::task::spawn_blocking(move || {
            let text = unpack_document(&body, size)?;
            let text = String::from_utf8(text).map_err(std::io::Error::other)?;
            Ok::<_, std::io::Error>(DocumentBody::of(&text, pack))
        });
        let body = work.await.map_err(|e| SiteError::internal("making a document ready", e))?;
        let body = body.map_err(|e| SiteError::internal("unpacking a document", e))?;
        let size = body.size();
        let ready = Arc::new(ReadyDocument { revision, number: id, digests, body });
        self.downstream.documents.ready.put((id, pack), Arc::clone(&ready), size);
        Ok(ready)
    }
}

fn is_windows(catalog: &Catalog, id: RevisionId) -> bool {
    catalog.revision(id).is_some_and(|update| update.content.windows().is_some())
}
