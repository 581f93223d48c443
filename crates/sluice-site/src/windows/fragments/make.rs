//! Deriving fragments from documents in the store.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use sluice_model::RevisionId;
use sluice_store::catalog::{self, StoredDocument};
use sluice_store::meta;
use tokio::sync::Semaphore;

use super::FragmentCache;
use super::derive::{Piece, Pieces};
use super::stored::{Body, FragmentKey, FragmentKind, Fragments, Place};
use crate::windows::import::unpack_document;

/// Bodies from this length on are files.
const FILE_FROM: usize = 64 << 10;

/// Bytes of documents after which no further one is read into memory with them.
const AT_ONCE: u64 = 4 << 20;

/// Documents from which fragments are derived at a time, MiB. With fragments they take up to three times as much. One
/// that is larger is the only one.
const ROOM: u32 = 16;

type Made = Vec<(RevisionId, Arc<Fragments>)>;

/// Room for documents.
pub(super) fn room() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(ROOM as usize))
}

impl FragmentCache {
    /// Derives the fragments of those revisions that have documents, and keeps them.
    pub(super) async fn make(self: &Arc<Self>, mut missing: Vec<RevisionId>) -> io::Result<Made> {
        missing.retain(|revision| self.slots.document(*revision) > 0);
        let mut made = Vec::with_capacity(missing.len());
        let mut rest = missing.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0;
            let fit = rest.iter().take_while(|revision| {
                let fits = bytes < AT_ONCE;
                bytes += if fits { self.slots.document(**revision) } else { 0 };
                fits
            });
            let (now, later) = rest.split_at(fit.count());
            rest = later;
            self.make_some(now, bytes, &mut made).await?;
        }
        Ok(made)
    }

    async fn make_some(self: &Arc<Self>, revisions: &[RevisionId], bytes: u64, made: &mut Made) -> io::Result<()> {
        let share = u32::try_from(bytes.div_ceil(1 << 20)).unwrap_or(ROOM).min(ROOM);
        let turn = Arc::clone(&self.room).acquire_many_owned(share).await.map_err(io::Error::other)?;
        // Others may have made some meanwhile.
        let mut absent = Vec::new();
        for revision in revisions {
            match self.slots.get(*revision) {
                Some(fragments) => made.push((*revision, fragments)),
                None => absent.push(*revision),
            }
        }
        if absent.is_empty() {
            return Ok(());
        }
        let documents = self.documents(&absent).await?;
        let cache = Arc::clone(self);
        let derive = move || {
            // Until it is done, also when nobody waits for it any more.
            let _turn = turn;
            documents.iter().filter_map(|document| cache.derive(document)).collect::<Vec<_>>()
        };
        made.extend(tokio::task::spawn_blocking(derive).await.map_err(io::Error::other)?);
        Ok(())
    }

    /// The documents of revisions. One row that cannot be read stops no other.
    async fn documents(&self, revisions: &[RevisionId]) -> io::Result<Vec<StoredDocument>> {
        let read = async |revisions: &[RevisionId]| {
            let mut reader = self.store.reader().await?;
            catalog::documents_of(&mut reader, revisions).await
        };
        if let Ok(documents) = read(revisions).await {
            return Ok(documents);
        }
        let (mut documents, mut failed) = (Vec::with_capacity(revisions.len()), Vec::new());
        for revision in revisions {
            match read(&[*revision]).await {
                Ok(one) => documents.extend(one),
                Err(error) => failed.push((*revision, error)),
            }
        }
        // Is it these rows, or the database?
        let mut reader = self.store.reader().await.map_err(io::Error::other)?;
        meta::epoch(&mut reader).await.map_err(io::Error::other)?;
        for (revision, error) in failed {
            if self.slots.give_up(revision) {
                tracing::error!(%error, revision = revision.0, "the document of an update cannot be read");
            }
        }
        Ok(documents)
    }

    fn derive(&self, document: &StoredDocument) -> Option<(RevisionId, Arc<Fragments>)> {
        let pieces = match pieces_of(document) {
            Ok(pieces) => pieces,
            Err(error) => {
                if self.slots.refuse(document.id) {
                    tracing::error!(error, revision = document.id.0, "a stored document of an update cannot be read");
                }
                return None;
            }
        };
        let place = |kind, language: &str, piece: Piece| {
            let Piece { plain_size, packed, body } = piece;
            let key = || FragmentKey { revision: document.id, kind, language: language.to_owned() };
            let is_file = body.len() >= FILE_FROM && self.files.write(&key(), &body);
            let body = if is_file { Body::File(body.len() as u64) } else { Body::Memory(body.into()) };
            Place { body, plain_size, packed }
        };
        let localized = pieces.localized.into_iter().map(|(language, piece)| {
            let place = place(FragmentKind::Localized, &language, piece);
            (language.into(), place)
        });
        let fragments = Arc::new(Fragments {
            core: place(FragmentKind::Core, "", pieces.core),
            extended: place(FragmentKind::Extended, "", pieces.extended),
            localized: localized.collect(),
        });
        self.slots.put(document.id, Arc::clone(&fragments));
        Some((document.id, fragments))
    }
}

/// The fragments of a document, or why there are none. A defect that one document brings out harms no other.
fn pieces_of(document: &StoredDocument) -> Result<Pieces, String> {
    let derive = || {
        let text = unpack_document(&document.body, document.plain_size).map_err(|error| error.to_string())?;
        Pieces::of(String::from_utf8(text).map_err(|error| error.to_string())?).map_err(|error| error.to_string())
    };
    catch_unwind(AssertUnwindSafe(derive)).unwrap_or_else(|_| Err("deriving its fragments met a defect".to_owned()))
}
