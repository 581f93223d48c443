//! From a document to its fragments: escaped, and packed when they are long.

use sluice_wsus::soap;
use sluice_wsus::update::{UpdateDocument, UpdateError};
use sluice_wsus::xpress;

/// Fragments from this size on are packed. Clients that take packed answers get larger ones as they are kept; below it,
/// packing the whole answer at once is better.
const PACK_FROM: usize = 8 << 10;

/// A fragment, ready to be sent.
#[derive(Debug)]
pub(super) struct Piece {
    /// Length before it was packed, bytes.
    pub(super) plain_size: u64,
    pub(super) packed: bool,
    pub(super) body: Vec<u8>,
}

/// The fragments of a document.
#[derive(Debug)]
pub(super) struct Pieces {
    pub(super) core: Piece,
    pub(super) extended: Piece,
    /// Texts by language in lower case, in the order in which they came.
    pub(super) localized: Vec<(String, Piece)>,
}

impl Pieces {
    /// Derives the fragments from the text of a document. Takes a moment: not for async threads.
    pub(super) fn of(text: &str) -> Result<Self, UpdateError> {
        let fragments = UpdateDocument::parse(text)?.fragments()?;
        let core = Piece::of(&fragments.core);
        drop(fragments.core);
        let texts = fragments.localized.into_iter();
        let localized = texts.map(|texts| (texts.language.to_ascii_lowercase(), Piece::of(&texts.xml))).collect();
        Ok(Self { core, extended: Piece::of(&fragments.extended), localized })
    }
}

impl Piece {
    fn of(xml: &str) -> Self {
        let escaped = soap::escape(xml);
        let plain_size = escaped.len() as u64;
        let packed = escaped.len() >= PACK_FROM;
        let mut body = if packed { xpress::compress(&escaped) } else { escaped };
        // It stays in memory.
        body.shrink_to_fit();
        Self { plain_size, packed, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_fragments_stay_plain_and_large_ones_are_packed() {
        let text = format!(
            "<u:Update xmlns:u=\"http://schemas.microsoft.com/msus/2002/12/Update\">\
             <u:UpdateIdentity UpdateID=\"0fa1201d-4330-4fa8-8ae9-b877473b6441\" RevisionNumber=\"7\"/>\
             <u:LocalizedPropertiesCollection><u:LocalizedProperties><u:Language>pt-BR</u:Language><u:Title>t</u:Title>\
             </u:LocalizedProperties></u:LocalizedPropertiesCollection>\
             <u:ApplicabilityRules><u:Metadata><a xmlns=\"x\">{}</a></u:Metadata></u:ApplicabilityRules></u:Update>",
            "é<b/>".repeat(5000)
        );
        let Pieces { core, extended, localized } = Pieces::of(&text).unwrap();
        assert!(core.packed && !extended.packed);
        let plain = xpress::decompress(&core.body, 1 << 20).unwrap();
        assert_eq!(plain.len() as u64, core.plain_size);
        assert!(plain.starts_with(b"&lt;UpdateIdentity "));
        assert_eq!(extended.body.len() as u64, extended.plain_size);
        assert_eq!(localized.iter().map(|(language, _)| &**language).collect::<Vec<_>>(), ["pt-br"]);
        assert!(localized[0].1.body.starts_with(b"&lt;LocalizedProperties&gt;"));
    }
}
