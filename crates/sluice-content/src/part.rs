//! A file that comes in pieces, over several connections and lives of the process.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::error::ContentError;
use crate::hashes::Hashes;
use crate::incoming::read_all;
use crate::name::ContentName;

/// What is here of a file that is not whole yet. It stays when this is dropped, and is continued by
/// the next; there is one at a time of each file.
pub struct Part {
    name: ContentName,
    size: u64,
    path: PathBuf,
    file: File,
    hashes: Hashes,
}

impl Part {
    /// Goes on with what is there; what is there and cannot be the beginning of such a file is
    /// thrown away.
    pub(crate) fn open(folder: &Path, name: &ContentName, size: u64) -> Result<Self, ContentError> {
        let path = folder.join(format!("{name}{SEPARATOR}{size}"));
        let failed = |doing| ContentError::file(doing, &path);
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).to_owned();
        let mut file = options.open(&path).map_err(failed("creating"))?;
        let mut hashes = Hashes::new();
        let len = file.metadata().map_err(failed("looking at"))?.len();
        if len > size {
            file.set_len(0).map_err(failed("writing"))?;
        }
        read_all(&mut file, |piece| {
            hashes.update(piece);
            Ok(())
        })?;
        Ok(Self { name: name.clone(), size, path, file, hashes })
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &ContentName {
        &self.name
    }

    /// Bytes that are here.
    #[must_use]
    pub fn arrived(&self) -> u64 {
        self.hashes.size()
    }

    /// Bytes the whole file has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds bytes to the end.
    ///
    /// # Errors
    /// [`ContentError::Size`] for more bytes than the file has; else when they cannot be written: then
    /// as many may be here as before, or more, and [`Part::open`] finds out.
    pub fn write(&mut self, piece: &[u8]) -> Result<(), ContentError> {
        let found = self.arrived().saturating_add(piece.len() as u64);
        if found > self.size {
            return Err(ContentError::Size { expected: self.size, found });
        }
        self.file.write_all(piece).map_err(ContentError::file("writing", &self.path))?;
        self.hashes.update(piece);
        Ok(())
    }

    /// Throws away what is here.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn restart(&mut self) -> Result<(), ContentError> {
        let failed = ContentError::file("writing", &self.path);
        self.file.set_len(0).and_then(|()| self.file.seek(SeekFrom::Start(0))).map_err(failed)?;
        self.hashes = Hashes::new();
        Ok(())
    }

    /// A second handle, to read what has arrived.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn reader(&self) -> Result<File, ContentError> {
        File::open(&self.path).map_err(ContentError::file("opening", &self.path))
    }

    pub(crate) fn into_parts(self) -> (ContentName, PathBuf, File, Hashes) {
        (self.name, self.path, self.file, self.hashes)
    }
}

/// Between name and size in the name of a part.
const SEPARATOR: char = '-';

/// The file that a part is of.
fn name_of(path: &Path) -> Option<ContentName> {
    let (name, _) = path.file_name()?.to_str()?.split_once(SEPARATOR)?;
    ContentName::parse(name)
}

/// Removes the parts of files that are not to be kept; how many bytes the others have.
pub(crate) fn prune(folder: &Path, keep: impl Fn(&ContentName) -> bool) -> Result<u64, ContentError> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).map_err(ContentError::file("reading", folder))? {
        let entry = entry.map_err(ContentError::file("reading", folder))?;
        let path = entry.path();
        if name_of(&path).is_some_and(|name| keep(&name)) {
            bytes += entry.metadata().map_or(0, |metadata| metadata.len());
        } else if let Err(error) = fs::remove_file(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(ContentError::file("removing", &path)(error));
        }
    }
    Ok(bytes)
}
