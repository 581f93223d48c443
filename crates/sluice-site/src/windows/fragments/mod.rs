//! The pieces of metadata that clients are sent, ready to be sent: escaped and packed at import.
//!
//! Small ones are in memory, by ascending size up to a budget; larger ones are files. Readers take
//! no lock and, while the files are whole, make no call to the store. A file that is missing or
//! damaged is made again from the store, so the directory may be emptied at any time.

mod files;
mod index;
mod stored;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use sluice_model::RevisionId;
use sluice_store::catalog::{FragmentKind, StoredFragment as Row};
use sluice_store::{Store, catalog, meta};

use crate::error::SiteResult;
use crate::load::usable;
use crate::windows::memory::Recipient;
use files::Files;
use index::{Entry, Index};
pub use stored::FragmentBytes;
use stored::Place;
pub(crate) use stored::StoredFragment;

/// The language that every client gets texts in, whatever else it asks for.
const ENGLISH: &str = "en";

/// What names a fragment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FragmentKey {
    pub(crate) revision: RevisionId,
    pub(crate) kind: FragmentKind,
    /// Of a localized one, in lower case; else empty.
    pub(crate) language: String,
}

/// A fragment to be kept, with its body.
#[derive(Debug)]
pub(crate) struct NewFragment {
    pub(crate) key: FragmentKey,
    /// Length before it was packed, bytes.
    pub(crate) plain_size: u64,
    pub(crate) packed: bool,
    pub(crate) body: Vec<u8>,
}

/// All fragments.
pub(crate) struct FragmentCache {
    index: ArcSwap<Index>,
    files: Arc<Files>,
    /// Most bytes in memory.
    budget: u64,
    /// Held by whoever makes the next index.
    writing: Mutex<()>,
    /// Counts the indices.
    generation: AtomicU64,
}

impl FragmentCache {
    /// Reads what fits into the budget, and looks after the files of the rest. Bodies that do not
    /// fit are not read.
    pub(crate) async fn load(store: &Store, data_directory: &Path, budget: u64) -> SiteResult<Self> {
        let mut reader = store.reader().await?;
        let epoch = meta::epoch(&mut reader).await?;
        let mut sizes = Vec::new();
        catalog::load_fragments(&mut reader, 0, |row| {
            sizes.extend(row.ok().filter(|row| row.kind != FragmentKind::Document).map(|row| row.size));
            Ok(())
        })
        .await?;
        let largest = largest_that_fits(&mut sizes, budget);
        let mut index = Index::default();
        catalog::load_fragments(&mut reader, largest, |row| {
            if let Some(row) = usable(row).filter(|row| row.kind != FragmentKind::Document) {
                let (key, place) = placed(row, budget);
                index.put(key, place);
            }
            Ok(())
        })
        .await?;
        drop(reader);
        let directory = data_directory.join("fragments");
        let store = store.clone();
        let wanted = index.files();
        let files = tokio::task::spawn_blocking(move || Files::open(&directory, &hex::encode(epoch.id), wanted, store))
            .await
            .map_err(|error| crate::SiteError::internal("opening the files of metadata", error))?;
        Ok(Self {
            index: ArcSwap::from_pointee(index),
            files: Arc::new(files),
            budget,
            writing: Mutex::default(),
            generation: AtomicU64::new(0),
        })
    }

    /// A number that rises whenever fragments come: what was made before may lack them.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// The Core fragment of a revision.
    pub(crate) fn core(&self, revision: RevisionId) -> Option<StoredFragment> {
        self.one(revision, FragmentKind::Core)
    }

    /// Bytes of all Core fragments, as a client gets them.
    pub(crate) fn core_bytes_for(&self, recipient: Recipient) -> u64 {
        let all = self.index.load().core_bytes();
        if recipient.unpacks { all.kept } else { all.plain }
    }

    /// Bytes of the Core fragment of a revision, as a client gets it.
    pub(crate) fn core_size_for(&self, revision: RevisionId, recipient: Recipient) -> u64 {
        self.core(revision).map_or(0, |core| core.size_for(recipient))
    }

    /// The Extended fragment of a revision.
    pub(crate) fn extended(&self, revision: RevisionId) -> Option<StoredFragment> {
        self.one(revision, FragmentKind::Extended)
    }

    fn one(&self, revision: RevisionId, kind: FragmentKind) -> Option<StoredFragment> {
        let index = self.index.load();
        let place = index.entry(revision)?.place(kind)?;
        Some(self.stored(FragmentKey { revision, kind, language: String::new() }, place))
    }

    /// The texts of a revision in the languages that are asked for, each once: as asked, else
    /// without the region. English is always among them; when there is none, the first language
    /// there is (\[MS-WUSP\] 3.1.5.10; peer-wsus-rs.md §7.4, Q43).
    pub(crate) fn localized(&self, revision: RevisionId, locales: &[&str]) -> Vec<StoredFragment> {
        let index = self.index.load();
        let Some(entry) = index.entry(revision) else { return Vec::new() };
        let mut found: Vec<&(String, Place)> = Vec::new();
        for asked in locales.iter().copied().chain([ENGLISH]) {
            if let Some(texts) = entry.texts(asked)
                && !found.iter().any(|known| known.0 == texts.0)
            {
                found.push(texts);
            }
        }
        if found.is_empty() {
            found.extend(entry.localized().first());
        }
        let key = |language: &str| FragmentKey { revision, kind: FragmentKind::Localized, language: language.into() };
        found.into_iter().map(|(language, place)| self.stored(key(language), place)).collect()
    }

    fn stored(&self, key: FragmentKey, place: &Place) -> StoredFragment {
        StoredFragment { key, place: place.clone(), files: Arc::clone(&self.files) }
    }

    /// Takes in fragments that are in the store now. Writes files, so it is for blocking threads.
    /// A fragment whose file cannot be written is taken in all the same: it is read from the store
    /// when it is asked for.
    pub(crate) fn add(&self, fragments: Vec<NewFragment>) {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Index::clone(&self.index.load());
        for fragment in fragments {
            if fragment.key.kind != FragmentKind::Document {
                let NewFragment { key, plain_size, packed, body } = fragment;
                next.put(key, Place::Memory { body: body.into(), plain_size, packed });
            }
        }
        if next.in_memory() > self.budget {
            // Some room is left, so that not every addition has to look for some.
            for (key, body) in next.evict(self.budget - self.budget / 8) {
                self.files.write_or_log(&key, &body);
            }
        }
        self.index.store(Arc::new(next));
        self.generation.fetch_add(1, Ordering::Release);
    }
}

/// The largest size with which everything up to it fits into the budget.
fn largest_that_fits(sizes: &mut [u64], budget: u64) -> u64 {
    sizes.sort_unstable();
    let mut used = 0_u64;
    let mut largest = 0;
    for group in sizes.chunk_by(|a, b| a == b) {
        let Some(size) = group.first() else { continue };
        used = used.saturating_add(size.saturating_mul(group.len() as u64));
        if used > budget {
            break;
        }
        largest = *size;
    }
    largest
}

fn placed(row: Row, budget: u64) -> (FragmentKey, Place) {
    let Row { revision, kind, language, plain_size, packed, size, body } = row;
    let place = match body {
        // Without a budget even an empty one is a file.
        Some(body) if budget > 0 => Place::Memory { body: body.into(), plain_size, packed },
        _ => Place::File { size, plain_size, packed },
    };
    (FragmentKey { revision, kind, language }, place)
}

impl Entry {
    /// The texts for a language: as asked, else without the region.
    fn texts(&self, asked: &str) -> Option<&(String, Place)> {
        let in_language =
            |wanted: &str| self.localized().iter().find(|(language, _)| language.eq_ignore_ascii_case(wanted));
        in_language(asked).or_else(|| in_language(crate::windows::import::neutral(asked)))
    }
}
