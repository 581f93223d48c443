//! Files as they are served.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use std::time::SystemTime;

use crate::name::ContentName;
use crate::readers::Reading;
use crate::s3::S3Store;

/// Bytes read from a disk at a time.
const DISK_PIECE: u64 = 128 << 10;
/// Bytes read from a bucket at a time: what Delivery Optimization asks for at once.
const BUCKET_PIECE: u64 = 1 << 20;

/// A file to serve. It is not removed before it is dropped.
#[derive(Debug)]
pub struct ContentFile {
    source: Source,
    /// Bytes.
    pub len: u64,
    /// When it was taken in.
    pub modified: SystemTime,
    /// A strong entity tag (RFC 9110 §8.8.3), quotes included. It follows from the content.
    pub etag: String,
    _reading: Reading,
}

#[derive(Debug)]
enum Source {
    Disk(File),
    Bucket(Arc<S3Store>, ContentName),
}

impl ContentFile {
    pub(crate) fn on_disk(name: &ContentName, file: File, reading: Reading) -> io::Result<Self> {
        let metadata = file.metadata()?;
        let (len, modified) = (metadata.len(), metadata.modified()?);
        Ok(Self { source: Source::Disk(file), len, modified, etag: etag(name), _reading: reading })
    }

    pub(crate) fn in_bucket(
        name: &ContentName,
        bucket: Arc<S3Store>,
        (len, modified): (u64, SystemTime),
        reading: Reading,
    ) -> Self {
        let etag = etag(name);
        Self { source: Source::Bucket(bucket, name.clone()), len, modified, etag, _reading: reading }
    }

    /// How many bytes are best read at a time.
    #[must_use]
    pub fn piece(&self) -> u64 {
        match &self.source {
            Source::Disk(_) => DISK_PIECE,
            Source::Bucket(..) => BUCKET_PIECE,
        }
    }

    /// Fills a buffer from a place in the file.
    ///
    /// # Errors
    /// When it cannot be read, or ends before.
    pub fn read_exact_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        match &self.source {
            Source::Disk(file) => file.read_exact_at(buffer, at),
            Source::Bucket(bucket, name) => bucket.read(name, buffer, at).map_err(io::Error::other),
        }
    }
}

/// The entity tag of a file.
pub(crate) fn etag(name: &ContentName) -> String {
    format!("\"{name}\"")
}
