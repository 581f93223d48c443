//! A fragment, wherever it is.

use std::io;
use std::sync::Arc;

use bytes::Bytes;

use super::FragmentKey;
use super::files::Files;
use crate::windows::memory::Recipient;

/// Where a fragment's body is.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Memory { body: Bytes, plain_size: u64, packed: bool },
    File { size: u64, plain_size: u64, packed: bool },
}

impl Place {
    /// Bytes of the body, as it is kept.
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Memory { body, .. } => body.len() as u64,
            Self::File { size, .. } => *size,
        }
    }

    /// Bytes of the body, expanded.
    pub(super) fn plain_size(&self) -> u64 {
        match self {
            Self::Memory { plain_size, .. } | Self::File { plain_size, .. } => *plain_size,
        }
    }
}

/// A fragment that can be read.
#[derive(Clone)]
pub(crate) struct StoredFragment {
    pub(super) key: FragmentKey,
    pub(super) place: Place,
    pub(super) files: Arc<Files>,
}

/// The bytes of a fragment, as they go into an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FragmentBytes {
    /// XML escaped once as the text of an element, in UTF-8; packed by Xpress when it says so.
    pub bytes: Bytes,
    /// Packed by Xpress.
    pub packed: bool,
}

impl StoredFragment {
    /// Bytes of an answer that it takes: for a client that does not unpack, it is expanded.
    pub(crate) fn size_for(&self, recipient: Recipient) -> u64 {
        if recipient.unpacks { self.place.size() } else { self.place.plain_size() }
    }

    /// Whether it is packed already. What is not is small.
    pub(crate) fn is_packed(&self) -> bool {
        match &self.place {
            Place::Memory { packed, .. } | Place::File { packed, .. } => *packed,
        }
    }

    /// Its kind, as a number, and its language.
    pub(crate) fn name(&self) -> (u8, &str) {
        (self.key.kind as u8, &self.key.language)
    }

    /// Reads it: at once from memory, else from its file, off the async threads.
    ///
    /// # Errors
    /// When neither the file nor the store can be read.
    pub(crate) async fn read(&self) -> io::Result<FragmentBytes> {
        match &self.place {
            Place::Memory { body, packed, .. } => Ok(FragmentBytes { bytes: body.clone(), packed: *packed }),
            Place::File { size, packed, .. } => {
                Ok(FragmentBytes { bytes: self.files.read(&self.key, *size).await?, packed: *packed })
            }
        }
    }
}
