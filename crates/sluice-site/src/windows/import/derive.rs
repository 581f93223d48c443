//! Everything the site keeps of a document, made in one go on a blocking thread.

use std::borrow::Cow;
use std::sync::Arc;

use sluice_model::{RevisionRef, Update};
use sluice_store::StoreError;
use sluice_store::catalog::{MAX_PACKED_DOCUMENT, PackedUpdate};
use sluice_wsus::update::document::{LocalizedProperties, Revision};
use sluice_wsus::update::{UpdateDocument, UpdateError, decode};

use super::convert;
use super::original::PackedDocument;

/// Longest language tag. RFC 5646 §4.4.1 wants 35 characters to be enough.
const MAX_LANGUAGE: usize = 35;

/// A document, ready to be stored.
#[derive(Debug)]
pub(crate) struct Derived {
    /// The revision.
    pub(crate) update: Arc<Update>,
    /// The same, as it is stored.
    pub(crate) row: PackedUpdate,
    pub(crate) document: PackedDocument,
    /// SHA-1 of its files that are encrypted and whose keys servers give.
    pub(crate) encrypted: Vec<[u8; 20]>,
}

/// Why a well-formed document is refused all the same, or cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeriveError {
    #[error("it cannot be read")]
    Document(#[from] UpdateError),
    #[error("it has texts in the language {0:?}, which is no language tag")]
    Language(String),
    #[error("its texts in {0} are there twice")]
    LanguageTwice(String),
    #[error("it is too large: packed it has {size} bytes, more than the limit of {MAX_PACKED_DOCUMENT}")]
    TooLarge { size: usize },
    #[error("its original text cannot be compressed")]
    Compress(#[source] std::io::Error),
    #[error("what the catalog keeps of it is too large")]
    Row(#[from] StoreError),
    #[error("it cannot be unpacked")]
    Unpack(#[source] std::io::Error),
    #[error("it is not UTF-8 without a mark")]
    Encoding,
}

impl Derived {
    /// Derives everything from the text of one document.
    pub(crate) fn from_text(text: &str) -> Result<Self, DeriveError> {
        Self::new(text, || PackedDocument::of(text).map_err(DeriveError::Compress))
    }

    /// Derives everything from a document as another Sluice [keeps](PackedDocument) it.
    pub(crate) fn from_packed(bytes: Vec<u8>) -> Result<Self, DeriveError> {
        let document = PackedDocument::read(bytes).map_err(DeriveError::Unpack)?;
        let bytes = document.unpack().map_err(DeriveError::Unpack)?;
        match decode(&bytes)? {
            Cow::Borrowed(text) if text.len() == bytes.len() => Self::new(text, || Ok(document)),
            _ => Err(DeriveError::Encoding),
        }
    }

    fn new(text: &str, pack: impl FnOnce() -> Result<PackedDocument, DeriveError>) -> Result<Self, DeriveError> {
        let document = UpdateDocument::parse(text)?;
        check_languages(&document.localized)?;
        let update = Arc::new(convert::update(&document));
        let secured = document.files.iter().filter(|file| document.properties.file_decryption && file.encrypted);
        let encrypted = secured.map(|file| file.sha1).collect();
        drop(document);
        let document = pack()?;
        match document.body.len() {
            size if size > MAX_PACKED_DOCUMENT => Err(DeriveError::TooLarge { size }),
            _ => Ok(Self { row: PackedUpdate::of(&update)?, update, document, encrypted }),
        }
    }

    /// Bytes that it takes until it is stored, but for what the catalog keeps of it.
    pub(crate) fn size(&self) -> usize {
        self.document.body.len() + self.row.size()
    }

    /// Which revision it is.
    pub(crate) fn revision(&self) -> RevisionRef {
        RevisionRef { update: self.update.id, number: self.update.number }
    }
}

/// The identity a document claims, to name one that is refused.
pub(crate) fn identify(text: &str) -> Option<RevisionRef> {
    let Revision { id, number } = UpdateDocument::identify(text)?;
    Some(RevisionRef { update: id, number })
}

/// The languages of texts name what clients are sent, so that they are tags, and each is there once.
fn check_languages(localized: &[LocalizedProperties<'_>]) -> Result<(), DeriveError> {
    let usable = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    for (at, texts) in localized.iter().enumerate() {
        let language = &*texts.language;
        if language.is_empty() || language.len() > MAX_LANGUAGE || !language.bytes().all(usable) {
            return Err(DeriveError::Language(language.chars().take(MAX_LANGUAGE).collect()));
        }
        if localized.iter().take(at).any(|before| before.language.eq_ignore_ascii_case(language)) {
            return Err(DeriveError::LanguageTwice(language.to_ascii_lowercase()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::chain;

    pub(super) const OPEN: &str = "<u:Update xmlns:u=\"http://schemas.microsoft.com/msus/2002/12/Update\">\
        <u:UpdateIdentity UpdateID=\"0fa1201d-4330-4fa8-8ae9-b877473b6441\" RevisionNumber=\"7\"/>";

    fn with_languages(languages: &[&str]) -> String {
        let texts = |language: &&str| {
            format!(
                "<u:LocalizedProperties><u:Language>{language}</u:Language><u:Title>t</u:Title></u:LocalizedProperties>"
            )
        };
        let texts: String = languages.iter().map(texts).collect();
        format!("{OPEN}<u:LocalizedPropertiesCollection>{texts}</u:LocalizedPropertiesCollection></u:Update>")
    }

    #[test]
    fn the_document_is_kept_as_it_came() {
        let text = with_languages(&["en"]);
        let derived = Derived::from_text(&text).unwrap();
        assert_eq!(derived.document.unpack().unwrap(), text.as_bytes());
        assert_eq!(identify(&text), Some(derived.revision()));
    }

    #[test]
    fn a_packed_document_is_checked_before_it_is_taken() {
        let text = with_languages(&["en"]);
        let packed = Derived::from_text(&text).unwrap().document.body;
        let taken = Derived::from_packed(packed.clone()).unwrap();
        assert_eq!((taken.document.plain_size, &taken.document.body), (text.len() as u64, &packed));
        let error = |bytes: &[u8]| chain(&Derived::from_packed(bytes.to_vec()).unwrap_err());
        assert!(error(&packed[..packed.len() - 3]).starts_with("it cannot be unpacked"));
        assert!(error(&packed[..3]).starts_with("it cannot be unpacked"));
        // A frame that says nothing of its size, one that says too much, one that is too long, and more behind one.
        assert!(error(&zstd::stream::encode_all(text.as_bytes(), 1).unwrap()).contains("does not say its size"));
        let frame = |bytes: &[u8]| zstd::bulk::compress(bytes, 1).unwrap();
        assert!(error(&frame(&vec![b' '; sluice_wsus::update::MAX_DOCUMENT + 1])).contains("too large"));
        let skippable = [&[0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0], &[0; 4][..]].concat();
        for more in [&frame(b"<a/>")[..], &skippable, b"x"] {
            assert!(error(&[&packed, more].concat()).contains("something behind it"));
        }
        // What is refused as text is refused packed.
        for bytes in [
            b"<\xff>".to_vec(),
            text.replace("<u:Title>t", "<u:Title>\u{1}").into(),
            text.replace("<u:Title>t", "<u:Title>\u{fffe}").into(),
        ] {
            assert!(error(&frame(&bytes)).starts_with("it cannot be read"), "{}", error(&frame(&bytes)));
        }
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [format!("\u{feff}{text}").into_bytes(), utf16] {
            assert_eq!(error(&frame(&bytes)), "it is not UTF-8 without a mark");
        }
    }

    #[test]
    fn a_frame_of_another_kind_is_packed_again() {
        let text = format!("{}<!--{}-->", with_languages(&["en"]), "a long comment ".repeat(100_000));
        let mut compressor = zstd::bulk::Compressor::new(19).unwrap();
        compressor.set_parameter(zstd::zstd_safe::CParameter::WindowLog(27)).unwrap();
        compressor.set_parameter(zstd::zstd_safe::CParameter::ContentSizeFlag(true)).unwrap();
        let other = compressor.compress(text.as_bytes()).unwrap();
        let own = Derived::from_text(&text).unwrap().document.body;
        let taken = |bytes: &[u8]| Derived::from_packed(bytes.to_vec()).unwrap().document.body;
        assert_eq!(taken(&own), own);
        // Its window descriptor, made larger than any reader has to support.
        let mut wide = own.clone();
        assert_eq!(wide[4] & 0b10_0000, 0, "a long text has a window");
        wide[5] = 18 << 3;
        assert_eq!(taken(&wide), own);
        assert_eq!(Derived::from_packed(other).unwrap().document.unpack().unwrap(), text.as_bytes());
    }

    #[test]
    fn languages_are_tags_and_there_once() {
        let error = |list: &[&str]| Derived::from_text(&with_languages(list)).err().map(|error| error.to_string());
        assert_eq!(error(&["EN", "pt-br"]), None);
        assert_eq!(error(&["en", "EN"]).unwrap(), "its texts in en are there twice");
        assert_eq!(error(&["../x"]).unwrap(), "it has texts in the language \"../x\", which is no language tag");
        assert!(error(&[""]).is_some());
    }
}
