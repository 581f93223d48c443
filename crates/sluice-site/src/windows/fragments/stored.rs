//! The fragments of a revision, wherever each is.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use sluice_model::RevisionId;

use super::FragmentCache;
use crate::windows::import::neutral;
use crate::windows::memory::Recipient;

/// The language that every client gets texts in, whatever else it asks for.
const ENGLISH: &str = "en";

/// What the fragments of a revision take beside their bodies, and each of them, bytes.
const OVERHEAD: usize = 192;
const OVERHEAD_EACH: usize = 96;

/// What names a fragment.
#[derive(Clone, Debug)]
pub(crate) struct FragmentKey {
    pub(crate) revision: RevisionId,
    pub(crate) kind: FragmentKind,
    /// Of a localized one, in lower case; else empty.
    pub(crate) language: String,
}

/// What a fragment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FragmentKind {
    /// Identity, relationships and rules (`Core`).
    Core,
    /// Files and handler data (`Extended`).
    Extended,
    /// Title and description in one language (`LocalizedProperties`).
    Localized,
}

/// Where a fragment's body is.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Memory(Bytes),
    /// In a file, so many bytes.
    File(u64),
}

/// A fragment's body.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) body: Body,
    /// Bytes, expanded.
    pub(super) plain_size: u64,
    pub(super) packed: bool,
}

impl Place {
    fn size_for(&self, recipient: Recipient) -> u64 {
        match &self.body {
            _ if !recipient.unpacks => self.plain_size,
            Body::Memory(body) => body.len() as u64,
            Body::File(size) => *size,
        }
    }

    fn memory(&self) -> usize {
        match &self.body {
            Body::Memory(body) => body.len() + OVERHEAD_EACH,
            Body::File(_) => OVERHEAD_EACH,
        }
    }
}

/// The fragments of one revision.
#[derive(Debug)]
pub(crate) struct Fragments {
    pub(super) core: Place,
    pub(super) extended: Place,
    /// Texts by language, in the order in which they came.
    pub(super) localized: Box<[(Box<str>, Place)]>,
}

impl Fragments {
    /// Bytes they take in memory.
    pub(super) fn memory(&self) -> usize {
        let localized: usize = self.localized.iter().map(|(language, place)| language.len() + place.memory()).sum();
        OVERHEAD + self.core.memory() + self.extended.memory() + localized
    }

    /// The languages of the texts that are asked for, each once: as asked, else without the region. English is always
    /// among them; when there is none, the first language there is (\[MS-WUSP\] 3.1.5.10; peer-wsus-rs.md §7.4, Q43).
    fn languages(&self, locales: &[&str]) -> Vec<&(Box<str>, Place)> {
        let mut found: Vec<&(Box<str>, Place)> = Vec::new();
        for asked in locales.iter().copied().chain([ENGLISH]) {
            if let Some(texts) = self.texts(asked)
                && !found.iter().any(|known| known.0 == texts.0)
            {
                found.push(texts);
            }
        }
        if found.is_empty() {
            found.extend(self.localized.first());
        }
        found
    }

    /// The texts for a language: as asked, else without the region.
    fn texts(&self, asked: &str) -> Option<&(Box<str>, Place)> {
        let in_language =
            |wanted: &str| self.localized.iter().find(|(language, _)| language.eq_ignore_ascii_case(wanted));
        in_language(asked).or_else(|| in_language(neutral(asked)))
    }

    /// With a Core fragment of so many bytes.
    #[cfg(test)]
    pub(super) fn of_size(bytes: usize) -> Self {
        let place = |bytes| Place { body: Body::Memory(vec![0; bytes].into()), plain_size: 0, packed: false };
        Self { core: place(bytes), extended: place(0), localized: Box::default() }
    }
}

/// The fragments of a revision that was asked for.
#[derive(Clone)]
pub(crate) struct RevisionFragments {
    pub(super) revision: RevisionId,
    pub(super) fragments: Arc<Fragments>,
    pub(super) cache: Arc<FragmentCache>,
}

impl RevisionFragments {
    /// The Core fragment.
    pub(crate) fn core(&self) -> StoredFragment {
        self.stored(FragmentKind::Core, "", &self.fragments.core)
    }

    /// Bytes of an answer that the Core fragment takes.
    pub(crate) fn core_size_for(&self, recipient: Recipient) -> u64 {
        self.fragments.core.size_for(recipient)
    }

    /// The Extended fragment.
    pub(crate) fn extended(&self) -> StoredFragment {
        self.stored(FragmentKind::Extended, "", &self.fragments.extended)
    }

    /// The texts in the languages that are asked for, see [`Fragments::languages`].
    pub(crate) fn localized(&self, locales: &[&str]) -> Vec<StoredFragment> {
        let found = self.fragments.languages(locales).into_iter();
        found.map(|(language, place)| self.stored(FragmentKind::Localized, language, place)).collect()
    }

    /// The fragment of this name.
    pub(super) fn one(&self, key: &FragmentKey) -> Option<StoredFragment> {
        match key.kind {
            FragmentKind::Core => Some(self.core()),
            FragmentKind::Extended => Some(self.extended()),
            FragmentKind::Localized => {
                let (language, place) = self.fragments.localized.iter().find(|(own, _)| **own == *key.language)?;
                Some(self.stored(key.kind, language, place))
            }
        }
    }

    fn stored(&self, kind: FragmentKind, language: &str, place: &Place) -> StoredFragment {
        let key = FragmentKey { revision: self.revision, kind, language: language.to_owned() };
        StoredFragment { key, place: place.clone(), cache: Arc::clone(&self.cache) }
    }
}

/// A fragment that can be read.
#[derive(Clone)]
pub(crate) struct StoredFragment {
    pub(super) key: FragmentKey,
    pub(super) place: Place,
    cache: Arc<FragmentCache>,
}

/// The bytes of a fragment, as they go into an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FragmentBytes {
    /// XML escaped once as the text of an element, in UTF-8; packed by Xpress when it says so.
    pub bytes: Bytes,
    /// Packed by Xpress.
    pub packed: bool,
}

impl StoredFragment {
    /// Bytes of an answer that it takes: for a client that does not unpack, it is expanded.
    pub(crate) fn size_for(&self, recipient: Recipient) -> u64 {
        self.place.size_for(recipient)
    }

    /// Whether it is packed already. What is not is small.
    pub(crate) fn is_packed(&self) -> bool {
        self.place.packed
    }

    /// Its kind, as a number, and its language.
    pub(crate) fn name(&self) -> (u8, &str) {
        (self.key.kind as u8, &self.key.language)
    }

    /// Reads it: at once from memory, else from its file, off the async threads.
    ///
    /// # Errors
    /// When neither the file nor the store can be read.
    pub(crate) async fn read(&self) -> io::Result<FragmentBytes> {
        let packed = self.place.packed;
        match &self.place.body {
            Body::Memory(body) => Ok(FragmentBytes { bytes: body.clone(), packed }),
            Body::File(size) => Ok(FragmentBytes { bytes: self.cache.read_file(self, *size).await?, packed }),
        }
    }
}
