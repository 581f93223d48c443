//! Everything the site keeps of a document, made in one go on a blocking thread: parsed, escaped and
//! packed once, so that nothing of it is left for the moment a client asks.

use std::sync::Arc;

use sluice_model::{RevisionRef, Update};
use sluice_store::catalog::{FragmentKind, FragmentWrite, MAX_FRAGMENT, RevisionRef as Place};
use sluice_wsus::soap;
use sluice_wsus::update::document::Revision;
use sluice_wsus::update::{UpdateDocument, UpdateError};
use sluice_wsus::xpress;

use super::{convert, original};

/// Fragments from this size on are packed. Clients that take packed answers get larger ones as they
/// are kept; below it, packing the whole answer at once is better, and the text is easily searched.
const PACK_FROM: usize = 8 << 10;
/// Longest language tag. RFC 5646 §4.4.1 wants 35 characters to be enough.
const MAX_LANGUAGE: usize = 35;

/// A document, ready to be stored.
#[derive(Debug)]
pub(crate) struct Derived {
    /// The revision.
    pub(crate) update: Arc<Update>,
    /// Its fragments and the document itself.
    pub(crate) fragments: Vec<Piece>,
    /// SHA-1 of its files that are encrypted and whose keys servers give.
    pub(crate) encrypted: Vec<[u8; 20]>,
}

/// A fragment or the document, as it is stored.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) kind: FragmentKind,
    pub(crate) language: String,
    pub(crate) plain_size: u64,
    pub(crate) packed: bool,
    pub(crate) body: Vec<u8>,
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
    #[error("it is too large: packed it has {size} bytes, more than the limit of {MAX_FRAGMENT}")]
    TooLarge { size: usize },
    #[error("its original text cannot be compressed")]
    Compress(#[source] std::io::Error),
}

impl Derived {
    /// Derives everything from the text of one document.
    pub(crate) fn from_text(text: &str) -> Result<Self, DeriveError> {
        let document = UpdateDocument::parse(text)?;
        let update = Arc::new(convert::update(&document));
        let fragments = document.fragments()?;
        let secured = document.files.iter().filter(|file| document.properties.file_decryption && file.encrypted);
        let encrypted = secured.map(|file| file.sha1).collect();
        drop(document);
        let mut pieces = Vec::with_capacity(3 + fragments.localized.len());
        pieces.push(Piece::fragment(FragmentKind::Core, String::new(), &fragments.core)?);
        drop(fragments.core);
        pieces.push(Piece::fragment(FragmentKind::Extended, String::new(), &fragments.extended)?);
        for localized in fragments.localized {
            let language = language(&localized.language)?;
            if pieces.iter().any(|piece| piece.kind == FragmentKind::Localized && piece.language == language) {
                return Err(DeriveError::LanguageTwice(language));
            }
            pieces.push(Piece::fragment(FragmentKind::Localized, language, &localized.xml)?);
        }
        pieces.push(Piece::document(text)?);
        Ok(Self { update, fragments: pieces, encrypted })
    }

    /// Which revision it is.
    pub(crate) fn revision(&self) -> RevisionRef {
        RevisionRef { update: self.update.id, number: self.update.number }
    }

    /// Bytes it takes in a batch.
    pub(crate) fn size(&self) -> usize {
        self.fragments.iter().map(|piece| piece.body.len()).sum()
    }

    /// The original document, compressed.
    pub(crate) fn document(&self) -> Option<&Piece> {
        self.fragments.iter().find(|piece| piece.kind == FragmentKind::Document)
    }
}

impl Piece {
    fn fragment(kind: FragmentKind, language: String, xml: &str) -> Result<Self, DeriveError> {
        let escaped = soap::escape(xml);
        let plain_size = escaped.len() as u64;
        let packed = escaped.len() >= PACK_FROM;
        let body = if packed { xpress::compress(&escaped) } else { escaped };
        Self { kind, language, plain_size, packed, body }.checked()
    }

    fn document(text: &str) -> Result<Self, DeriveError> {
        let body = original::pack(text).map_err(DeriveError::Compress)?;
        let plain_size = text.len() as u64;
        Self { kind: FragmentKind::Document, language: String::new(), plain_size, packed: true, body }.checked()
    }

    fn checked(mut self) -> Result<Self, DeriveError> {
        // It waits for the store, and what is served stays in memory.
        self.body.shrink_to_fit();
        let size = self.body.len();
        if size > MAX_FRAGMENT { Err(DeriveError::TooLarge { size }) } else { Ok(self) }
    }

    /// To be stored with the revision at this place of a batch.
    pub(crate) fn write(self, place: usize) -> FragmentWrite {
        let Self { kind, language, plain_size, packed, body } = self;
        FragmentWrite { revision: Place::New(place), kind, language, plain_size, packed, body }
    }
}

/// The identity a document claims, to name one that is refused.
pub(crate) fn identify(text: &str) -> Option<RevisionRef> {
    let Revision { id, number } = UpdateDocument::identify(text)?;
    Some(RevisionRef { update: id, number })
}

fn language(text: &str) -> Result<String, DeriveError> {
    let usable = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if text.is_empty() || text.len() > MAX_LANGUAGE || !text.bytes().all(usable) {
        return Err(DeriveError::Language(text.chars().take(MAX_LANGUAGE).collect()));
    }
    Ok(text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::super::original::unpack_document;
    use super::*;

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
    fn small_fragments_stay_plain_and_large_ones_are_packed() {
        let text = format!(
            "{OPEN}<u:ApplicabilityRules><u:Metadata><a xmlns=\"x\">{}</a></u:Metadata></u:ApplicabilityRules></u:Update>",
            "é<b/>".repeat(5000)
        );
        let derived = Derived::from_text(&text).unwrap();
        let [core, extended, document] = &derived.fragments[..] else { panic!("{derived:?}") };
        assert!(core.packed && !extended.packed && document.packed);
        let plain = xpress::decompress(&core.body, 1 << 20).unwrap();
        assert_eq!(plain.len() as u64, core.plain_size);
        assert!(plain.starts_with(b"&lt;UpdateIdentity "));
        assert_eq!(unpack_document(&document.body, document.plain_size).unwrap(), text.as_bytes());
        assert!(derived.size() < text.len());
        assert_eq!(identify(&text), Some(derived.revision()));
    }

    #[test]
    fn languages_are_tags_and_there_once() {
        let languages = |list: &[&str]| {
            Derived::from_text(&with_languages(list))
                .map(|derived| {
                    derived
                        .fragments
                        .iter()
                        .filter(|p| p.kind == FragmentKind::Localized)
                        .map(|p| p.language.clone())
                        .collect::<Vec<_>>()
                })
                .map_err(|error| error.to_string())
        };
        assert_eq!(languages(&["EN", "pt-br"]).unwrap(), ["en", "pt-br"]);
        assert_eq!(languages(&["en", "EN"]).unwrap_err(), "its texts in en are there twice");
        assert_eq!(
            languages(&["../x"]).unwrap_err(),
            "it has texts in the language \"../x\", which is no language tag"
        );
        assert!(languages(&[""]).is_err());
    }
}
