//! From bytes to text. Documents come as UTF-8 (files, SOAP) or as UTF-16LE without byte order mark (the compressed
//! blob of GetUpdateData, [MS-WSUSSS] 2.2.2.2.6; protocols.md §10, 23).

use std::borrow::Cow;

use super::error::UpdateError;
use super::limits::MAX_DOCUMENT;

/// The text of update metadata: UTF-8, or UTF-16 of either order, each with or without a byte order mark, which is
/// removed. UTF-8 is borrowed. The encoding named by an XML declaration is not looked at: the bytes tell.
///
/// # Errors
/// When it is larger than [`MAX_DOCUMENT`], not valid in its encoding, or holds a character XML does not allow.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, UpdateError> {
    if bytes.len() > MAX_DOCUMENT {
        return Err(UpdateError::TooLarge { size: bytes.len() });
    }
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes, 2)?),
        [0xFE, 0xFF, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes, 2)?),
        // Without a mark the first character, which is `<` or white space, tells the order.
        [first, 0, ..] if *first != 0 => Cow::Owned(utf16(bytes, u16::from_le_bytes, 0)?),
        [0, second, ..] if *second != 0 => Cow::Owned(utf16(bytes, u16::from_be_bytes, 0)?),
        _ => {
            let plain = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            Cow::Borrowed(std::str::from_utf8(plain).map_err(|error| UpdateError::Encoding {
                position: bytes.len() - plain.len() + error.valid_up_to(),
                encoding: "UTF-8",
            })?)
        }
    };
    is_allowed(&text).map_err(|position| UpdateError::Character { position })?;
    Ok(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, offset: usize) -> Result<String, UpdateError> {
    let invalid = |position| UpdateError::Encoding { position, encoding: "UTF-16" };
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(invalid(offset + bytes.len() - 1));
    }
    let mut text = String::with_capacity(pairs.len());
    let mut position = offset;
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let character = character.map_err(|_| invalid(position))?;
        position += 2 * character.len_utf16();
        text.push(character);
    }
    Ok(text)
}

/// XML 1.0 §2.2 allows no control characters but tab, line feed and carriage return, and neither U+FFFE nor U+FFFF.
/// Fragments are sent on to agents, whose parsers refuse them. The error is where one is.
pub(crate) fn is_allowed(text: &str) -> Result<(), usize> {
    let bytes = text.as_bytes();
    let is_forbidden = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    // In pieces, each to its end: that way the compiler looks at many bytes at a time.
    let holds_one = |piece: &[u8]| piece.iter().fold(false, |found, byte| found | is_forbidden(byte));
    if bytes.chunks(256).any(holds_one)
        && let Some(position) = bytes.iter().position(is_forbidden)
    {
        return Err(position);
    }
    let not_a_character = |at: &usize| matches!(bytes.get(*at..), Some([0xEF, 0xBF, 0xBE | 0xBF, ..]));
    memchr::memchr_iter(0xEF, bytes).find(not_a_character).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_bytes(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "<a b=\"é😀\"/>";
        let with_mark = |text: &str| format!("\u{FEFF}{text}");
        assert!(matches!(decode(text.as_bytes()), Ok(Cow::Borrowed(t)) if t == text));
        for bytes in [
            with_mark(text).into_bytes(),
            utf16_bytes(text, true),
            utf16_bytes(text, false),
            utf16_bytes(&with_mark(text), true),
            utf16_bytes(&with_mark(text), false),
        ] {
            assert_eq!(decode(&bytes).unwrap(), text);
        }
    }

    #[test]
    fn errors_say_where() {
        let position = |bytes: &[u8]| match decode(bytes) {
            Err(UpdateError::Encoding { position, .. } | UpdateError::Character { position }) => position,
            other => panic!("{other:?}"),
        };
        assert_eq!(position(b"<a>\xFF"), 3);
        assert_eq!(position(b"\xEF\xBB\xBF<a>\xFF"), 6);
        assert_eq!(position(b"<a>\x01"), 3);
        assert_eq!(position("<é>\u{FFFF}".as_bytes()), 4);
        assert_eq!(position(b"<\0a"), 2);
        assert_eq!(position(b"<\0\x00\xD8>\0"), 2);
    }
}
