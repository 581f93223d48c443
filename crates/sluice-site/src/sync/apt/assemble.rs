//! From package stanzas to updates: pure, so that it can be tested without a network.

use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use sluice_catalog::Catalog;
use sluice_model::{
    BinaryPackage, CategoryId, Classification, RevisionId, Sha256, SourcePackage, Update, UpdateContent, UpdateId,
    UpdateKind,
};
use sluice_packages::deb::packages::BinaryPackage as Stanza;
use sluice_packages::digest::Digest;
use sluice_store::catalog::{OfferedBinary, RevisionRef};

/// What the indices of one product are assembled into.
pub(super) struct Assembler<'c> {
    catalog: &'c Catalog,
    product: CategoryId,
    classification: Classification,
    released: Option<Timestamp>,
    entries: Vec<Entry>,
    /// `source NUL version` → position in `entries`.
    by_source: FxHashMap<String, usize>,
    key: String,
    /// Per index: which binary of which entry it offers.
    indexes: Vec<Vec<(usize, Place)>>,
}

/// A source package version that some index offers.
struct Entry {
    id: UpdateId,
    name: String,
    version: String,
    known: Option<(RevisionId, Arc<Update>)>,
    /// Binaries the known revision lacks.
    new: Vec<BinaryPackage>,
    description: String,
    homepage: Option<String>,
}

#[derive(Clone, Copy)]
enum Place {
    Known(usize),
    New(usize),
}

/// Why a stanza is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum StanzaProblem {
    #[error("it names no SHA-256 digest")]
    NoSha256,
    #[error("the same version is known with another content; one of the two is wrong")]
    OtherContent,
}

/// The result: what to store and to publish.
pub(super) struct Assembled {
    /// New updates and new revisions of known ones.
    pub(super) updates: Vec<Arc<Update>>,
    /// How many of them were not known in any revision.
    pub(super) new: u64,
    /// What each index offers.
    pub(super) offers: Vec<Vec<OfferedBinary>>,
}

/// Where the binaries of a new revision ended up when sorted.
struct Ordinals {
    known: Vec<Option<u16>>,
    new: Vec<Option<u16>>,
}

impl<'c> Assembler<'c> {
    pub(super) fn new(
        catalog: &'c Catalog,
        product: CategoryId,
        classification: Classification,
        released: Option<Timestamp>,
    ) -> Self {
        Self {
            catalog,
            product,
            classification,
            released,
            entries: Vec::new(),
            by_source: FxHashMap::default(),
            key: String::new(),
            indexes: Vec::new(),
        }
    }

    /// Everything added from now on belongs to the next index.
    pub(super) fn begin_index(&mut self) {
        self.indexes.push(Vec::new());
    }

    pub(super) fn add(&mut self, stanza: &Stanza<'_>) -> Result<(), StanzaProblem> {
        let Digest::Sha256(sha256) = stanza.digest else { return Err(StanzaProblem::NoSha256) };
        let sha256 = Sha256(sha256);
        let position = self.entry(stanza.source, stanza.source_version);
        let Some(entry) = self.entries.get_mut(position) else { return Ok(()) };
        if entry.description.is_empty() || stanza.package == stanza.source {
            stanza.description.clone_into(&mut entry.description);
            entry.homepage = stanza.homepage.as_deref().map(str::to_owned);
        }
        let same = |b: &BinaryPackage| {
            b.name == stanza.package && b.architecture == stanza.architecture && b.version == stanza.version
        };
        let place = if let Some((ordinal, known)) = entry.known_binary(stanza) {
            if known != sha256 {
                return Err(StanzaProblem::OtherContent);
            }
            Place::Known(ordinal)
        } else if let Some(at) = entry.new.iter().position(same) {
            // The same file in the index of another architecture (`all`).
            if entry.new.get(at).is_some_and(|b| b.sha256 != sha256) {
                return Err(StanzaProblem::OtherContent);
            }
            Place::New(at)
        } else {
            entry.new.push(BinaryPackage {
                name: stanza.package.to_owned(),
                architecture: stanza.architecture.to_owned(),
                version: stanza.version.to_owned(),
                path: stanza.filename.to_owned(),
                size: stanza.size,
                sha256,
                phased_percent: stanza.phased_update_percentage,
            });
            Place::New(entry.new.len() - 1)
        };
        if let Some(index) = self.indexes.last_mut() {
            index.push((position, place));
        }
        Ok(())
    }

    fn entry(&mut self, source: &str, version: &str) -> usize {
        self.key.clear();
        self.key.push_str(source);
        self.key.push('\0');
        self.key.push_str(version);
        if let Some(position) = self.by_source.get(self.key.as_str()) {
            return *position;
        }
        let id = UpdateId::of_package(self.product, source, version);
        let known = self.catalog.update(id).map(|(revision, update)| (revision, Arc::clone(update)));
        self.entries.push(Entry {
            id,
            name: source.to_owned(),
            version: version.to_owned(),
            known,
            new: Vec::new(),
            description: String::new(),
            homepage: None,
        });
        self.by_source.insert(self.key.clone(), self.entries.len() - 1);
        self.entries.len() - 1
    }

    pub(super) fn finish(self) -> Assembled {
        let mut updates = Vec::new();
        let mut ordinals = Vec::new();
        let mut new = 0;
        let mut revisions = Vec::with_capacity(self.entries.len());
        for entry in self.entries {
            let raised =
                entry.known.as_ref().is_some_and(|(_, u)| strength(self.classification) > strength(u.classification));
            revisions.push(match &entry.known {
                Some((revision, _)) if entry.new.is_empty() && !raised => Some(RevisionRef::Stored(*revision)),
                // Only stanzas that were refused: nothing to keep.
                None if entry.new.is_empty() => None,
                known => {
                    new += u64::from(known.is_none());
                    let (update, places) = entry.into_update(self.product, self.classification, self.released);
                    updates.push(Arc::new(update));
                    ordinals.push(places);
                    Some(RevisionRef::New(updates.len() - 1))
                }
            });
        }
        let offer = |(entry, place): (usize, Place)| {
            let revision = (*revisions.get(entry)?)?;
            let binary = match (revision, place) {
                (RevisionRef::Stored(_), Place::Known(at)) => u16::try_from(at).ok()?,
                (RevisionRef::Stored(_), Place::New(_)) => return None,
                (RevisionRef::New(batch), Place::Known(at)) => (*ordinals.get(batch)?.known.get(at)?)?,
                (RevisionRef::New(batch), Place::New(at)) => (*ordinals.get(batch)?.new.get(at)?)?,
            };
            Some(OfferedBinary { revision, binary: u32::from(binary) })
        };
        let offers = self.indexes.into_iter().map(|index| index.into_iter().filter_map(offer).collect()).collect();
        Assembled { updates, new, offers }
    }
}

impl Entry {
    fn known_binary(&self, stanza: &Stanza<'_>) -> Option<(usize, Sha256)> {
        let binaries = &self.known.as_ref()?.1.content.binaries();
        let wanted = (stanza.package, stanza.architecture, stanza.version);
        let at = binaries
            .binary_search_by(|b| (b.name.as_str(), b.architecture.as_str(), b.version.as_str()).cmp(&wanted))
            .ok()?;
        Some((at, binaries.get(at)?.sha256))
    }

    fn into_update(
        self,
        product: CategoryId,
        classification: Classification,
        released: Option<Timestamp>,
    ) -> (Update, Ordinals) {
        let known = self.known.map(|(_, update)| update);
        let old = known.as_ref().map_or(&[][..], |u| u.content.binaries());
        let mut all: Vec<(BinaryPackage, Place)> =
            old.iter().cloned().enumerate().map(|(at, b)| (b, Place::Known(at))).collect();
        let mut ordinals = Ordinals { known: vec![None; old.len()], new: vec![None; self.new.len()] };
        all.extend(self.new.into_iter().enumerate().map(|(at, b)| (b, Place::New(at))));
        all.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        // No source package has near 65,536 binaries; what is beyond cannot be offered.
        all.truncate(usize::from(u16::MAX));
        let mut binaries = Vec::with_capacity(all.len());
        for (ordinal, (binary, place)) in all.into_iter().enumerate() {
            let slot = match place {
                Place::Known(at) => ordinals.known.get_mut(at),
                Place::New(at) => ordinals.new.get_mut(at),
            };
            if let Some(slot) = slot {
                *slot = u16::try_from(ordinal).ok();
            }
            binaries.push(binary);
        }
        let before = known.as_deref();
        let update = Update {
            id: self.id,
            number: before.map_or(1, |u| u.number.saturating_add(1)),
            kind: UpdateKind::Software,
            title: format!("{} {}", self.name, self.version),
            description: before.map_or(self.description, |u| u.description.clone()),
            classification: before.map_or(classification, |u| {
                if strength(classification) > strength(u.classification) { classification } else { u.classification }
            }),
            products: vec![product],
            released: before.map_or(released, |u| u.released),
            advisories: before.map_or_else(Vec::new, |u| u.advisories.clone()),
            info_url: before.map_or(self.homepage, |u| u.info_url.clone()),
            content: UpdateContent::Deb(SourcePackage { name: self.name, version: self.version, binaries }),
        };
        (update, ordinals)
    }
}

/// A version offered in several pockets has the strongest classification of them, and keeps it
/// when a pocket drops it: a security update that a point release takes up stays one.
fn strength(classification: Classification) -> u8 {
    match classification {
        Classification::SecurityUpdates => 3,
        Classification::Updates => 2,
        Classification::UpdateRollups => 1,
        _ => 0,
    }
}

#[cfg(test)]
#[path = "assemble_tests.rs"]
mod tests;
