//! The attributes of a tag, and names.

use super::super::error::Malformed;

/// Bytes of names: beyond ASCII everything passes.
const NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < table.len() {
        let byte = at as u8;
        table[at] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii();
        at += 1;
    }
    table
};

fn is_name_byte(byte: u8) -> bool {
    NAME.get(usize::from(byte)).is_some_and(|is| *is)
}

/// A name with at most one prefix (Namespaces in XML §4).
pub(super) fn is_name(name: &str) -> bool {
    let part = |part: &[u8]| {
        !matches!(part.first(), None | Some(b'0'..=b'9' | b'-' | b'.')) && part.iter().all(|byte| is_name_byte(*byte))
    };
    match memchr::memchr(b':', name.as_bytes()) {
        Some(colon) => name
            .as_bytes()
            .split_at_checked(colon)
            .is_some_and(|(prefix, rest)| part(prefix) && part(rest.get(1..).unwrap_or_default())),
        None => part(name.as_bytes()),
    }
}

/// Where the name ends that begins here: at white space, `/`, `>`, `=`, or the end.
pub(super) fn name_end(bytes: &[u8], from: usize) -> usize {
    let ends = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>' | b'=');
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().position(ends).unwrap_or(rest.len())
}

/// Reads attributes up to the end of a tag: its `>`, or the end of the text when that is only what stands between the
/// brackets.
#[derive(Clone, Debug)]
pub(super) struct Attributes<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Attributes<'a> {
    /// Those after the name that ends at `name_end`.
    pub(super) fn new(text: &'a str, name_end: usize) -> Self {
        Self { text, at: name_end }
    }

    /// After the last one, where the tag ends.
    pub(super) fn end(&self) -> usize {
        self.at
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn pass_space(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The next one: name with prefix and raw value.
    pub(super) fn next(&mut self) -> Result<Option<(&'a str, &'a str)>, Malformed> {
        self.pass_space();
        match self.byte() {
            None | Some(b'>') => return Ok(None),
            Some(b'/') => {
                self.at += 1;
                return match self.byte() {
                    None | Some(b'>') => Ok(None),
                    Some(_) => Err(Malformed::Attribute),
                };
            }
            Some(_) => {}
        }
        let key = self.at;
        self.at = name_end(self.text.as_bytes(), key);
        let key = self.text.get(key..self.at).unwrap_or("");
        self.pass_space();
        if self.byte() != Some(b'=') {
            return Err(Malformed::Attribute);
        }
        self.at += 1;
        self.pass_space();
        let Some(quote @ (b'"' | b'\'')) = self.byte() else { return Err(Malformed::Attribute) };
        let value = self.at + 1;
        let rest = self.text.as_bytes().get(value..).unwrap_or_default();
        let len = memchr::memchr(quote, rest).ok_or(Malformed::Unended)?;
        self.at = value + len + 1;
        Ok(Some((key, self.text.get(value..value + len).unwrap_or(""))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["a", "a:b", "_x-1.y", "é:ü"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", ":", "a:", ":b", "a:b:c", "1a", "-a", "a b", "a:1", "a\""] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn attributes_end_with_the_tag() {
        let read = |text: &'static str, from| {
            let mut all = Attributes::new(text, from);
            let mut found = Vec::new();
            while let Some(one) = all.next()? {
                found.push(one);
            }
            Ok::<_, Malformed>((found, all.end()))
        };
        assert_eq!(read("<a b=\"1\" c = '>'/>x", 2).unwrap(), (vec![("b", "1"), ("c", ">")], 17));
        assert_eq!(read("a b=\"1\"", 1).unwrap(), (vec![("b", "1")], 7));
        for wrong in ["<a b>", "<a b=>", "<a b=1>", "<a b=\"1>", "<a / >"] {
            assert!(read(wrong, 2).is_err(), "{wrong}");
        }
    }
}
