//! Where files are, by digest.

use sluice_catalog::Catalog;
use sluice_model::{RevisionId, WindowsFile};

/// The files of the current Windows revisions, by SHA-1.
#[derive(Default)]
pub(crate) struct FileIndex {
    /// Sorted; a digest that several revisions have is there once.
    entries: Vec<Entry>,
}

struct Entry {
    sha1: [u8; 20],
    revision: RevisionId,
    /// Its place in the revision's list.
    at: u32,
}

impl FileIndex {
    pub(crate) fn of(catalog: &Catalog) -> Self {
        let mut entries = Vec::new();
        for id in catalog.current_windows() {
            let revision = RevisionId(id);
            let content = catalog.revision(revision).and_then(|update| update.content.windows());
            for (at, file) in (0..).zip(content.map_or(&[][..], |content| &content.files)) {
                entries.push(Entry { sha1: file.sha1, revision, at });
            }
        }
        entries.sort_unstable_by_key(|entry| entry.sha1);
        entries.dedup_by_key(|entry| entry.sha1);
        entries.shrink_to_fit();
        Self { entries }
    }

    /// The file with this digest.
    pub(crate) fn find<'c>(&self, catalog: &'c Catalog, sha1: &[u8; 20]) -> Option<&'c WindowsFile> {
        let at = self.entries.binary_search_by_key(sha1, |entry| entry.sha1).ok()?;
        let entry = self.entries.get(at)?;
        let content = catalog.revision(entry.revision)?.content.windows()?;
        content.files.get(usize::try_from(entry.at).ok()?)
    }
}
