//! The stanza syntax of Debian control data (`deb822(5)`, Debian Policy Manual section 5.1).
//!
//! A file is stanzas separated by empty lines; a stanza is `Name: value` fields, whose value may
//! go on in lines that start with a space or tab. Lines that start with `#` are comments.
//!
//! [`stanzas`] walks a text that is in memory, [`StanzaReader`] one that is being decompressed,
//! holding no more than one stanza and one read at a time. Neither copies a value.

use std::borrow::Cow;
use std::io::Read;

use memchr::memchr;
use thiserror::Error;

/// The largest stanza accepted, in bytes. The largest in Debian's indices is some 100 KiB; a
/// `Release` file is one stanza too and is held to [`super::release::MAX_RELEASE_LEN`] instead.
pub const MAX_STANZA_LEN: usize = 1024 * 1024;

/// The most fields one stanza may have. Real ones have fewer than 50.
pub const MAX_FIELDS: usize = 512;

/// How much [`StanzaReader`] asks of its reader at a time.
const READ_LEN: usize = 64 * 1024;

/// Why a stanza cannot be read. `line` counts from 1 in the whole text.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StanzaError {
    /// A line is neither a field nor a continuation nor a comment.
    #[error("line {line} is neither a field nor the continuation of one")]
    NotAField {
        /// Where.
        line: u64,
    },
    /// The stanza begins with a continuation line.
    #[error("line {line} continues a field, but there is none before it")]
    ContinuationFirst {
        /// Where.
        line: u64,
    },
    /// More than the limit in one stanza.
    #[error("the stanza at line {line} is larger than {limit} bytes")]
    TooLong {
        /// Where the stanza starts.
        line: u64,
        /// The limit, in bytes.
        limit: usize,
    },
    /// More than [`MAX_FIELDS`] fields in one stanza.
    #[error("the stanza at line {line} has more than {MAX_FIELDS} fields")]
    TooManyFields {
        /// Where the stanza starts.
        line: u64,
    },
    /// The reader failed: a broken or oversized archive, for example. Reading cannot go on.
    #[error("cannot read on at line {line}")]
    Read {
        /// How far it came.
        line: u64,
        /// What the reader said.
        #[source]
        source: std::io::Error,
    },
}

impl StanzaError {
    /// The line the problem is at, counted from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        match self {
            Self::NotAField { line }
            | Self::ContinuationFirst { line }
            | Self::TooLong { line, .. }
            | Self::TooManyFields { line }
            | Self::Read { line, .. } => *line,
        }
    }

    /// Whether nothing can follow: true for a failed read only. Every other error is about one
    /// stanza, and the next call goes on behind it.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Read { .. })
    }
}

/// One stanza: its fields in their order, borrowed from the text.
#[derive(Debug, Clone)]
pub struct Stanza<'a> {
    fields: Vec<Field<'a>>,
    line: u64,
}

/// One field of a stanza.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    name: &'a [u8],
    value: Value<'a>,
}

/// The value of a field, as it stands in the text: leading and trailing white space removed,
/// continuation lines (and comments between them) included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value<'a>(&'a [u8]);

impl<'a> Stanza<'a> {
    /// Reads one stanza. Stops at the first empty line after it.
    ///
    /// # Errors
    /// See [`StanzaError`]; lines count from 1.
    pub fn parse(text: &'a [u8]) -> Result<Self, StanzaError> {
        match stanzas(text).next() {
            Some(stanza) => stanza,
            None => Ok(Self { fields: Vec::new(), line: 1 }),
        }
    }

    /// The line of its first field, counted from 1 in the whole text.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Its fields in their order.
    #[must_use]
    pub fn fields(&self) -> &[Field<'a>] {
        &self.fields
    }

    /// The value of the first field of that name; names compare without regard to case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.fields.iter().find(|f| f.is(name)).map(|f| f.value)
    }

    /// The one-line text of a field: `None` when it is absent or not UTF-8.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.get(name).and_then(Value::first_line)
    }
}

impl<'a> Field<'a> {
    /// Its name as written.
    #[must_use]
    pub fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Whether this is its name; case does not matter.
    #[must_use]
    #[inline]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Its value.
    #[must_use]
    pub fn value(&self) -> Value<'a> {
        self.value
    }
}

impl<'a> Value<'a> {
    /// The bytes, continuation lines included.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// The first line, trimmed; `None` when it is not UTF-8.
    #[must_use]
    #[inline]
    pub fn first_line(self) -> Option<&'a str> {
        let line = match memchr(b'\n', self.0) {
            Some(end) => self.0.get(..end).unwrap_or_default(),
            None => self.0,
        };
        std::str::from_utf8(line.trim_ascii_end()).ok()
    }

    /// Its lines without comments, each without the white space around it. The first may be empty.
    pub fn lines(self) -> impl Iterator<Item = &'a [u8]> {
        self.0
            .split(|&b| b == b'\n')
            .enumerate()
            .filter(|(number, line)| *number == 0 || line.first() != Some(&b'#'))
            .map(|(_, line)| line.trim_ascii())
    }

    /// Its words, separated by any white space, over all lines. Words that are not UTF-8 are left out.
    pub fn words(self) -> impl Iterator<Item = &'a str> {
        self.lines()
            .flat_map(|line| line.split(u8::is_ascii_whitespace))
            .filter(|word| !word.is_empty())
            .filter_map(|word| std::str::from_utf8(word).ok())
    }

    /// The whole value as one line: borrowed when it is one already, otherwise its lines joined by
    /// spaces. What is not UTF-8 is replaced.
    #[must_use]
    pub fn folded(self) -> Cow<'a, str> {
        if memchr(b'\n', self.0).is_none() {
            return String::from_utf8_lossy(self.0);
        }
        let mut out = String::with_capacity(self.0.len());
        for line in self.lines().filter(|l| !l.is_empty()) {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(&String::from_utf8_lossy(line));
        }
        Cow::Owned(out)
    }
}

/// Walks the stanzas of a text in memory, each at most [`MAX_STANZA_LEN`] bytes.
#[must_use]
pub fn stanzas(text: &[u8]) -> Stanzas<'_> {
    Stanzas { rest: text, line: 1, limit: MAX_STANZA_LEN }
}

/// The iterator of [`stanzas`].
#[derive(Debug, Clone)]
pub struct Stanzas<'a> {
    rest: &'a [u8],
    line: u64,
    limit: usize,
}

impl Stanzas<'_> {
    /// Another limit than [`MAX_STANZA_LEN`] for one stanza, in bytes.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}

impl<'a> Iterator for Stanzas<'a> {
    type Item = Result<Stanza<'a>, StanzaError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (skip, lines) = blank_prefix(self.rest);
            self.rest = self.rest.get(skip..).unwrap_or_default();
            self.line += lines;
            if self.rest.is_empty() {
                return None;
            }
            let end = stanza_end(self.rest, 0).unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            let line = self.line;
            self.rest = rest;
            if text.len() > self.limit {
                self.line += count_lines(text);
                return Some(Err(StanzaError::TooLong { line, limit: self.limit }));
            }
            match parse_fields(text, line) {
                Ok((stanza, lines)) => {
                    self.line += lines;
                    if !stanza.fields.is_empty() {
                        return Some(Ok(stanza));
                    }
                }
                Err(error) => {
                    self.line += count_lines(text);
                    return Some(Err(error));
                }
            }
        }
    }
}

/// Reads stanzas from a reader in bounded memory: one stanza and one read.
///
/// [`StanzaReader::next`] lends the stanza until the next call, so this is no `Iterator`.
#[derive(Debug)]
pub struct StanzaReader<R> {
    reader: R,
    buffer: Vec<u8>,
    /// What has been read and not handed out yet: `buffer[start..end]`.
    start: usize,
    end: usize,
    line: u64,
    at_end: bool,
    limit: usize,
}

impl<R: Read> StanzaReader<R> {
    /// Reads from `reader`, which need not be buffered.
    #[must_use]
    pub fn new(reader: R) -> Self {
        Self { reader, buffer: vec![0; 2 * READ_LEN], start: 0, end: 0, line: 1, at_end: false, limit: MAX_STANZA_LEN }
    }

    /// Another limit than [`MAX_STANZA_LEN`] for one stanza, in bytes.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// The reader, as far as it has been read.
    #[must_use]
    pub fn into_inner(self) -> R {
        self.reader
    }

    /// The next stanza; `Ok(None)` at the end of the text.
    ///
    /// # Errors
    /// See [`StanzaError`]. Unless it is fatal, the next call returns the next stanza.
    #[expect(clippy::should_implement_trait, reason = "the stanza borrows from the reader; an Iterator cannot lend")]
    pub fn next(&mut self) -> Result<Option<Stanza<'_>>, StanzaError> {
        loop {
            if !self.skip_blank()? {
                return Ok(None);
            }
            let line = self.line;
            let Some(len) = self.find_end(line)? else {
                return Err(StanzaError::TooLong { line, limit: self.limit });
            };
            let from = self.start;
            self.start += len;
            let text = self.buffer.get(from..self.start).unwrap_or_default();
            self.line += count_lines(text);
            // A stanza of comments only is looked at twice: the borrow of a returned stanza would
            // otherwise last for the whole loop.
            if only_comments(text) {
                continue;
            }
            let text = self.buffer.get(from..self.start).unwrap_or_default();
            return parse_fields(text, line).map(|(stanza, _)| Some(stanza));
        }
    }

    /// Skips empty lines; false at the end of the text.
    fn skip_blank(&mut self) -> Result<bool, StanzaError> {
        loop {
            let ready = self.buffer.get(self.start..self.end).unwrap_or_default();
            let (skip, lines) = blank_prefix(ready);
            // A lone carriage return at the end of what was read may be half an empty line.
            let undecided = ready.get(skip..).is_some_and(|r| r.is_empty() || r == b"\r");
            self.start += skip;
            self.line += lines;
            if !undecided {
                return Ok(true);
            }
            if !self.fill()? {
                return Ok(self.start < self.end);
            }
        }
    }

    /// The length of the stanza at `start`, reading on as needed. `None`, with the stanza skipped,
    /// when it is larger than the limit.
    fn find_end(&mut self, line: u64) -> Result<Option<usize>, StanzaError> {
        let mut searched = 0;
        let mut too_long = false;
        loop {
            let ready = self.buffer.get(self.start..self.end).unwrap_or_default();
            if let Some(len) = stanza_end(ready, searched) {
                if !too_long && len <= self.limit {
                    return Ok(Some(len));
                }
                self.line += count_lines(ready.get(..len).unwrap_or_default());
                self.start += len;
                return Ok(None);
            }
            // The end is recognized by up to three bytes ("\n\r\n"): look at the last two again.
            searched = ready.len().saturating_sub(2);
            if searched > self.limit {
                // Let go of what cannot be used; keep the bytes that may begin the end.
                too_long = true;
                self.line += count_lines(ready.get(..searched).unwrap_or_default());
                self.start += searched;
                searched = 0;
            }
            if !self.fill()? {
                let left = self.end - self.start;
                if !too_long && left <= self.limit {
                    return Ok(Some(left));
                }
                self.start = self.end;
                return if too_long || left > self.limit {
                    Err(StanzaError::TooLong { line, limit: self.limit })
                } else {
                    Ok(None)
                };
            }
        }
    }

    /// Reads more; false at the end of the text.
    fn fill(&mut self) -> Result<bool, StanzaError> {
        if self.at_end {
            return Ok(false);
        }
        if self.start > 0 && self.buffer.len() - self.end < READ_LEN {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < READ_LEN {
            // Bounded: find_end gives up what is over the limit.
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let space = self.buffer.get_mut(self.end..).unwrap_or_default();
        loop {
            match self.reader.read(space) {
                Ok(0) => {
                    self.at_end = true;
                    return Ok(false);
                }
                Ok(n) => {
                    self.end += n;
                    return Ok(true);
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(source) => {
                    self.at_end = true;
                    self.start = self.end;
                    return Err(StanzaError::Read { line: self.line, source });
                }
            }
        }
    }
}

/// Bytes and lines of the empty lines at the start of `text`.
fn blank_prefix(text: &[u8]) -> (usize, u64) {
    let (mut bytes, mut lines) = (0, 0);
    loop {
        match text.get(bytes..) {
            Some([b'\n', ..]) => bytes += 1,
            Some([b'\r', b'\n', ..]) => bytes += 2,
            _ => return (bytes, lines),
        }
        lines += 1;
    }
}

/// Where the stanza at the start of `text` ends: behind the line that an empty line follows.
/// `None` when no empty line is there. Newlines before `from` are known not to end it.
fn stanza_end(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr(b'\n', text.get(at..)?)? + 1;
        if let Some([b'\n', ..] | [b'\r', b'\n', ..]) = text.get(at..) {
            return Some(at);
        }
    }
}

fn count_lines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

fn only_comments(text: &[u8]) -> bool {
    text.first() == Some(&b'#') && text.split(|&b| b == b'\n').all(|l| l.is_empty() || l.first() == Some(&b'#'))
}

/// Reads the fields of `text`, one stanza without empty lines, whose first line is number `line`.
/// Returns the number of lines too.
fn parse_fields(text: &[u8], line: u64) -> Result<(Stanza<'_>, u64), StanzaError> {
    let mut fields: Vec<Field<'_>> = Vec::with_capacity(32);
    let mut first_line = line;
    let mut number = line;
    let mut at = 0;
    // The current field: its name, and where its value starts and (so far) ends.
    let mut open: Option<(&[u8], usize, usize)> = None;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        let len = memchr(b'\n', rest).unwrap_or(rest.len());
        let line_text = rest.get(..len).unwrap_or_default();
        match line_text.first() {
            Some(b'#') => {}
            Some(b' ' | b'\t') => match &mut open {
                Some((_, _, end)) => *end = at + len,
                None => return Err(StanzaError::ContinuationFirst { line: number }),
            },
            _ => {
                let colon = memchr(b':', line_text).ok_or(StanzaError::NotAField { line: number })?;
                let name = line_text.get(..colon).unwrap_or_default();
                if name.is_empty() || name.iter().any(|b| !b.is_ascii_graphic()) {
                    return Err(StanzaError::NotAField { line: number });
                }
                match open.replace((name, at + colon + 1, at + len)) {
                    Some(done) => fields.push(field(text, done)),
                    None => first_line = number,
                }
                if fields.len() >= MAX_FIELDS {
                    return Err(StanzaError::TooManyFields { line });
                }
            }
        }
        at += len + 1;
        number += 1;
    }
    fields.extend(open.map(|last| field(text, last)));
    Ok((Stanza { fields, line: first_line }, number - line))
}

fn field<'a>(text: &'a [u8], (name, start, end): (&'a [u8], usize, usize)) -> Field<'a> {
    let raw = text.get(start..end).unwrap_or_default();
    // Blanks only: a value that starts on its second line keeps its (empty) first line.
    let blanks = raw.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
    Field { name, value: Value(raw.get(blanks..).unwrap_or_default().trim_ascii_end()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "\n# a comment\nTypes: deb\n# another\nURIs:  http://a/ \n  http://b/\n\
        # between\n\thttp://c/\n\n\n# only a comment\n\nPackage: x\r\nDescription: short\r\n long\r\n .\r\n\r\nName:\n a\n b\n";

    #[test]
    fn reads_fields_comments_and_continuations() {
        let all: Vec<_> = stanzas(TEXT.as_bytes()).map(Result::unwrap).collect();
        assert_eq!(all.iter().map(Stanza::line).collect::<Vec<_>>(), [3, 13, 18]);
        assert_eq!(all[0].text("types"), Some("deb"));
        assert_eq!(all[0].get("uris").unwrap().words().collect::<Vec<_>>(), ["http://a/", "http://b/", "http://c/"]);
        assert_eq!(all[0].get("URIS").unwrap().folded(), "http://a/ http://b/ http://c/");
        assert_eq!(all[1].text("Description"), Some("short"));
        assert_eq!(all[1].get("description").unwrap().lines().count(), 3);
        assert_eq!(all[2].text("Name"), Some(""));
        assert_eq!(all[2].get("name").unwrap().folded(), "a b");
        assert_eq!(all[2].text("absent"), None);
    }

    #[test]
    fn one_bad_stanza_does_not_lose_the_others() {
        let text = b"A: 1\n\nno field\nB: 2\n\n  first\nC: 3\n\n: x\n\nb\xc3\xa4d: x\n\nD: 4";
        let lines: Vec<_> = stanzas(text).map(|s| s.map(|s| s.line()).map_err(|e| e.line())).collect();
        assert_eq!(lines, [Ok(1), Err(3), Err(6), Err(9), Err(11), Ok(13)]);
    }

    #[test]
    fn size_and_number_of_fields_are_bounded() {
        let text = format!("A: 1\n\nB: {}\n\nC: 3\n", "x".repeat(300_000));
        let mut reader = StanzaReader::new(text.as_bytes()).with_limit(1000);
        assert_eq!(reader.next().unwrap().unwrap().text("a"), Some("1"));
        insta::assert_snapshot!(reader.next().unwrap_err(), @"the stanza at line 3 is larger than 1000 bytes");
        let last = reader.next().unwrap().unwrap();
        assert_eq!((last.text("c"), last.line()), (Some("3"), 5));
        assert!(reader.next().unwrap().is_none());
        let kinds: Vec<_> = stanzas(text.as_bytes()).with_limit(1000).map(|s| s.is_ok()).collect();
        assert_eq!(kinds, [true, false, true]);

        let many = "A: 1\n".repeat(MAX_FIELDS + 1);
        assert!(matches!(Stanza::parse(many.as_bytes()), Err(StanzaError::TooManyFields { line: 1 })));
    }

    #[test]
    fn a_failing_reader_ends_the_reading() {
        struct Broken(bool);
        impl Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(std::io::Error::other("broken"));
                }
                buffer[..9].copy_from_slice(b"A: 1\n\nB: ");
                Ok(9)
            }
        }
        let mut reader = StanzaReader::new(Broken(false));
        assert!(reader.next().unwrap().is_some());
        assert!(reader.next().unwrap_err().is_fatal());
        assert!(reader.next().unwrap().is_none());
    }

    /// Hands out `step` bytes at a time, so that every boundary is met.
    struct Dribble<'a>(&'a [u8], usize);
    impl Read for Dribble<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let n = self.1.min(self.0.len()).min(buffer.len());
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn described(stanza: Result<&Stanza<'_>, &StanzaError>) -> String {
        match stanza {
            Ok(s) => format!("{}: {:?}", s.line(), s.fields),
            Err(e) => e.to_string(),
        }
    }

    proptest! {
        #[test]
        fn streaming_reads_the_same(text in "([A-C]: ?[a:]{0,3}| [a-c]|#c|x|\r|)(\r?\n([A-C]: ?[a:]{0,3}| [a-c#]|#c|x|\r||)){0,12}\n?", step in 1..5usize, limit in 4..20usize) {
            let whole: Vec<_> = stanzas(text.as_bytes()).with_limit(limit).map(|s| described(s.as_ref())).collect();
            let mut reader = StanzaReader::new(Dribble(text.as_bytes(), step)).with_limit(limit);
            let mut streamed = Vec::new();
            loop {
                match reader.next() {
                    Ok(None) => break,
                    Ok(Some(s)) => streamed.push(described(Ok(&s))),
                    Err(e) => streamed.push(described(Err(&e))),
                }
            }
            prop_assert_eq!(whole, streamed);
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for stanza in stanzas(&bytes).flatten() {
                for field in stanza.fields() {
                    let _ = (field.value().folded(), field.value().words().count());
                }
            }
        }
    }
}
