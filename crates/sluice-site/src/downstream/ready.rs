//! A document as it goes into an answer: escaped or packed once, for all who ask.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use sluice_model::{RevisionId, RevisionRef};
use sluice_wsus::{blob, soap};

/// A document as servers get it.
#[derive(Clone, Debug)]
pub struct ReadyDocument {
    /// Which revision.
    pub revision: RevisionRef,
    /// Its number here.
    pub number: RevisionId,
    /// SHA-1 of its files.
    pub digests: Vec<[u8; 20]>,
    /// The text.
    pub body: DocumentBody,
}

/// The text of a document.
#[derive(Clone, Debug)]
pub enum DocumentBody {
    /// Escaped as the text of an element, in UTF-8.
    Plain(Bytes),
    /// Base64 of a cabinet with the text in UTF-16.
    Packed(Bytes),
}

impl DocumentBody {
    /// Makes a text ready, packed when WSUS would (Q70). Takes a moment: not for async threads.
    pub(super) fn of(text: &str, pack: bool) -> Self {
        if pack
            && blob::is_large(text)
            && let Ok(cabinet) = blob::pack(text)
        {
            return Self::Packed(BASE64_STANDARD.encode(cabinet).into());
        }
        Self::Plain(soap::escape(text).into())
    }

    /// Bytes of an answer that it takes.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Plain(bytes) | Self::Packed(bytes) => bytes.len(),
        }
    }
}
