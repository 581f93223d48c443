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
    /// The update was withdrawn or declined: another one that has the file goes first.
    gone: bool,
}

impl FileIndex {
    pub(crate) fn of(catalog: &Catalog) -> Self {
        let mut entries = Vec::new();
        for id in catalog.current_windows() {
            let revision = RevisionId(id);
            let Some(update) = catalog.revision(revision) else { continue };
            let Some(content) = update.content.windows() else { continue };
            let gone = content.expired || catalog.is_declined(update.id);
            for (at, file) in (0..).zip(&content.files) {
                entries.push(Entry { sha1: file.sha1, revision, at, gone });
            }
        }
        entries.sort_unstable_by_key(|entry| (entry.sha1, entry.gone));
        entries.dedup_by_key(|entry| entry.sha1);
        entries.shrink_to_fit();
        Self { entries }
    }

    /// The file with this digest.
    pub(crate) fn find<'c>(&self, catalog: &'c Catalog, sha1: &[u8; 20]) -> Option<&'c WindowsFile> {
        Self::file(catalog, self.entry(sha1)?)
    }

    /// The file with this digest, if an update has it that was neither withdrawn nor declined.
    pub(crate) fn find_offered<'c>(&self, catalog: &'c Catalog, sha1: &[u8; 20]) -> Option<&'c WindowsFile> {
        Self::file(catalog, self.entry(sha1).filter(|entry| !entry.gone)?)
    }

    fn entry(&self, sha1: &[u8; 20]) -> Option<&Entry> {
        let at = self.entries.binary_search_by_key(sha1, |entry| entry.sha1).ok()?;
        self.entries.get(at)
    }

    fn file<'c>(catalog: &'c Catalog, entry: &Entry) -> Option<&'c WindowsFile> {
        let content = catalog.revision(entry.revision)?.content.windows()?;
        content.files.get(usize::try_from(entry.at).ok()?)
    }
}
