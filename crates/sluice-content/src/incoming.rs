//! A file on its way in: under a temporary name until its content is known to be right.

use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use crate::error::ContentError;
use crate::hashes::{Digests, Hashes};

/// Bytes read, hashed and written at a time.
const PIECE: usize = 256 << 10;

/// An unfinished file; removed when it is dropped before [`Incoming::keep`].
pub(crate) struct Incoming {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl Incoming {
    pub(crate) fn create(path: PathBuf) -> Result<Self, ContentError> {
        let file = File::create_new(&path).map_err(ContentError::file("creating", &path))?;
        Ok(Self { path, file, kept: false })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Copies everything, hashing it; stops at the first byte beyond the expected size.
    pub(crate) fn fill(&mut self, reader: &mut dyn Read, size: Option<u64>) -> Result<Digests, ContentError> {
        let mut hashes = Hashes::new();
        let file = &mut self.file;
        let path = &self.path;
        read_all(reader, |piece| {
            hashes.update(piece);
            let found = hashes.size();
            if let Some(expected) = size.filter(|expected| found > *expected) {
                return Err(ContentError::Size { expected, found });
            }
            file.write_all(piece).map_err(ContentError::file("writing", path))
        })?;
        let digests = hashes.finish();
        match size.filter(|expected| digests.size != *expected) {
            Some(expected) => Err(ContentError::Size { expected, found: digests.size }),
            None => Ok(digests),
        }
    }

    /// Makes it durable and gives it its name, replacing what is there.
    pub(crate) fn keep(mut self, target: &Path) -> Result<(), ContentError> {
        keep(&self.file, &self.path, target)?;
        self.kept = true;
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

/// Hands everything on, piece by piece.
pub(crate) fn read_all(
    reader: &mut dyn Read,
    mut on_piece: impl FnMut(&[u8]) -> Result<(), ContentError>,
) -> Result<(), ContentError> {
    let mut buffer = vec![0; PIECE];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => on_piece(buffer.get(..read).unwrap_or_default())?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ContentError::Read(error)),
        }
    }
}

/// Makes a file durable and gives it its name, replacing what is there.
pub(crate) fn keep(file: &File, path: &Path, target: &Path) -> Result<(), ContentError> {
    file.sync_all().map_err(ContentError::file("writing", path))?;
    let Some(folder) = target.parent() else { return Ok(()) };
    let new = !folder.exists();
    fs::create_dir_all(folder).map_err(ContentError::file("creating", folder))?;
    if let Some(above) = folder.parent().filter(|_| new) {
        sync_directory(above)?;
    }
    fs::rename(path, target).map_err(ContentError::file("naming", target))?;
    sync_directory(folder)
}

/// Makes new and changed names in a directory durable.
fn sync_directory(directory: &Path) -> Result<(), ContentError> {
    File::open(directory).and_then(|d| d.sync_all()).map_err(ContentError::file("writing", directory))
}
