//! UTF-16 to UTF-8, as it comes.

/// How a stream is written, with what is left over of a character that is not complete.
pub(super) enum Encoding {
    Utf8,
    Utf16 { unit: fn([u8; 2]) -> u16, rest: Vec<u8> },
}

/// Stands for what is not a character; no UTF-8 contains it, so the document with it is refused by
/// [`super::super::decode`].
const INVALID: u8 = 0xFF;

impl Encoding {
    /// Told by the first two bytes: a mark, or which half of the first character (`<` or white space) is zero.
    pub(super) fn of(start: &[u8]) -> Self {
        let utf16 = |unit| Self::Utf16 { unit, rest: Vec::new() };
        match start {
            [0xFF, 0xFE, ..] => utf16(u16::from_le_bytes),
            [0xFE, 0xFF, ..] => utf16(u16::from_be_bytes),
            [first, 0, ..] if *first != 0 => utf16(u16::from_le_bytes),
            [0, second, ..] if *second != 0 => utf16(u16::from_be_bytes),
            _ => Self::Utf8,
        }
    }

    /// Appends a piece to the text; an empty piece is the end.
    pub(super) fn append(&mut self, piece: &[u8], text: &mut Vec<u8>) {
        let Self::Utf16 { unit, rest } = self else {
            text.extend_from_slice(piece);
            return;
        };
        if piece.is_empty() {
            text.extend(rest.drain(..).take(1).map(|_| INVALID));
            return;
        }
        rest.extend_from_slice(piece);
        let (pairs, _) = rest.as_chunks::<2>();
        let mut units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        // The first half of a pair waits for the second.
        if units.last().is_some_and(|last| (0xD800..0xDC00).contains(last)) {
            units.pop();
        }
        let used = units.len() * 2;
        let mut buffer = [0; 4];
        for character in char::decode_utf16(units) {
            match character {
                Ok(character) => text.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes()),
                Err(_) => text.push(INVALID),
            }
        }
        rest.drain(..used);
    }
}
