//! Escaping text the way .NET does.

/// Appends `text` to `out`, escaped for use between tags: `&`, `<`, `>` and the carriage return, but not quotes
/// (so do real servers). Control characters that XML 1.0 cannot say become U+FFFD.
pub fn escape_into(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let replacement: &[u8] = match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'\r' => b"&#xD;",
            b'\t' | b'\n' => continue,
            0..b' ' => "\u{FFFD}".as_bytes(),
            _ => continue,
        };
        out.extend_from_slice(&bytes[from..at]);
        out.extend_from_slice(replacement);
        from = at + 1;
    }
    out.extend_from_slice(&bytes[from..]);
}

/// Appends `text` to `out`, escaped for use in an attribute between double quotes. Control characters that XML 1.0 cannot
/// say become U+FFFD.
pub fn escape_attribute_into(text: &str, out: &mut Vec<u8>) {
    let mut buffer = [0; 4];
    for character in text.chars() {
        out.extend_from_slice(match character {
            '&' => b"&amp;",
            '<' => b"&lt;",
            '>' => b"&gt;",
            '"' => b"&quot;",
            '\t' => b"&#x9;",
            '\n' => b"&#xA;",
            '\r' => b"&#xD;",
            '\0'..' ' => "\u{FFFD}".as_bytes(),
            _ => character.encode_utf8(&mut buffer).as_bytes(),
        });
    }
}

/// `text`, escaped for use between tags: how a fragment becomes the content of an `Xml` element.
#[must_use]
pub fn escape(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 4);
    escape_into(text, &mut out);
    out
}
