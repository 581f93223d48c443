//! A file on its way in: under a temporary name until its content is known to be right.

use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};

use crate::error::ContentError;

/// Bytes read, hashed and written at a time.
const PIECE: usize = 256 << 10;

/// An unfinished file; removed when it is dropped before [`Incoming::keep`].
pub(crate) struct Incoming {
    path: PathBuf,
    file: File,
    kept: bool,
}

/// What a file turned out to be.
pub(crate) struct Digests {
    pub(crate) size: u64,
    pub(crate) sha1: [u8; 20],
    pub(crate) sha256: [u8; 32],
}

impl Incoming {
    pub(crate) fn create(path: PathBuf) -> Result<Self, ContentError> {
        let file = File::create_new(&path).map_err(ContentError::file("creating", &path))?;
        Ok(Self { path, file, kept: false })
    }

    /// Copies everything, hashing it; stops at the first byte beyond the expected size.
    pub(crate) fn fill(&mut self, reader: &mut dyn Read, size: Option<u64>) -> Result<Digests, ContentError> {
        let (mut sha1, mut sha256) = (Context::new(&SHA1_FOR_LEGACY_USE_ONLY), Context::new(&SHA256));
        let mut buffer = vec![0; PIECE];
        let mut found = 0_u64;
        loop {
            let read = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(ContentError::Read(error)),
            };
            let piece = buffer.get(..read).unwrap_or_default();
            found = found.saturating_add(piece.len() as u64);
            if let Some(expected) = size.filter(|expected| found > *expected) {
                return Err(ContentError::Size { expected, found });
            }
            sha1.update(piece);
            sha256.update(piece);
            self.file.write_all(piece).map_err(ContentError::file("writing", &self.path))?;
        }
        if let Some(expected) = size.filter(|expected| found != *expected) {
            return Err(ContentError::Size { expected, found });
        }
        let mut digests = Digests { size: found, sha1: [0; 20], sha256: [0; 32] };
        digests.sha1.copy_from_slice(sha1.finish().as_ref());
        digests.sha256.copy_from_slice(sha256.finish().as_ref());
        Ok(digests)
    }

    /// Makes it durable and gives it its name, replacing what is there.
    pub(crate) fn keep(mut self, target: &Path) -> Result<(), ContentError> {
        self.file.sync_all().map_err(ContentError::file("writing", &self.path))?;
        if let Some(folder) = target.parent() {
            let new = !folder.exists();
            fs::create_dir_all(folder).map_err(ContentError::file("creating", folder))?;
            if let Some(above) = folder.parent().filter(|_| new) {
                sync_directory(above)?;
            }
            fs::rename(&self.path, target).map_err(ContentError::file("naming", target))?;
            self.kept = true;
            sync_directory(folder)?;
        }
        Ok(())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is removed at the next start.
            let _left = fs::remove_file(&self.path);
        }
    }
}

/// Makes new and changed names in a directory durable.
fn sync_directory(directory: &Path) -> Result<(), ContentError> {
    File::open(directory).and_then(|d| d.sync_all()).map_err(ContentError::file("writing", directory))
}
