//! The store: files by their digests.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::error::ContentError;
use crate::file::{ContentFile, etag};
use crate::hashes::{Digests, Hashes};
use crate::incoming::{Incoming, keep};
use crate::name::ContentName;
use crate::part::{self, Part};
use crate::readers::Readers;
use crate::s3::S3Store;

/// Where unfinished files are.
const INCOMING: &str = "incoming";
/// Where parts of files are.
const PARTS: &str = "parts";

/// Files by their digests, in a directory that nobody else writes into, or in a bucket.
#[derive(Debug)]
pub struct ContentStore {
    directory: PathBuf,
    bucket: Option<Arc<S3Store>>,
    readers: Arc<Readers>,
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

/// A file that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: ContentName,
    /// Bytes.
    pub size: u64,
    /// When it was taken in.
    pub modified: SystemTime,
}

/// What came of removing a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// It was not here.
    Absent,
    /// Somebody reads it: it stays.
    InUse,
}

impl ContentStore {
    /// Opens a directory, making it if need be, and removes what an unfinished `add` left. Parts of
    /// files stay.
    ///
    /// # Errors
    /// When the directory cannot be made, read or written into.
    pub fn open(directory: &Path) -> Result<Self, ContentError> {
        let incoming = directory.join(INCOMING);
        for folder in [&incoming, &directory.join(PARTS)] {
            fs::create_dir_all(folder).map_err(ContentError::file("creating", folder))?;
        }
        for entry in fs::read_dir(&incoming).map_err(ContentError::file("reading", &incoming))? {
            let path = entry.map_err(ContentError::file("reading", &incoming))?.path();
            fs::remove_file(&path).map_err(ContentError::file("removing", &path))?;
        }
        Ok(Self { directory: directory.to_owned(), bucket: None, readers: Arc::default(), next: AtomicU64::new(0) })
    }

    /// Opens a store whose files are in a bucket. The directory holds what is unfinished, and files
    /// that were there before. A bucket that cannot be reached is no error here: see
    /// [`Self::refresh`].
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_bucket(directory: &Path, bucket: S3Store) -> Result<Self, ContentError> {
        Ok(Self { bucket: Some(Arc::new(bucket)), ..Self::open(directory)? })
    }

    /// Where files are, for people; no secret is in it.
    #[must_use]
    pub fn title(&self) -> String {
        self.bucket.as_ref().map_or_else(|| self.directory.display().to_string(), |bucket| bucket.title())
    }

    /// The directory that is written into.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether files are in a bucket.
    #[must_use]
    pub fn is_bucket(&self) -> bool {
        self.bucket.is_some()
    }

    /// Whether the place of the files answers.
    ///
    /// # Errors
    /// Why it does not.
    pub fn probe(&self) -> Result<(), ContentError> {
        match &self.bucket {
            Some(bucket) => bucket.probe(),
            None => fs::read_dir(&self.directory).map(drop).map_err(ContentError::file("reading", &self.directory)),
        }
    }

    /// Reads anew what is in the bucket, which others may write into. Nothing to do for a directory.
    ///
    /// # Errors
    /// When the bucket cannot be read; what is known of it stays.
    pub fn refresh(&self) -> Result<(), ContentError> {
        self.bucket.as_ref().map_or(Ok(()), |bucket| bucket.refresh())
    }

    /// Takes a file in. `file_name` gives the extension. When this returns it is stored durably, and its
    /// content is what was expected; when it fails, nothing is there that was not before.
    ///
    /// # Errors
    /// [`ContentError::Size`] and [`ContentError::Digest`] when it is not what was expected; else
    /// when it cannot be read or written.
    pub fn add(&self, reader: &mut dyn Read, file_name: &str, expected: &Expected) -> Result<Added, ContentError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut incoming = Incoming::create(self.directory.join(INCOMING).join(number.to_string()))?;
        let found = incoming.fill(reader, expected.size)?;
        found.verify(expected)?;
        let name = ContentName::of_file(found.sha1, file_name);
        // A file of another length is damaged: it is replaced.
        let new = self.size(&name)? != Some(found.size);
        if new {
            match &self.bucket {
                Some(bucket) => bucket.put(incoming.path(), &name, found.size)?,
                None => incoming.keep(&self.directory.join(name.path()))?,
            }
        }
        Ok(Added { name, size: found.size, sha256: found.sha256, new })
    }

    /// Begins or continues a file of `size` bytes. There may be one at a time of each file.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn part(&self, name: &ContentName, size: u64) -> Result<Part, ContentError> {
        Part::open(&self.directory.join(PARTS), name, size)
    }

    /// Makes a file of a part that is whole. When it is not what was expected, the part is removed.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn finish(&self, part: Part, expected: &Expected) -> Result<Added, ContentError> {
        let whole = part.size();
        let (name, path, file, hashes) = part.into_parts();
        let found = hashes.finish();
        if found.size < whole {
            return Err(ContentError::Size { expected: whole, found: found.size });
        }
        let expected = Expected { sha1: Some(name.sha1()), ..*expected };
        if let Err(error) = found.verify(&expected) {
            fs::remove_file(&path).map_err(ContentError::file("removing", &path))?;
            return Err(error);
        }
        let Digests { size, sha256, .. } = found;
        let new = self.size(&name)? != Some(size);
        match &self.bucket {
            None => keep(&file, &path, &self.directory.join(name.path()))?,
            Some(bucket) => {
                if new {
                    bucket.put(&path, &name, size)?;
                }
                fs::remove_file(&path).map_err(ContentError::file("removing", &path))?;
            }
        }
        Ok(Added { name, size, sha256, new })
    }

    /// Removes the parts of files that are not to be kept; how many bytes the others have.
    ///
    /// # Errors
    /// When they cannot be read or removed.
    pub fn prune_parts(&self, keep: impl Fn(&ContentName) -> bool) -> Result<u64, ContentError> {
        part::prune(&self.directory.join(PARTS), keep)
    }

    /// Opens a file; `None` when it is not here.
    ///
    /// # Errors
    /// When it is here and cannot be opened.
    pub fn find(&self, name: &ContentName) -> Result<Option<ContentFile>, ContentError> {
        let Some(reading) = self.readers.read(name) else { return Ok(None) };
        let path = self.directory.join(name.path());
        let file = found(File::open(&path)).map_err(ContentError::file("opening", &path))?;
        if let Some(file) = file {
            let opened = ContentFile::on_disk(name, file, reading);
            return opened.map(Some).map_err(ContentError::file("opening", &path));
        }
        let known = self.bucket.as_ref().and_then(|bucket| Some((bucket, bucket.known(name)?)));
        Ok(known.map(|(bucket, known)| ContentFile::in_bucket(name, Arc::clone(bucket), known, reading)))
    }

    /// The entity tag that a file has or will have, quotes included.
    #[must_use]
    pub fn etag(name: &ContentName) -> String {
        etag(name)
    }

    /// The size of a file in bytes; `None` when it is not here.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn size(&self, name: &ContentName) -> Result<Option<u64>, ContentError> {
        let path = self.directory.join(name.path());
        let size = found(fs::metadata(&path).map(|metadata| metadata.len()));
        let size = size.map_err(ContentError::file("looking at", &path))?;
        Ok(size.or_else(|| Some(self.bucket.as_ref()?.known(name)?.0)))
    }

    /// Every file that is here, in no order.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>, ContentError> {
        let mut all = self.bucket.as_ref().map(|bucket| bucket.listed()).unwrap_or_default();
        for folder in entries(&self.directory)? {
            let is_ours = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !folder.file_name().and_then(|name| name.to_str()).is_some_and(is_ours) {
                continue;
            }
            for path in entries(&folder)? {
                let name = path.file_name().and_then(|name| ContentName::parse(name.to_str()?));
                let Some(name) = name.filter(|name| self.directory.join(name.path()) == path) else { continue };
                // Removed meanwhile: not here.
                let metadata = found(fs::metadata(&path)).map_err(ContentError::file("looking at", &path))?;
                let Some(metadata) = metadata else { continue };
                let modified = metadata.modified().map_err(ContentError::file("looking at", &path))?;
                all.push(Listed { name, size: metadata.len(), modified });
            }
        }
        Ok(all)
    }

    /// Removes a file, unless somebody reads it.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self, name: &ContentName) -> Result<Removal, ContentError> {
        let Some(_leaving) = self.readers.leave(name) else { return Ok(Removal::InUse) };
        let path = self.directory.join(name.path());
        let mut removed = found(fs::remove_file(&path)).map_err(ContentError::file("removing", &path))?.is_some();
        if let Some(bucket) = &self.bucket {
            removed |= bucket.remove(name)?;
        }
        Ok(if removed { Removal::Removed } else { Removal::Absent })
    }

    /// Reads a file from end to end; `None` when it is not here.
    ///
    /// # Errors
    /// [`ContentError::Digest`] when it is not what its name says; else when it cannot be read.
    pub fn verify(&self, name: &ContentName, stop: &dyn Fn() -> bool) -> Result<Option<u64>, ContentError> {
        let Some(file) = self.find(name)? else { return Ok(None) };
        let (mut at, mut hashes) = (0, Hashes::new());
        let mut buffer = vec![0; usize::try_from(file.piece()).unwrap_or(0)];
        while at < file.len && !stop() {
            let len = usize::try_from(file.len - at).map_or(buffer.len(), |left| left.min(buffer.len()));
            let piece = buffer.get_mut(..len).unwrap_or_default();
            file.read_exact_at(piece, at).map_err(ContentError::Read)?;
            hashes.update(piece);
            at += len as u64;
        }
        if at == file.len {
            hashes.finish().verify(&Expected { sha1: Some(name.sha1()), ..Expected::default() })?;
        }
        Ok(Some(at))
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ContentError> {
    let failed = || ContentError::file("reading", folder);
    let entries = fs::read_dir(folder).map_err(failed())?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed())).collect()
}

fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
