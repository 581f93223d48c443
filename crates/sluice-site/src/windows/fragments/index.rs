//! Which fragments there are, and where.

use std::sync::Arc;

use bytes::Bytes;
use sluice_model::RevisionId;
use sluice_store::catalog::FragmentKind;

use super::FragmentKey;
use super::stored::Place;

/// All fragments by revision. A clone shares what does not change.
#[derive(Clone, Default)]
pub(super) struct Index {
    /// By the number of the revision.
    entries: Vec<Option<Arc<Entry>>>,
    /// Bytes of the bodies in memory.
    in_memory: u64,
    /// Bytes of the bodies of Core fragments, wherever they are.
    core: CoreBytes,
}

/// How much there is of all Core fragments, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CoreBytes {
    /// As they are kept.
    pub(super) kept: u64,
    /// Expanded.
    pub(super) plain: u64,
}

/// The fragments of one revision.
#[derive(Clone, Default)]
pub(super) struct Entry {
    core: Option<Place>,
    extended: Option<Place>,
    localized: Vec<(String, Place)>,
}

impl Entry {
    pub(super) fn place(&self, kind: FragmentKind) -> Option<&Place> {
        match kind {
            FragmentKind::Core => self.core.as_ref(),
            FragmentKind::Extended => self.extended.as_ref(),
            FragmentKind::Localized | FragmentKind::Document => None,
        }
    }

    /// Texts by language, in the order in which they came.
    pub(super) fn localized(&self) -> &[(String, Place)] {
        &self.localized
    }

    /// Puts a fragment in its place; the one that was there.
    fn put(&mut self, kind: FragmentKind, language: String, place: Place) -> Option<Place> {
        match kind {
            FragmentKind::Core => self.core.replace(place),
            FragmentKind::Extended => self.extended.replace(place),
            FragmentKind::Localized => match self.localized.iter_mut().find(|(known, _)| *known == language) {
                Some((_, known)) => Some(std::mem::replace(known, place)),
                None => {
                    // Most have one or two, and there are many.
                    self.localized.reserve_exact(1);
                    self.localized.push((language, place));
                    None
                }
            },
            FragmentKind::Document => None,
        }
    }

    fn all(&self, revision: RevisionId) -> impl Iterator<Item = (FragmentKey, &Place)> {
        let one = |kind| move |place| (kind, "", place);
        let core = self.core.iter().map(one(FragmentKind::Core));
        let extended = self.extended.iter().map(one(FragmentKind::Extended));
        let localized = self.localized.iter().map(|(language, place)| (FragmentKind::Localized, &**language, place));
        core.chain(extended)
            .chain(localized)
            .map(move |(kind, language, place)| (FragmentKey { revision, kind, language: language.to_owned() }, place))
    }
}

impl Index {
    pub(super) fn entry(&self, revision: RevisionId) -> Option<&Entry> {
        self.entries.get(usize::try_from(revision.0).ok()?)?.as_deref()
    }

    pub(super) fn in_memory(&self) -> u64 {
        self.in_memory
    }

    pub(super) fn core_bytes(&self) -> CoreBytes {
        self.core
    }

    /// Puts a fragment in its place.
    pub(super) fn put(&mut self, key: FragmentKey, place: Place) {
        let Ok(at) = usize::try_from(key.revision.0) else { return };
        if self.entries.len() <= at {
            self.entries.resize(at + 1, None);
        }
        self.in_memory += memory(&place);
        let is_core = key.kind == FragmentKind::Core;
        if is_core {
            self.core.kept += place.size();
            self.core.plain += place.plain_size();
        }
        if let Some(entry) = self.entries.get_mut(at) {
            let entry = Arc::make_mut(entry.get_or_insert_default());
            if let Some(before) = entry.put(key.kind, key.language, place) {
                self.in_memory -= memory(&before);
                if is_core {
                    self.core.kept -= before.size();
                    self.core.plain -= before.plain_size();
                }
            }
        }
    }

    /// The fragments that are files, with the size of their bodies.
    pub(super) fn files(&self) -> Vec<(FragmentKey, u64)> {
        let size = |(key, place): (FragmentKey, &Place)| match place {
            Place::File { size, .. } => Some((key, *size)),
            Place::Memory { .. } => None,
        };
        self.all().filter_map(size).collect()
    }

    /// Makes the largest fragments files until no more than `budget` bytes are in memory; which,
    /// and their bodies.
    pub(super) fn evict(&mut self, budget: u64) -> Vec<(FragmentKey, Bytes)> {
        let body = |(key, place): (FragmentKey, &Place)| match place {
            Place::Memory { body, plain_size, packed } => Some((key, body.clone(), *plain_size, *packed)),
            Place::File { .. } => None,
        };
        let mut in_memory: Vec<_> = self.all().filter_map(body).collect();
        in_memory.sort_by(|(a_key, a, ..), (b_key, b, ..)| b.len().cmp(&a.len()).then(b_key.cmp(a_key)));
        let mut evicted = Vec::new();
        for (key, body, plain_size, packed) in in_memory {
            if self.in_memory <= budget {
                break;
            }
            self.put(key.clone(), Place::File { size: body.len() as u64, plain_size, packed });
            evicted.push((key, body));
        }
        evicted
    }

    fn all(&self) -> impl Iterator<Item = (FragmentKey, &Place)> {
        let numbered = (0..).map(RevisionId).zip(&self.entries);
        numbered.flat_map(|(revision, entry)| entry.iter().flat_map(move |entry| entry.all(revision)))
    }
}

fn memory(place: &Place) -> u64 {
    match place {
        Place::Memory { body, .. } => body.len() as u64,
        Place::File { .. } => 0,
    }
}
