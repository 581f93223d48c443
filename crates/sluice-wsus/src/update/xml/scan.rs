//! From text to markup: where tags, texts and sections begin and end. One pass over each byte, nothing copied.
//!
//! What is checked the first time (names, attributes, references, end tags) is not checked when a text is read again.

use super::super::error::{Malformed, UpdateError};
use super::super::limits::MAX_ATTRIBUTES;
use super::super::text::is_allowed;
use super::attributes::{self, Attributes};

/// A piece of markup. Comments, processing instructions and the XML declaration are passed over.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece<'a> {
    /// A start tag, or an empty element.
    Open(StartTag<'a>),
    /// An end tag.
    Close,
    /// Text with references, as it stands.
    Text(&'a str),
    /// The content of a CDATA section.
    CData(&'a str),
    /// A document type declaration.
    Dtd,
    /// The text is over.
    End,
}

/// A start tag, or an empty element.
#[derive(Clone, Copy, Debug)]
pub(super) struct StartTag<'a> {
    /// What stands between the angle brackets, without the slash of an empty element.
    pub(super) content: &'a str,
    /// Length of the name.
    pub(super) name_len: usize,
    /// `<a/>`.
    pub(super) empty: bool,
    /// It may have namespace declarations.
    pub(super) declares: bool,
}

/// Reads pieces from front to back.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    /// What `text` begins at in the whole text; all positions are in that.
    offset: usize,
    at: usize,
    /// Where the last piece begins.
    start: usize,
    /// The text was read before.
    checked: bool,
    /// Names of the open elements; not kept when the text was read before.
    open: Vec<&'a str>,
    /// Names of the attributes of the tag that is read.
    keys: Vec<&'a str>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, offset: usize, checked: bool) -> Self {
        Self { text, offset, at: 0, start: offset, checked, open: Vec::new(), keys: Vec::new() }
    }

    /// How far it has read.
    pub(super) fn position(&self) -> usize {
        self.offset + self.at
    }

    /// Where the last piece begins.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Reads on.
    pub(super) fn next(&mut self) -> Result<Piece<'a>, UpdateError> {
        loop {
            let rest = self.rest();
            let start = self.position();
            self.start = start;
            match rest.as_bytes() {
                [] => return Ok(Piece::End),
                [b'<', b'/', ..] => return self.close(rest),
                [b'<', b'?', b'>', ..] => return Err(malformed(start, Malformed::Markup)),
                [b'<', b'?', ..] => self.at += self.end_of(rest, 2, "?>")?,
                [b'<', b'!', b'-', b'-', ..] => self.comment(rest)?,
                [b'<', b'!', b'[', ..] if rest.starts_with("<![CDATA[") => {
                    let end = self.end_of(rest, "<![CDATA[".len(), "]]>")?;
                    self.at += end;
                    return Ok(Piece::CData(rest.get("<![CDATA[".len()..end - 3).unwrap_or("")));
                }
                [b'<', b'!', ..] if rest.get(2..9).is_some_and(|word| word.eq_ignore_ascii_case("doctype")) => {
                    return Ok(Piece::Dtd);
                }
                [b'<', b'!', ..] => return Err(malformed(start, Malformed::Markup)),
                [b'<', ..] => return self.open(rest),
                _ => {
                    let end = memchr::memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
                    let text = rest.get(..end).unwrap_or("");
                    if !self.checked {
                        references(text, start)?;
                    }
                    self.at += end;
                    return Ok(Piece::Text(text));
                }
            }
        }
    }

    /// How long it is to the end of a section that begins with so many bytes and ends so.
    fn end_of(&self, rest: &str, begin: usize, mark: &str) -> Result<usize, UpdateError> {
        let inside = rest.as_bytes().get(begin..).unwrap_or_default();
        let end = memchr::memmem::find(inside, mark.as_bytes());
        end.map(|end| begin + end + mark.len()).ok_or_else(|| malformed(self.position(), Malformed::Unended))
    }

    fn comment(&mut self, rest: &str) -> Result<(), UpdateError> {
        let inside = rest.get(4..).unwrap_or("");
        let end = memchr::memmem::find(inside.as_bytes(), b"--")
            .ok_or_else(|| malformed(self.position(), Malformed::Unended))?;
        if inside.as_bytes().get(end + 2) != Some(&b'>') {
            return Err(malformed(self.position() + 4 + end, Malformed::Comment));
        }
        self.at += 4 + end + 3;
        Ok(())
    }

    fn close(&mut self, rest: &'a str) -> Result<Piece<'a>, UpdateError> {
        let end =
            memchr::memchr(b'>', rest.as_bytes()).ok_or_else(|| malformed(self.position(), Malformed::Unended))?;
        if !self.checked {
            let name = rest.get(2..end).unwrap_or("").trim_ascii_end();
            if self.open.pop() != Some(name) {
                return Err(malformed(self.position(), Malformed::EndTag));
            }
        }
        self.at += end + 1;
        Ok(Piece::Close)
    }

    fn open(&mut self, rest: &'a str) -> Result<Piece<'a>, UpdateError> {
        let start = self.position();
        let bytes = rest.as_bytes();
        let name_end = attributes::name_end(bytes, 1);
        let (end, declares) = if self.checked {
            (tag_end(bytes, name_end).ok_or_else(|| malformed(start, Malformed::Unended))?, true)
        } else {
            self.check_tag(rest, name_end, start)?
        };
        let empty = bytes.get(end.wrapping_sub(1)) == Some(&b'/');
        let content = rest.get(1..end - usize::from(empty)).unwrap_or("");
        if !empty && !self.checked {
            self.open.push(rest.get(1..name_end).unwrap_or(""));
        }
        self.at += end + 1;
        Ok(Piece::Open(StartTag { content, name_len: name_end - 1, empty, declares }))
    }

    /// Checks name and attributes of a start tag; where its `>` is, and whether it may declare namespaces.
    fn check_tag(&mut self, rest: &'a str, name_end: usize, start: usize) -> Result<(usize, bool), UpdateError> {
        if !attributes::is_name(rest.get(1..name_end).unwrap_or("")) {
            return Err(UpdateError::Name { position: start });
        }
        self.keys.clear();
        let mut declares = false;
        let mut all = Attributes::new(rest, name_end);
        while let Some((key, value)) = all.next().map_err(|what| malformed(start, what))? {
            if self.keys.len() == MAX_ATTRIBUTES {
                return Err(UpdateError::TooMany { what: "attributes", limit: MAX_ATTRIBUTES, position: start });
            }
            if self.keys.contains(&key) {
                return Err(malformed(start, Malformed::Twice));
            }
            if !attributes::is_name(key) {
                return Err(UpdateError::Name { position: start });
            }
            declares |= key.starts_with("xmlns");
            if memchr::memchr2(b'&', b'<', value.as_bytes()).is_some() {
                known_reference(value, start)?;
            }
            self.keys.push(key);
        }
        match rest.as_bytes().get(all.end()) {
            Some(b'>') => Ok((all.end(), declares)),
            _ => Err(malformed(start, Malformed::Unended)),
        }
    }
}

/// Where the `>` of a tag is.
fn tag_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr3(b'>', b'"', b'\'', bytes.get(at..)?)?;
        match bytes.get(at)? {
            b'>' => return Some(at),
            quote => at += 2 + memchr::memchr(*quote, bytes.get(at + 1..)?)?,
        }
    }
}

pub(super) fn malformed(position: usize, what: Malformed) -> UpdateError {
    UpdateError::Xml { position, source: what }
}

/// Every reference in a text is one that XML knows.
fn references(text: &str, start: usize) -> Result<(), UpdateError> {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = bytes.get(from..).and_then(|rest| memchr::memchr(b'&', rest)).map(|at| from + at) {
        let end = memchr::memchr(b';', bytes.get(at..).unwrap_or_default()).map_or(bytes.len(), |end| at + end + 1);
        known_reference(text.get(at..end).unwrap_or("&"), start + at)?;
        from = end;
    }
    Ok(())
}

/// References name a character XML allows or one of its five entities; an attribute holds no `<`.
fn known_reference(text: &str, position: usize) -> Result<(), UpdateError> {
    if matches!(text, "&lt;" | "&gt;" | "&amp;" | "&quot;" | "&apos;") {
        return Ok(());
    }
    match quick_xml::escape::unescape(text) {
        Ok(plain) if is_allowed(&plain).is_ok() && !text.contains('<') => Ok(()),
        _ => Err(UpdateError::Entity { position }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::events::Event;
    use quick_xml::reader::Reader;

    use super::*;

    /// What a document consists of, or that it is refused.
    type Seen = Option<Vec<String>>;

    fn seen(text: &str, checked: bool) -> Seen {
        let mut scanner = Scanner::new(text, 0, checked);
        let mut seen = Vec::new();
        loop {
            match scanner.next().ok()? {
                Piece::Open(tag) => {
                    let name = tag.content.get(..tag.name_len)?;
                    let mut all = Attributes::new(tag.content, tag.name_len);
                    let mut line = format!("<{name}");
                    while let Some((key, value)) = all.next().ok()? {
                        line.push_str(&format!(" {key}=[{value}]"));
                    }
                    seen.push(line);
                    if tag.empty {
                        seen.push("/".to_owned());
                    }
                }
                Piece::Close => seen.push("/".to_owned()),
                Piece::Text(text) => add_text(&mut seen, text),
                Piece::CData(text) => seen.push(format!("[{text}]")),
                Piece::Dtd => return None,
                Piece::End => return (checked || scanner.open.is_empty()).then_some(seen),
            }
        }
    }

    /// Another reader gives text in pieces.
    fn add_text(seen: &mut Vec<String>, text: &str) {
        match seen.last_mut().filter(|last| last.starts_with('"')) {
            Some(last) => last.push_str(text),
            None => seen.push(format!("\"{text}")),
        }
    }

    /// The same by another reader.
    fn second_opinion(text: &str) -> Seen {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_comments = true;
        let mut seen = Vec::new();
        let mut depth = 0_usize;
        loop {
            let event = reader.read_event().ok()?;
            let empty = matches!(event, Event::Empty(_));
            match event {
                Event::Start(tag) | Event::Empty(tag) => {
                    let name = tag.name().into_inner().to_owned();
                    let mut line = format!("<{name}");
                    for attribute in tag.attributes() {
                        let attribute = attribute.ok()?;
                        let (key, value) = (attribute.key.into_inner(), &*attribute.value);
                        let known = known_reference(value, 0).is_ok();
                        if !attributes::is_name(key) || !known {
                            return None;
                        }
                        line.push_str(&format!(" {key}=[{value}]"));
                    }
                    if !attributes::is_name(&name) {
                        return None;
                    }
                    seen.push(line);
                    if empty {
                        seen.push("/".to_owned());
                    } else {
                        depth += 1;
                    }
                }
                Event::End(_) => {
                    depth = depth.checked_sub(1)?;
                    seen.push("/".to_owned());
                }
                Event::Text(text) => add_text(&mut seen, &text),
                Event::GeneralRef(name) => {
                    let reference = format!("&{};", &*name);
                    known_reference(&reference, 0).ok()?;
                    add_text(&mut seen, &reference);
                }
                Event::CData(text) => seen.push(format!("[{}]", &*text)),
                Event::DocType(_) => return None,
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
                Event::Eof => return (depth == 0).then_some(seen),
            }
        }
    }

    fn documents() -> impl Strategy<Value = String> {
        const PARTS: &[&str] = &[
            "<a>",
            "</a>",
            "<b:c d=\"1\">",
            "</b:c>",
            "<e f='\"' g=\"'>\" />",
            "<e\n/>",
            "text",
            " ",
            "é",
            "&amp;",
            "&#65;",
            "&x;",
            "&",
            ";",
            "<![CDATA[<&]]>",
            "<!-- x -->",
            "<!-- - -->",
            "<!---->",
            "<!--",
            "-->",
            "<?pi ?>",
            "<?",
            "?>",
            "<",
            ">",
            "/",
            "=",
            "\"",
            "'",
            "<a b=\"1\" b=\"2\">",
            "<a b>",
            "<a b=c>",
            "<a b = \"&lt;\" >",
            "<1>",
            "]]>",
            "<!DOCTYPE a>",
            "<![",
            "<!",
            "</a >",
            "</ a>",
            "<a xmlns=\"u\" xmlns:b=\"v\">",
        ];
        prop::collection::vec(prop::sample::select(PARTS), 0..12).prop_map(|parts| parts.concat())
    }

    fn well_formed() -> impl Strategy<Value = String> {
        let leaf =
            prop::sample::select(&["x", "&lt;y", "<![CDATA[z]]>", "<e f='1' g = \"2\"/>", "<!-- c -->", "<?p i?>"][..]);
        leaf.prop_map(str::to_owned).prop_recursive(5, 40, 5, |inner| {
            let name = prop::sample::select(&["a", "b:c", "_d"][..]);
            (name, prop::collection::vec(inner, 0..5))
                .prop_map(|(name, inside)| format!("<{name} k=\"v>\">{}</{name} >", inside.concat()))
        })
    }

    proptest! {
        #[test]
        fn it_reads_what_another_reader_reads(text in prop_oneof![documents(), well_formed()]) {
            prop_assert_eq!(seen(&text, false), second_opinion(&text));
        }

        #[test]
        fn what_was_read_before_is_read_alike(text in prop_oneof![documents(), well_formed()]) {
            if let Some(first) = seen(&text, false) {
                prop_assert_eq!(seen(&text, true), Some(first));
            }
        }
    }
}
