//! Finding where documents begin and end.

use memchr::{memchr, memmem};

use super::{MAX_DOCUMENT, NotADocument};

/// The namespace of update documents, by which a root is told from another element of the same name.
const NAMESPACE: &[u8] = b"http://schemas.microsoft.com/msus/2002/12/Update";
/// The local name of the root.
const ROOT: &[u8] = b"Update";
/// Longest start tag of a root: ten namespace declarations are below 1 KiB.
const MAX_ROOT_TAG: usize = 64 << 10;
/// Characters of a foreign root's name that are shown.
const SHOWN: usize = 80;

/// What a scan came to. Offsets are into the text that was scanned.
pub(super) enum Found {
    Document {
        start: usize,
        end: usize,
    },
    Bad {
        start: usize,
        end: usize,
        why: NotADocument,
    },
    /// More text is needed; what lies before `before` is not.
    Nothing {
        before: usize,
    },
}

/// Where the scanner is.
#[derive(Default)]
enum State {
    /// Between documents.
    #[default]
    Between,
    /// In the document that begins at `start`, whose root is called `name`.
    Inside { start: usize, name: Vec<u8> },
    /// After something that is no document, looking for the next one.
    Lost,
}

#[derive(Default)]
pub(super) struct Scanner {
    state: State,
    /// Scanning goes on here.
    at: usize,
    /// A comment or the like that did not end yet was searched up to here.
    searched: usize,
}

/// What a `<` begins.
enum Markup {
    /// Comment, CDATA section or processing instruction, with its end.
    Opaque(usize),
    /// The same, and its end is not there yet.
    OpaqueOpen,
    /// A document type declaration, or one of those that only it may hold.
    Declaration,
    StartTag,
    EndTag,
    /// Not enough text to tell.
    Short,
}

impl Scanner {
    /// The text before this offset is gone.
    pub(super) fn moved(&mut self, by: usize) {
        self.at = self.at.saturating_sub(by);
        self.searched = self.searched.saturating_sub(by);
        if let State::Inside { start, .. } = &mut self.state {
            *start = start.saturating_sub(by);
        }
    }

    pub(super) fn scan(&mut self, text: &[u8], ended: bool) -> Found {
        loop {
            let found = match &self.state {
                State::Between => self.between(text, ended),
                State::Inside { .. } => self.inside(text, ended),
                State::Lost => self.lost(text, ended),
            };
            // Nothing found: the state has changed, and scanning goes on in the new one.
            if let Some(found) = found {
                return found;
            }
        }
    }

    /// Passes over white space, comments and declarations to the next root.
    fn between(&mut self, text: &[u8], ended: bool) -> Option<Found> {
        loop {
            let rest = text.get(self.at..).unwrap_or_default();
            let next = memchr(b'<', rest);
            let gap = rest.get(..next.unwrap_or(rest.len())).unwrap_or_default();
            let head = match line_head(gap, next.is_some() || ended) {
                Ok(head) => head,
                Err(stray) => {
                    self.at += stray;
                    return Some(self.stray(text));
                }
            };
            let Some(next) = next else {
                // An incomplete head of a line is looked at again when more has come.
                self.at += head;
                return Some(Found::Nothing { before: self.at });
            };
            let at = self.at + next;
            match markup(text, at, self.searched, ended) {
                Markup::Opaque(end) => self.at = end,
                Markup::OpaqueOpen | Markup::Short if !ended && text.len() - self.at <= MAX_DOCUMENT => {
                    self.searched = text.len();
                    return Some(Found::Nothing { before: self.at });
                }
                Markup::Declaration => return Some(self.bad(at, at + 1, NotADocument::Dtd)),
                Markup::StartTag => {
                    let Some(tag) = start_tag(text, at, ended) else {
                        return Some(Found::Nothing { before: self.at });
                    };
                    return self.root(at, &tag);
                }
                Markup::EndTag | Markup::OpaqueOpen | Markup::Short => {
                    self.at = at;
                    return Some(self.stray(text));
                }
            }
        }
    }

    fn root(&mut self, start: usize, tag: &StartTag<'_>) -> Option<Found> {
        if !tag.is_root_name() {
            let name = String::from_utf8_lossy(tag.name).chars().take(SHOWN).collect();
            return Some(self.bad(start, start + 1, NotADocument::OtherRoot { name }));
        }
        (self.at, self.searched) = (tag.end, tag.end);
        if tag.empty {
            return Some(Found::Document { start, end: tag.end });
        }
        self.state = State::Inside { start, name: tag.name.to_vec() };
        None
    }

    /// Looks for the end tag of the root.
    fn inside(&mut self, text: &[u8], ended: bool) -> Option<Found> {
        let State::Inside { start, name } = &self.state else { return None };
        let start = *start;
        loop {
            if self.at - start > MAX_DOCUMENT {
                return Some(self.bad(start, self.at, NotADocument::TooLarge));
            }
            let Some(next) = memchr(b'<', text.get(self.at..).unwrap_or_default()) else {
                self.at = text.len();
                if self.at - start > MAX_DOCUMENT {
                    return Some(self.bad(start, self.at, NotADocument::TooLarge));
                }
                return Some(self.unfinished(text, start, text.len(), ended));
            };
            let at = self.at + next;
            match markup(text, at, self.searched, ended) {
                Markup::Opaque(end) => self.at = end,
                Markup::OpaqueOpen => {
                    self.at = at;
                    if text.len() - start > MAX_DOCUMENT {
                        // What looked like a comment without end may have swallowed other documents.
                        return Some(self.bad(start, at + 1, NotADocument::TooLarge));
                    }
                    self.searched = text.len();
                    return Some(self.unfinished(text, start, at + 1, ended));
                }
                Markup::Short => {
                    self.at = at;
                    return Some(self.unfinished(text, start, text.len(), ended));
                }
                Markup::EndTag => {
                    let tail = text.get(at + 2..).unwrap_or_default();
                    if tail.starts_with(name) {
                        match tail.get(name.len()) {
                            Some(b'>' | b' ' | b'\t' | b'\r' | b'\n') => {
                                let Some(close) = memchr(b'>', tail) else {
                                    self.at = at;
                                    return Some(self.unfinished(text, start, text.len(), ended));
                                };
                                let end = at + 2 + close + 1;
                                self.at = end;
                                self.state = State::Between;
                                return Some(Found::Document { start, end });
                            }
                            Some(_) => {}
                            None => {
                                self.at = at;
                                return Some(self.unfinished(text, start, text.len(), ended));
                            }
                        }
                    } else if name.starts_with(tail) {
                        self.at = at;
                        return Some(self.unfinished(text, start, text.len(), ended));
                    }
                    self.at = at + 2;
                }
                Markup::StartTag => {
                    if could_be_root(text.get(at + 1..).unwrap_or_default()) {
                        match start_tag(text, at, ended) {
                            None => {
                                self.at = at;
                                return Some(self.unfinished(text, start, text.len(), ended));
                            }
                            Some(tag) if tag.is_document() => {
                                // The next document begins before this one has ended.
                                let cut = text.get(start..at).unwrap_or_default().to_vec();
                                self.at = at;
                                self.state = State::Between;
                                let why = NotADocument::Unclosed { text: cut };
                                return Some(Found::Bad { start, end: at, why });
                            }
                            Some(_) => {}
                        }
                    }
                    self.at = at + 1;
                }
                Markup::Declaration => self.at = at + 1,
            }
        }
    }

    /// More text is needed, unless there is none: then the document is cut off, and what lies behind `resume` is
    /// looked through for others.
    fn unfinished(&mut self, text: &[u8], start: usize, resume: usize, ended: bool) -> Found {
        if !ended {
            return Found::Nothing { before: start };
        }
        let cut = text.get(start..resume).unwrap_or_default().to_vec();
        self.bad(start, resume, NotADocument::Unclosed { text: cut })
    }

    fn bad(&mut self, start: usize, end: usize, why: NotADocument) -> Found {
        self.state = State::Lost;
        self.at = end;
        self.searched = end;
        Found::Bad { start, end, why }
    }

    fn stray(&mut self, text: &[u8]) -> Found {
        let start = self.at;
        self.bad(start, (start + 1).min(text.len()), NotADocument::Stray)
    }

    /// Looks for the next root, whatever lies before it.
    fn lost(&mut self, text: &[u8], ended: bool) -> Option<Found> {
        loop {
            let Some(next) = memchr(b'<', text.get(self.at..).unwrap_or_default()) else {
                self.at = text.len();
                return Some(Found::Nothing { before: text.len() });
            };
            let at = self.at + next;
            let tail = text.get(at + 1..).unwrap_or_default();
            if could_be_root(tail) {
                match start_tag(text, at, ended) {
                    None => {
                        self.at = at;
                        return Some(Found::Nothing { before: at });
                    }
                    Some(tag) if tag.is_document() => {
                        self.at = at;
                        self.searched = at;
                        self.state = State::Between;
                        return None;
                    }
                    Some(_) => {}
                }
            }
            self.at = at + 1;
        }
    }
}

/// A start tag that is there up to its end.
struct StartTag<'t> {
    name: &'t [u8],
    text: &'t [u8],
    end: usize,
    empty: bool,
}

impl StartTag<'_> {
    fn is_root_name(&self) -> bool {
        self.name.rsplit(|byte| *byte == b':').next() == Some(ROOT)
    }

    /// It begins a document: the right name in the right namespace.
    fn is_document(&self) -> bool {
        self.is_root_name() && memmem::find(self.text, NAMESPACE).is_some()
    }
}

/// The start tag at `at`; `None` when more text is needed. One that is cut off or broken ends where it breaks.
fn start_tag(text: &[u8], at: usize, ended: bool) -> Option<StartTag<'_>> {
    let tail = text.get(at..).unwrap_or_default();
    let mut quote = None;
    let mut length = None;
    for (offset, byte) in tail.iter().enumerate().skip(1).take(MAX_ROOT_TAG) {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            (None, b'>') => {
                length = Some(offset + 1);
                break;
            }
            // Not allowed in a tag, not even between quotes.
            (_, b'<') => {
                length = Some(offset);
                break;
            }
            _ => {}
        }
    }
    let length = match length {
        Some(length) => length,
        None if ended || tail.len() > MAX_ROOT_TAG => tail.len().min(MAX_ROOT_TAG),
        None => return None,
    };
    let tag = tail.get(..length).unwrap_or_default();
    let name = tag.get(1..).unwrap_or_default();
    let name_end = name.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>' | b'<'));
    let name = name.get(..name_end.unwrap_or(name.len())).unwrap_or_default();
    Some(StartTag { name, text: tag, end: at + length, empty: tag.ends_with(b"/>") })
}

/// Whether what follows a `<` may be the name of a root, with any prefix; also when it is cut off.
fn could_be_root(tail: &[u8]) -> bool {
    const LONGEST_PREFIX: usize = 32;
    let name = tail.get(..tail.len().min(LONGEST_PREFIX + ROOT.len() + 2)).unwrap_or_default();
    let end = name.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>' | b'<' | b'='));
    match end {
        Some(end) => name.get(..end).unwrap_or_default().rsplit(|byte| *byte == b':').next() == Some(ROOT),
        None => name.len() == tail.len(),
    }
}

fn markup(text: &[u8], at: usize, searched: usize, ended: bool) -> Markup {
    let tail = text.get(at + 1..).unwrap_or_default();
    let opaque = |open: &[u8], close: &[u8]| {
        // What was searched before is not searched again, but for an end that may straddle the border.
        let from = (at + 1 + open.len()).max(searched.saturating_sub(close.len()));
        let end = memmem::find(text.get(from..).unwrap_or_default(), close);
        end.map_or(Markup::OpaqueOpen, |end| Markup::Opaque(from + end + close.len()))
    };
    match tail {
        [] => Markup::Short,
        [b'/', ..] => Markup::EndTag,
        [b'?', ..] => opaque(b"?", b"?>"),
        [b'!', b'-', b'-', ..] => opaque(b"!--", b"-->"),
        _ if tail.starts_with(b"![CDATA[") => opaque(b"![CDATA[", b"]]>"),
        [b'!', ..] if !ended && (b"!--".starts_with(tail) || b"![CDATA[".starts_with(tail)) => Markup::Short,
        [b'!', ..] => Markup::Declaration,
        _ => Markup::StartTag,
    }
}

/// Whether text may stand between documents: white space and byte order marks, then perhaps the head of a line of
/// `metadata.txt`, which may be incomplete while no `<` follows. Where that head begins; an error when it is something
/// else.
fn line_head(gap: &[u8], complete: bool) -> Result<usize, usize> {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    let mut rest = gap.trim_ascii_start();
    while let Some(after) = rest.strip_prefix(MARK) {
        rest = after.trim_ascii_start();
    }
    let begin = gap.len() - rest.len();
    let rest = if complete { rest.trim_ascii_end() } else { rest };
    // id (36), revision and length (8 hexadecimal digits), each with a comma
    let shape = |(at, byte): (usize, &u8)| match at {
        36 | 45 | 54 => *byte == b',',
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    let is_head = || rest.len() <= 55 && (rest.len() == 55 || !complete) && rest.iter().enumerate().all(shape);
    let is_half_mark = || !complete && MARK.starts_with(rest);
    if rest.is_empty() || is_half_mark() || is_head() { Ok(begin) } else { Err(begin) }
}
