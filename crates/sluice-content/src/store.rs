//! The directory of files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::error::ContentError;
use crate::incoming::Incoming;
use crate::name::ContentName;

/// Where unfinished files are.
const INCOMING: &str = "incoming";

/// Files by their digests, in a directory that nobody else writes into.
#[derive(Debug)]
pub struct ContentStore {
    directory: PathBuf,
    /// Numbers unfinished files.
    next: AtomicU64,
}

/// What a file must be to be taken in; what is `None` is not checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// SHA-1 (FIPS 180-4).
    pub sha1: Option<[u8; 20]>,
    /// SHA-256.
    pub sha256: Option<[u8; 32]>,
    /// Bytes.
    pub size: Option<u64>,
}

/// A file that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its name.
    pub name: ContentName,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of its content.
    pub sha256: [u8; 32],
    /// It was not there before.
    pub new: bool,
}

/// A file to serve.
#[derive(Debug)]
pub struct ContentFile {
    /// The file, at its beginning. It stays readable when it is removed meanwhile.
    pub file: File,
    /// Bytes.
    pub len: u64,
    /// When it was taken in.
    pub modified: SystemTime,
    /// A strong entity tag (RFC 9110 §8.8.3), quotes included. It follows from the content.
    pub etag: String,
}

impl ContentStore {
    /// Opens a directory, making it if need be, and removes what an unfinished `add` left.
    ///
    /// # Errors
    /// When the directory cannot be made, read or written into.
    pub fn open(directory: &Path) -> Result<Self, ContentError> {
        let incoming = directory.join(INCOMING);
        fs::create_dir_all(&incoming).map_err(ContentError::file("creating", &incoming))?;
        for entry in fs::read_dir(&incoming).map_err(ContentError::file("reading", &incoming))? {
            let path = entry.map_err(ContentError::file("reading", &incoming))?.path();
            fs::remove_file(&path).map_err(ContentError::file("removing", &path))?;
        }
        Ok(Self { directory: directory.to_owned(), next: AtomicU64::new(0) })
    }

    /// Takes a file in. `file_name` gives the extension. When this returns it is on disk, and its
    /// content is what was expected; when it fails, nothing is there that was not before.
    ///
    /// # Errors
    /// [`ContentError::Size`] and [`ContentError::Digest`] when it is not what was expected; else
    /// when it cannot be read or written.
    pub fn add(&self, reader: &mut dyn Read, file_name: &str, expected: &Expected) -> Result<Added, ContentError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut incoming = Incoming::create(self.directory.join(INCOMING).join(number.to_string()))?;
        let found = incoming.fill(reader, expected.size)?;
        verify("SHA-1", expected.sha1.as_ref().map(<[u8; 20]>::as_slice), &found.sha1)?;
        verify("SHA-256", expected.sha256.as_ref().map(<[u8; 32]>::as_slice), &found.sha256)?;
        let name = ContentName::of_file(found.sha1, file_name);
        // A file of another length is damaged: it is replaced.
        let new = self.size(&name)? != Some(found.size);
        if new {
            incoming.keep(&self.directory.join(name.path()))?;
        }
        Ok(Added { name, size: found.size, sha256: found.sha256, new })
    }

    /// Opens a file; `None` when it is not here.
    ///
    /// # Errors
    /// When it is here and cannot be opened.
    pub fn find(&self, name: &ContentName) -> Result<Option<ContentFile>, ContentError> {
        let path = self.directory.join(name.path());
        let opened = (|| {
            let file = File::open(&path)?;
            let metadata = file.metadata()?;
            let etag = format!("\"{name}\"");
            Ok(ContentFile { len: metadata.len(), modified: metadata.modified()?, file, etag })
        })();
        found(opened).map_err(ContentError::file("opening", &path))
    }

    /// The size of a file in bytes; `None` when it is not here.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn size(&self, name: &ContentName) -> Result<Option<u64>, ContentError> {
        let path = self.directory.join(name.path());
        let size = found(fs::metadata(&path).map(|metadata| metadata.len()));
        size.map_err(ContentError::file("looking at", &path))
    }

    /// Removes a file; false when it was not here. Who is reading it reads it to its end.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self, name: &ContentName) -> Result<bool, ContentError> {
        let path = self.directory.join(name.path());
        let removed = found(fs::remove_file(&path)).map_err(ContentError::file("removing", &path))?;
        Ok(removed.is_some())
    }
}

fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn verify(algorithm: &'static str, expected: Option<&[u8]>, found: &[u8]) -> Result<(), ContentError> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match expected {
        Some(expected) if expected != found => {
            Err(ContentError::Digest { algorithm, expected: hex(expected), found: hex(found) })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
