//! Taking a cleartext-signed file apart (RFC 9580, section 7), strictly.
//!
//! Lenient readers of this format have been attacked by placing text where one program reads and
//! the other does not verify. So there is one signed message, from the first byte to the last, and
//! every byte of it is either signed text, or framing with one allowed spelling.

use super::error::SignatureError;
use super::{MAX_SIGNATURES_LEN, MAX_SIGNED_LEN};

const BEGIN_MESSAGE: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";
const BEGIN_SIGNATURE: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
const END_SIGNATURE: &[u8] = b"-----END PGP SIGNATURE-----";

/// The parts of a cleartext-signed file.
#[derive(Debug)]
pub(super) struct Cleartext<'a> {
    /// What is signed: dash-escapes undone, white space at line ends gone, lines ended by `\n`,
    /// without the line end before the signature.
    pub text: Vec<u8>,
    /// The armored signatures, from their first to their last line.
    pub armor: &'a [u8],
}

/// Takes the file apart.
pub(super) fn split(file: &[u8]) -> Result<Cleartext<'_>, SignatureError> {
    if file.len() > MAX_SIGNED_LEN {
        return Err(SignatureError::TooLong);
    }
    let mut rest = file;
    if next_line(&mut rest).map(<[u8]>::trim_ascii_end) != Some(BEGIN_MESSAGE) {
        return Err(SignatureError::NotSigned);
    }
    loop {
        // Only `Hash` may stand here; GnuPG's `NotDashEscaped` would change what is signed.
        match next_line(&mut rest).map(<[u8]>::trim_ascii_end) {
            Some([]) => break,
            Some(line) if line.starts_with(b"Hash: ") => {}
            Some(_) => return Err(SignatureError::Malformed("an armor header other than Hash")),
            None => return Err(SignatureError::Malformed("it ends in its headers")),
        }
    }
    let mut text = Vec::with_capacity(rest.len());
    let armor = loop {
        let before = rest;
        let Some(line) = next_line(&mut rest) else {
            return Err(SignatureError::Malformed("it has no signature block"));
        };
        let line = line.trim_ascii_end();
        let line = match line {
            BEGIN_SIGNATURE => break before,
            [b'-', b' ', unescaped @ ..] => unescaped,
            [b'-', ..] => return Err(SignatureError::Malformed("a line starts with a dash that is not escaped")),
            line => line,
        };
        if line.contains(&b'\r') {
            return Err(SignatureError::Malformed("a carriage return inside a line"));
        }
        text.extend_from_slice(line);
        text.push(b'\n');
    };
    text.pop();
    let end = loop {
        let Some(line) = next_line(&mut rest) else {
            return Err(SignatureError::Malformed("its signature block has no end"));
        };
        let line = line.trim_ascii_end();
        if line == END_SIGNATURE {
            break rest;
        }
        if line.starts_with(b"-----") {
            return Err(SignatureError::Malformed("something else begins inside its signature block"));
        }
    };
    if !end.trim_ascii().is_empty() {
        return Err(SignatureError::Malformed("something follows its signature"));
    }
    let armor = armor.get(..armor.len() - end.len()).unwrap_or_default();
    if armor.len() > MAX_SIGNATURES_LEN {
        return Err(SignatureError::SignaturesTooLong);
    }
    Ok(Cleartext { text, armor })
}

/// Takes the next line off, without its `\n`.
fn next_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    if rest.is_empty() {
        return None;
    }
    let (line, tail) = match memchr::memchr(b'\n', rest) {
        Some(end) => (rest.get(..end)?, rest.get(end + 1..)?),
        None => (*rest, &[][..]),
    };
    *rest = tail;
    Some(line)
}

/// The text with the line ends that signatures are computed over.
pub(super) fn canonical(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 32);
    for (number, line) in text.split(|&b| b == b'\n').enumerate() {
        if number > 0 {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n";

    fn with(body: &str) -> String {
        format!("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{body}\n{SIGNATURE}")
    }

    #[test]
    fn exactly_the_signed_text() {
        let file = with("Origin: x \t\n- -dash\n\nlast:\r").replace('\n', "\r\n").replace("\r\r", "\r");
        for file in [with("Origin: x \t\n- -dash\n\nlast:\r"), file] {
            let parts = split(file.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(parts.text.clone()).unwrap(), "Origin: x\n-dash\n\nlast:");
            assert_eq!(canonical(&parts.text), b"Origin: x\r\n-dash\r\n\r\nlast:");
            assert!(parts.armor.starts_with(BEGIN_SIGNATURE));
            assert!(parts.armor.trim_ascii_end().ends_with(END_SIGNATURE));
        }
    }

    #[test]
    fn nothing_outside_and_no_other_framing() {
        let good = with("a: b");
        assert!(split(good.as_bytes()).is_ok());
        let bad = [
            format!("x: y\n{good}"),
            format!("\n{good}"),
            format!("{good}x: y\n"),
            format!("{good}{good}"),
            good.replace("Hash: SHA256", "NotDashEscaped: x"),
            good.replace("Hash: SHA256\n\n", "Hash: SHA256\n"),
            good.replace("a: b", "-----BEGIN PGP SIGNED MESSAGE-----"),
            good.replace("a: b", "--"),
            good.replace("a: b", "a\rb"),
            good.replace("AAAA", "-----BEGIN PGP SIGNATURE-----"),
            good.replace("-----END PGP SIGNATURE-----\n", ""),
            good.replace(SIGNATURE, ""),
            "-----BEGIN PGP SIGNED MESSAGE-----\n".to_owned(),
            String::new(),
            "<html>".to_owned(),
        ];
        for file in bad {
            assert!(split(file.as_bytes()).is_err(), "{file}");
        }
        assert!(matches!(split(&vec![b'x'; MAX_SIGNED_LEN + 1]), Err(SignatureError::TooLong)));
    }
}
