//! From bytes to text: UTF-8 or UTF-16, with or without byte order mark.

use std::borrow::Cow;

use super::SoapError;

/// Decodes the body of a message. `charset` is the parameter of `Content-Type`, if there was one; a byte order mark
/// wins over it (RFC 7303, 3.2), and a text that plainly is UTF-16 needs neither.
///
/// # Errors
/// [`SoapError::Encoding`] if the bytes are not in that encoding or hold control characters that XML 1.0 forbids.
pub fn decode<'a>(bytes: &'a [u8], charset: Option<&str>) -> Result<Cow<'a, str>, SoapError> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest)?,
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        [b'<', 0, ..] => utf16(bytes, u16::from_le_bytes)?,
        [0, b'<', ..] => utf16(bytes, u16::from_be_bytes)?,
        _ => match charset.map(|name| name.trim().trim_matches('"').to_ascii_lowercase()).as_deref() {
            Some("utf-16" | "utf-16le" | "unicode") => utf16(bytes, u16::from_le_bytes)?,
            Some("utf-16be") => utf16(bytes, u16::from_be_bytes)?,
            _ => utf8(bytes)?,
        },
    };
    // Everything below a space except tab and line ends (XML 1.0, 2.2).
    let is_forbidden = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    // In pieces, each to its end: that way the compiler looks at many bytes at a time.
    let has_forbidden = |piece: &[u8]| piece.iter().fold(false, |found, byte| found | is_forbidden(byte));
    if text.as_bytes().chunks(256).any(has_forbidden) {
        return Err(SoapError::Encoding { encoding: "XML" });
    }
    Ok(text)
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, SoapError> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| SoapError::Encoding { encoding: "UTF-8" })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, SoapError> {
    let error = SoapError::Encoding { encoding: "UTF-16" };
    let (pairs, []) = bytes.as_chunks::<2>() else { return Err(error) };
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    text.map(Cow::Owned).map_err(|_| error)
}
