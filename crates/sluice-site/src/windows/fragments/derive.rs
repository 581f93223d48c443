//! From a document to its fragments: escaped, and packed when they are long.

use sluice_wsus::soap;
use sluice_wsus::update::{UpdateDocument, UpdateError};
use sluice_wsus::xpress::{self, BLOCK_SIZE};

/// Fragments from this size on are packed. Clients that take packed answers get larger ones as they are kept; below it,
/// packing the whole answer at once is better.
const PACK_FROM: usize = 8 << 10;

/// Bytes of a long fragment that are escaped at a time.
const AT_ONCE: usize = 1 << 20;

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
    /// Derives the fragments from the text of a document. Takes a moment: not for async threads. What is not needed any
    /// more is given back at once: some documents have tens of megabytes.
    pub(super) fn of(text: String) -> Result<Self, UpdateError> {
        let fragments = UpdateDocument::parse(&text)?.fragments()?;
        drop(text);
        let core = Piece::of(&fragments.core);
        drop(fragments.core);
        let texts = fragments.localized.into_iter();
        let localized = texts.map(|texts| (texts.language.to_ascii_lowercase(), Piece::of(&texts.xml))).collect();
        Ok(Self { core, extended: Piece::of(&fragments.extended), localized })
    }
}

impl Piece {
    fn of(xml: &str) -> Self {
        let mut piece = if xml.len() >= PACK_FROM { Self::packed(xml) } else { Self::plain(soap::escape(xml)) };
        // It stays in memory.
        piece.body.shrink_to_fit();
        piece
    }

    fn plain(escaped: Vec<u8>) -> Self {
        let packed = escaped.len() >= PACK_FROM;
        let plain_size = escaped.len() as u64;
        Self { plain_size, packed, body: if packed { xpress::compress(&escaped) } else { escaped } }
    }

    /// Escapes and packs block by block, so that the escaped text is never there as a whole.
    fn packed(xml: &str) -> Self {
        let (mut packer, mut body) = (xpress::Packer::new(), Vec::with_capacity(xml.len() / 8));
        let (mut escaped, mut plain_size) = (Vec::new(), 0);
        let mut rest = xml;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.floor_char_boundary(AT_ONCE));
            rest = later;
            soap::escape_into(now, &mut escaped);
            let blocks = if rest.is_empty() { escaped.len() } else { escaped.len() / BLOCK_SIZE * BLOCK_SIZE };
            let ready: Vec<u8> = escaped.drain(..blocks).collect();
            packer.append(&ready, &mut body);
            plain_size += blocks as u64;
        }
        Self { plain_size, packed: true, body }
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
        let Pieces { core, extended, localized } = Pieces::of(text).unwrap();
        assert!(core.packed && !extended.packed);
        let plain = xpress::decompress(&core.body, 1 << 20).unwrap();
        assert_eq!(plain.len() as u64, core.plain_size);
        assert!(plain.starts_with(b"&lt;UpdateIdentity "));
        assert_eq!(extended.body.len() as u64, extended.plain_size);
        assert_eq!(localized.iter().map(|(language, _)| &**language).collect::<Vec<_>>(), ["pt-br"]);
        assert!(localized[0].1.body.starts_with(b"&lt;LocalizedProperties&gt;"));
    }

    #[test]
    fn long_fragments_are_the_same_block_by_block() {
        for length in [PACK_FROM, BLOCK_SIZE, AT_ONCE - 1, AT_ONCE, 3 * AT_ONCE + 77] {
            let mut xml: String = (0_u32..).map(|n| format!("<é a='{n}'>&amp;</é>")).take(length / 20).collect();
            xml.push_str(&"é".repeat(length.saturating_sub(xml.len()).div_ceil(2)));
            let piece = Piece::of(&xml);
            let escaped = soap::escape(&xml);
            assert_eq!((piece.packed, piece.plain_size), (true, escaped.len() as u64));
            assert!(piece.body == xpress::compress(&escaped), "{length}");
        }
    }
}
