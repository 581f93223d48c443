//! The keys of encrypted files of updates, for devices and for servers further down: in memory, so that nobody who
//! asks waits for the database. They are secrets: in no log, and in no answer but those of the two protocols.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustc_hash::{FxHashMap, FxHashSet};
use sluice_model::RevisionRef;
use sluice_store::{Store, file_key};

use crate::error::SiteResult;
use crate::load::usable;

/// Most encrypted files of a site: few updates have any.
pub(crate) const MAX_FILES: usize = 20_000;

/// Longest key, bytes. Those of AES have 32; how a server writes one down is its own.
pub(crate) const MAX_KEY: usize = 256;

/// The key of a file. No output shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct FileKey(Arc<[u8]>);

impl FileKey {
    /// The secret.
    #[must_use]
    pub fn secret(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(…)")
    }
}

/// A file that is encrypted.
#[derive(Clone, Debug)]
struct EncryptedFile {
    /// Has it, and is asked for its key.
    revision: RevisionRef,
    /// `None`: it did not come yet.
    key: Option<FileKey>,
}

type Table = FxHashMap<[u8; 20], EncryptedFile>;

/// All encrypted files.
pub(crate) struct FileKeys(ArcSwap<Table>);

impl FileKeys {
    /// As they are stored.
    pub(crate) async fn load(store: &Store) -> SiteResult<Self> {
        let mut table = Table::default();
        let mut reader = store.reader().await?;
        file_key::load(&mut reader, |row| {
            if let Some(file) = usable(row) {
                let key = file.key.map(|key| FileKey(key.into()));
                table.insert(file.sha1, EncryptedFile { revision: file.revision, key });
            }
            Ok(())
        })
        .await?;
        Ok(Self(ArcSwap::from_pointee(table)))
    }

    /// Whether a file is encrypted.
    pub(crate) fn is_encrypted(&self, sha1: &[u8; 20]) -> bool {
        self.0.load().contains_key(sha1)
    }

    /// The key of a file, if it is encrypted and the key has come.
    pub(crate) fn key(&self, sha1: &[u8; 20]) -> Option<FileKey> {
        self.0.load().get(sha1)?.key.clone()
    }

    /// Whether the key of a file is still to come.
    pub(crate) fn is_wanted(&self, sha1: &[u8; 20]) -> bool {
        self.0.load().get(sha1).is_some_and(|file| file.key.is_none())
    }

    /// How many keys are still to come.
    pub(crate) fn wanted(&self) -> usize {
        self.0.load().values().filter(|file| file.key.is_none()).count()
    }

    /// The revisions whose keys are still to come.
    pub(crate) fn revisions(&self) -> Vec<RevisionRef> {
        let table = self.0.load();
        let wanted = table.values().filter(|file| file.key.is_none()).map(|file| file.revision);
        let mut revisions: Vec<_> = wanted.collect::<FxHashSet<_>>().into_iter().collect();
        revisions.sort_unstable();
        revisions
    }

    /// Notes that the keys of files are wanted, and by which revisions, and stores it; false when there are too many to
    /// note any.
    pub(crate) async fn want(&self, store: &Store, files: Vec<([u8; 20], RevisionRef)>) -> SiteResult<bool> {
        let wanted: Vec<_> = files.into_iter().filter(|(sha1, _)| self.key(sha1).is_none()).collect();
        if wanted.is_empty() {
            return Ok(true);
        }
        if self.0.load().len() + wanted.len() > MAX_FILES {
            return Ok(false);
        }
        let rows = wanted.clone();
        store.write(move |tx| Box::pin(async move { file_key::want(tx, &rows).await })).await?;
        self.change(|table| {
            for (sha1, revision) in &wanted {
                table.insert(*sha1, EncryptedFile { revision: *revision, key: None });
            }
        });
        Ok(true)
    }

    /// Stores keys that came, and tells of them from then on.
    pub(crate) async fn put(&self, store: &Store, keys: Vec<([u8; 20], Vec<u8>)>) -> SiteResult<()> {
        let rows = keys.clone();
        store.write(move |tx| Box::pin(async move { file_key::put(tx, &rows).await })).await?;
        self.change(|table| {
            for (sha1, key) in &keys {
                if let Some(file) = table.get_mut(sha1) {
                    file.key = Some(FileKey(key.as_slice().into()));
                }
            }
        });
        Ok(())
    }

    fn change(&self, change: impl Fn(&mut Table)) {
        self.0.rcu(|table| {
            let mut next = Table::clone(table);
            change(&mut next);
            next
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_output_shows_a_key() {
        let file = EncryptedFile {
            revision: RevisionRef { update: sluice_model::UpdateId(uuid::Uuid::nil()), number: 1 },
            key: Some(FileKey(b"secret".as_slice().into())),
        };
        let shown = format!("{file:?}");
        assert!(shown.contains("FileKey(…)") && !shown.contains("115"), "{shown}");
    }
}
