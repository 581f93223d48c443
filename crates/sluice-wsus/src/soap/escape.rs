//! Escaping text the way .NET does.

/// Appends `text` to `out`, escaped for use between tags: `&`, `<`, `>` and the carriage return, but not quotes
/// (so do real servers). Control characters that XML 1.0 cannot say become U+FFFD.
pub fn escape_into(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    out.reserve(escaped_len(bytes));
    if !bytes.iter().fold(false, |found, byte| found | is_rare(*byte)) {
        return escape_common(bytes, out);
    }
    for piece in bytes.split_inclusive(|byte| is_rare(*byte)) {
        match piece.split_last() {
            Some((b'\r', before)) => {
                escape_common(before, out);
                out.extend_from_slice(b"&#xD;");
            }
            Some((last, before)) if is_rare(*last) => {
                escape_common(before, out);
                out.extend_from_slice("\u{FFFD}".as_bytes());
            }
            _ => escape_common(piece, out),
        }
    }
}

/// What hardly any text holds: control characters other than tab and line feed.
fn is_rare(byte: u8) -> bool {
    byte < b' ' && byte != b'\t' && byte != b'\n'
}

/// Escapes what most texts hold.
fn escape_common(bytes: &[u8], out: &mut Vec<u8>) {
    let mut from = 0;
    for at in memchr::memchr3_iter(b'<', b'>', b'&', bytes) {
        out.extend_from_slice(&bytes[from..at]);
        out.extend_from_slice(match bytes[at] {
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            _ => b"&amp;",
        });
        from = at + 1;
    }
    out.extend_from_slice(&bytes[from..]);
}

/// How long a text is when it is escaped, bytes.
fn escaped_len(bytes: &[u8]) -> usize {
    let more = |byte: &u8| match *byte {
        b'<' | b'>' => 3,
        b'&' | b'\r' => 4,
        byte if is_rare(byte) => 2,
        _ => 0,
    };
    // In pieces whose sums fit into a byte's double: that way the compiler looks at many bytes at a time.
    let piece = |piece: &[u8]| usize::from(piece.iter().map(more).sum::<u16>());
    bytes.len() + bytes.chunks(256).map(piece).sum::<usize>()
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
    let mut out = Vec::new();
    escape_into(text, &mut out);
    out
}
