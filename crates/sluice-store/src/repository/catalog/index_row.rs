//! The packed forms of a package index: its signed facts, and what it offers.

use serde::{Deserialize, Serialize};
use sluice_model::{CategoryId, IndexId, IndexKey, PackageIndex, Pocket, RevisionId};
use uuid::Uuid;

use super::{IndexEntry, micros, moment};

#[derive(Serialize, Deserialize)]
pub(super) struct IndexRow {
    product: [u8; 16],
    pocket: u8,
    point_releases: bool,
    origin: String,
    label: String,
    archive: String,
    codename: String,
    date: Option<i64>,
    not_automatic: bool,
    but_automatic_upgrades: bool,
}

const POCKETS: [Pocket; 4] = [Pocket::Base, Pocket::Updates, Pocket::Security, Pocket::Other];

fn pocket_number(pocket: Pocket) -> u8 {
    match pocket {
        Pocket::Base => 0,
        Pocket::Updates => 1,
        Pocket::Security => 2,
        Pocket::Other => 3,
    }
}

impl IndexRow {
    pub(super) fn new(index: &PackageIndex) -> Self {
        Self {
            product: index.product.0.into_bytes(),
            pocket: pocket_number(index.pocket),
            point_releases: index.point_releases,
            origin: index.origin.clone(),
            label: index.label.clone(),
            archive: index.archive.clone(),
            codename: index.codename.clone(),
            date: micros(index.date),
            not_automatic: index.not_automatic,
            but_automatic_upgrades: index.but_automatic_upgrades,
        }
    }

    pub(super) fn into_index(self, id: IndexId, key: IndexKey) -> Result<PackageIndex, String> {
        Ok(PackageIndex {
            id,
            key,
            product: CategoryId(Uuid::from_bytes(self.product)),
            pocket: POCKETS
                .get(usize::from(self.pocket))
                .copied()
                .ok_or_else(|| format!("unknown pocket {}", self.pocket))?,
            point_releases: self.point_releases,
            origin: self.origin,
            label: self.label,
            archive: self.archive,
            codename: self.codename,
            date: moment(self.date)?,
            not_automatic: self.not_automatic,
            but_automatic_upgrades: self.but_automatic_upgrades,
        })
    }
}

/// Sorted entries as differences: of revisions, and of binaries within one revision.
#[derive(Serialize, Deserialize)]
pub(super) struct ContentRow(Vec<(u32, u32)>);

impl ContentRow {
    pub(super) fn new(mut entries: Vec<IndexEntry>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        let mut last = IndexEntry { revision: RevisionId(0), binary: 0 };
        let step = |entry: IndexEntry| {
            let ahead = entry.revision.0 - last.revision.0;
            let binary = if ahead == 0 { entry.binary - last.binary } else { entry.binary };
            last = entry;
            (ahead, binary)
        };
        Self(entries.into_iter().map(step).collect())
    }

    pub(super) fn into_entries(self) -> Result<Vec<IndexEntry>, String> {
        let mut last = IndexEntry { revision: RevisionId(0), binary: 0 };
        let step = |(ahead, binary): (u32, u32)| {
            let revision = last.revision.0.checked_add(ahead)?;
            let binary = if ahead == 0 { last.binary.checked_add(binary)? } else { binary };
            last = IndexEntry { revision: RevisionId(revision), binary };
            Some(last)
        };
        self.0.into_iter().map(step).collect::<Option<_>>().ok_or_else(|| "numbers out of range".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pockets_are_two_way() {
        for (number, pocket) in (0u8..).zip(POCKETS) {
            assert_eq!(pocket_number(pocket), number);
        }
    }

    proptest! {
        #[test]
        fn contents_come_back_sorted(entries in proptest::collection::vec((0..50u32, 0..5u32), 0..100)) {
            let mut entries: Vec<_> = entries
                .into_iter()
                .map(|(revision, binary)| IndexEntry { revision: RevisionId(revision), binary })
                .collect();
            let stored = ContentRow::new(entries.clone()).into_entries();
            entries.sort_unstable();
            entries.dedup();
            prop_assert_eq!(stored, Ok(entries));
        }
    }
}
