//! Files in a bucket of an S3-compatible store.
//!
//! What is there is known from a list that is read at the start and now and then, and kept up with
//! what this program does. Requests are signed by `rusty-s3`; addresses with signatures are never
//! logged.

mod location;
mod request;

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use bytes::Bytes;
use jiff::Timestamp;
use rusty_s3::actions::{CreateMultipartUpload, ListObjectsV2};
use tokio::runtime::Handle;

use crate::error::ContentError;
use crate::name::ContentName;
use crate::store::Listed;
pub use location::{S3Credentials, S3Location};
use request::Requests;

/// A file up to this size is uploaded at once, and larger ones in parts of at least this size.
const PART: u64 = 16 << 20;
/// Most parts of an upload: the protocol allows 10,000.
const MAX_PARTS: u64 = 9_000;
/// Most files in a bucket that are looked at; a catalog of everything has fewer.
const MAX_OBJECTS: usize = 2_000_000;

/// Tells the time that requests are signed at.
pub type SigningClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A bucket.
pub struct S3Store {
    location: S3Location,
    requests: Requests,
    runtime: Handle,
    clock: SigningClock,
    known: RwLock<HashMap<ContentName, (u64, SystemTime)>>,
}

impl std::fmt::Debug for S3Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "S3Store({})", self.location)
    }
}

impl S3Store {
    /// A bucket; requests run on `runtime`, whose threads must not call the methods of this.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(
        location: S3Location,
        credentials: &S3Credentials,
        clock: SigningClock,
        runtime: Handle,
    ) -> Result<Self, ContentError> {
        let requests = Requests::new(location.bucket.clone(), credentials, Arc::clone(&clock))?;
        Ok(Self { location, requests, runtime, clock, known: RwLock::default() })
    }

    /// For people.
    pub(crate) fn title(&self) -> String {
        self.location.to_string()
    }

    fn key(&self, name: &ContentName) -> String {
        self.location.key(&name.path().to_string_lossy())
    }

    /// Size and age of a file, if it is there.
    pub(crate) fn known(&self, name: &ContentName) -> Option<(u64, SystemTime)> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    /// Whether the bucket answers.
    pub(crate) fn probe(&self) -> Result<(), ContentError> {
        self.runtime.block_on(self.page(None, 1)).map(drop)
    }

    /// Reads the list of what is there.
    pub(crate) fn refresh(&self) -> Result<(), ContentError> {
        let found = self.runtime.block_on(self.list())?;
        let found = found.into_iter().map(|file| (file.name, (file.size, file.modified))).collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = found;
        Ok(())
    }

    /// What is there as far as it is known.
    pub(crate) fn listed(&self) -> Vec<Listed> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let listed = |(name, (size, modified)): (&ContentName, &(u64, SystemTime))| Listed {
            name: name.clone(),
            size: *size,
            modified: *modified,
        };
        known.iter().map(listed).collect()
    }

    async fn page(&self, token: Option<&str>, most: usize) -> Result<(Vec<Listed>, Option<String>), ContentError> {
        let prefix = if self.location.prefix.is_empty() { String::new() } else { self.location.key("") };
        let text = self.requests.list(&prefix, token, most).await?;
        let answer = ListObjectsV2::parse_response(&text).map_err(|e| self.unreadable("listing the bucket", e))?;
        let file = |object: rusty_s3::actions::list_objects_v2::ListObjectsContent| {
            let path = object.key.strip_prefix(&prefix)?;
            let name = ContentName::parse(path.rsplit('/').next()?)?;
            let modified: Option<Timestamp> = object.last_modified.and_then(|text| text.parse().ok());
            let modified = modified.unwrap_or(Timestamp::UNIX_EPOCH).into();
            // Anything else is not ours.
            (name.path().to_str() == Some(path)).then(|| Listed { name, size: object.size.unwrap_or(0), modified })
        };
        Ok((answer.contents.into_iter().filter_map(file).collect(), answer.next_continuation_token))
    }

    async fn list(&self) -> Result<Vec<Listed>, ContentError> {
        let (mut all, mut token) = (Vec::new(), None);
        loop {
            let (files, next) = self.page(token.as_deref(), 1000).await?;
            all.extend(files);
            if next.is_none() || all.len() >= MAX_OBJECTS {
                return Ok(all);
            }
            token = next;
        }
    }

    /// Uploads a file; it is there when this returns, and not before.
    pub(crate) fn put(&self, path: &Path, name: &ContentName, size: u64) -> Result<(), ContentError> {
        let file = File::open(path).map_err(ContentError::file("opening", path))?;
        let key = self.key(name);
        if size <= PART {
            let bytes = piece(&file, path, 0, size)?;
            self.runtime.block_on(self.requests.put(&key, bytes))?;
        } else {
            self.put_parts(&file, path, &key, size)?;
        }
        let there = self.runtime.block_on(self.requests.size(&key))?;
        if there != Some(size) {
            return Err(ContentError::Size { expected: size, found: there.unwrap_or(0) });
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(name.clone(), (size, (self.clock)().into()));
        Ok(())
    }

    fn put_parts(&self, file: &File, path: &Path, key: &str, size: u64) -> Result<(), ContentError> {
        let answer = self.runtime.block_on(self.requests.begin(key))?;
        let answer = CreateMultipartUpload::parse_response(&answer);
        let answer = answer.map_err(|e| self.unreadable("beginning an upload", e))?;
        let upload = answer.upload_id();
        let sent = (|| {
            let step = PART.max(size.div_ceil(MAX_PARTS));
            let mut tags = Vec::new();
            let mut at = 0;
            for number in 1_u16.. {
                if at >= size {
                    break;
                }
                let bytes = piece(file, path, at, step.min(size - at))?;
                at += bytes.len() as u64;
                tags.push(self.runtime.block_on(self.requests.part(key, upload, number, bytes))?);
            }
            self.runtime.block_on(self.requests.complete(key, upload, &tags))
        })();
        if sent.is_err() {
            // What stays is not visible, and the bucket's own rules remove it.
            let _left = self.runtime.block_on(self.requests.abort(key, upload));
        }
        sent
    }

    /// Fills a buffer from a place in a file.
    pub(crate) fn read(&self, name: &ContentName, buffer: &mut [u8], at: u64) -> Result<(), ContentError> {
        let wanted = buffer.len() as u64;
        let bytes = self.runtime.block_on(self.requests.range(&self.key(name), at, wanted))?;
        if bytes.len() != buffer.len() {
            return Err(ContentError::Size { expected: wanted, found: bytes.len() as u64 });
        }
        buffer.copy_from_slice(&bytes);
        Ok(())
    }

    /// Removes a file; false when it was not known.
    pub(crate) fn remove(&self, name: &ContentName) -> Result<bool, ContentError> {
        if self.known(name).is_none() {
            return Ok(false);
        }
        self.runtime.block_on(self.requests.delete(&self.key(name)))?;
        Ok(self.known.write().unwrap_or_else(PoisonError::into_inner).remove(name).is_some())
    }

    fn unreadable(&self, doing: &'static str, error: impl std::fmt::Display) -> ContentError {
        ContentError::Remote { doing, why: format!("the answer of {} cannot be read: {error}", self.location) }
    }
}

fn piece(file: &File, path: &Path, at: u64, len: u64) -> Result<Bytes, ContentError> {
    let mut bytes = vec![0; usize::try_from(len).unwrap_or(usize::MAX)];
    file.read_exact_at(&mut bytes, at).map_err(ContentError::file("reading", path))?;
    Ok(bytes.into())
}
