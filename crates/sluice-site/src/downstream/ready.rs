//! A document as it goes into an answer: escaped or packed once, for all who ask.

use std::io;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use sluice_model::{RevisionId, RevisionRef};
use sluice_store::catalog::StoredDocument;
use sluice_wsus::{blob, soap};

use crate::windows::import::{PackedDocument, unpack_document};

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

/// In which form documents go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Packing {
    /// As text.
    Plain,
    /// As WSUS: long ones in cabinets.
    Cabinet,
    /// As they are stored, to another Sluice.
    Stored,
}

/// The text of a document.
#[derive(Clone, Debug)]
pub enum DocumentBody {
    /// Escaped as the text of an element, in UTF-8.
    Plain(Bytes),
    /// Base64 of a cabinet with the text in UTF-16, or of the document as it is stored.
    Packed(Bytes),
}

impl DocumentBody {
    /// Makes a document ready: packed into a cabinet when WSUS would (Q70). Takes a moment: not for async threads.
    pub(super) fn of(document: &StoredDocument, packing: Packing) -> io::Result<Self> {
        if packing == Packing::Stored {
            if !PackedDocument::is_as_stored(&document.body, document.plain_size) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a stored document is damaged"));
            }
            return Ok(Self::Packed(BASE64_STANDARD.encode(&document.body).into()));
        }
        let text = unpack_document(&document.body, document.plain_size)?;
        let text = std::str::from_utf8(&text).map_err(io::Error::other)?;
        if packing == Packing::Cabinet
            && blob::is_large(text)
            && let Ok(cabinet) = blob::pack(text)
        {
            return Ok(Self::Packed(BASE64_STANDARD.encode(cabinet).into()));
        }
        Ok(Self::Plain(soap::escape(text).into()))
    }

    /// Bytes of an answer that it takes.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Plain(bytes) | Self::Packed(bytes) => bytes.len(),
        }
    }
}
