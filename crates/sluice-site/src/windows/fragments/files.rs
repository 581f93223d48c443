//! Fragments as files: one each, with a checksum at its end.
//!
//! The directory is named after the epoch of the database: numbers of revisions mean nothing in
//! another one.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use flate2::Crc;
use sluice_store::catalog::FragmentKind;
use sluice_store::{Store, catalog};

use super::FragmentKey;

/// Bytes of the checksum (CRC-32, RFC 1952) behind the body.
const CHECKSUM: usize = 4;
/// What the names of unfinished files end with.
const UNFINISHED: &str = ".new";

/// The directory of files.
pub(crate) struct Files {
    directory: PathBuf,
    store: Store,
    /// Numbers unfinished files.
    next: AtomicU64,
}

impl Files {
    /// Looks after the directory: files of nothing that is `wanted`, of another length, or of
    /// another epoch go. What cannot be done is logged: every file can be made again.
    pub(super) fn open(parent: &Path, epoch: &str, wanted: Vec<(FragmentKey, u64)>, store: Store) -> Self {
        let directory = parent.join(epoch);
        let files = Self { directory, store, next: AtomicU64::new(0) };
        let wanted: HashMap<String, u64> = wanted.into_iter().map(|(key, size)| (file_name(&key), size)).collect();
        if let Err(error) = files.tidy(parent, &wanted) {
            tracing::warn!(%error, path = %parent.display(), "the files of metadata could not be looked after");
        }
        files
    }

    fn tidy(&self, parent: &Path, wanted: &HashMap<String, u64>) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        for entry in fs::read_dir(parent)? {
            let path = entry?.path();
            if path != self.directory {
                if path.is_dir() { fs::remove_dir_all(&path)? } else { fs::remove_file(&path)? }
            }
        }
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            let size = entry.file_name().to_str().and_then(|name| wanted.get(name).copied());
            if size.is_none_or(|size| entry.metadata().map(|m| m.len()).ok() != Some(size + CHECKSUM as u64)) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// The body of a fragment, from its file or, when that is missing or damaged, from the store.
    pub(super) async fn read(self: &Arc<Self>, key: &FragmentKey, size: u64) -> io::Result<Bytes> {
        let (files, wanted) = (Arc::clone(self), key.clone());
        let read = tokio::task::spawn_blocking(move || files.read_file(&wanted, size)).await;
        match read.map_err(io::Error::other)? {
            Ok(body) => Ok(body.into()),
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(%error, file = file_name(key), "a file of metadata is made again from the store");
                }
                self.make_again(key).await
            }
        }
    }

    async fn make_again(self: &Arc<Self>, key: &FragmentKey) -> io::Result<Bytes> {
        let mut reader = self.store.reader().await.map_err(io::Error::other)?;
        let row = catalog::fragment(&mut reader, key.revision, key.kind, &key.language).await;
        drop(reader);
        let body = row.map_err(io::Error::other)?.and_then(|row| row.body);
        let body =
            Bytes::from(body.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the fragment is not stored"))?);
        let (files, wanted, copy) = (Arc::clone(self), key.clone(), body.clone());
        tokio::task::spawn_blocking(move || files.write_or_log(&wanted, &copy)).await.map_err(io::Error::other)?;
        Ok(body)
    }

    fn read_file(&self, key: &FragmentKey, size: u64) -> io::Result<Vec<u8>> {
        let mut bytes = fs::read(self.directory.join(file_name(key)))?;
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the file is damaged");
        let body = bytes.len().checked_sub(CHECKSUM).filter(|body| *body as u64 == size).ok_or_else(damaged)?;
        let checksum = bytes.split_off(body);
        if checksum == sum(&bytes) { Ok(bytes) } else { Err(damaged()) }
    }

    /// Writes the file of a fragment; a failure is logged.
    pub(super) fn write_or_log(&self, key: &FragmentKey, body: &[u8]) {
        if let Err(error) = self.write(key, body) {
            tracing::warn!(%error, file = file_name(key), "a file of metadata could not be written");
        }
    }

    /// Not made durable: a file that a crash damaged is noticed, and made again.
    fn write(&self, key: &FragmentKey, body: &[u8]) -> io::Result<()> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.directory.join(format!("{number}{UNFINISHED}"));
        let written = (|| {
            let mut file = File::create(&path)?;
            file.write_all(body)?;
            file.write_all(&sum(body))?;
            fs::rename(&path, self.directory.join(file_name(key)))
        })();
        if written.is_err() {
            // Else it is removed at the next start.
            let _left = fs::remove_file(&path);
        }
        written
    }
}

/// `0000012f-core`, `0000012f-texts-pt-br`. Languages are plain tags (they are checked at import).
fn file_name(key: &FragmentKey) -> String {
    let kind = match key.kind {
        FragmentKind::Core => "core",
        FragmentKind::Extended => "extended",
        FragmentKind::Localized => "texts-",
        FragmentKind::Document => "document",
    };
    let language: String = key.language.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    format!("{:08x}-{kind}{language}", key.revision.0)
}

fn sum(body: &[u8]) -> [u8; CHECKSUM] {
    let mut crc = Crc::new();
    crc.update(body);
    crc.sum().to_le_bytes()
}
