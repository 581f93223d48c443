//! Reading in order.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::super::error::UpdateError;
use super::super::limits::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_TEXT};
use super::super::text::is_allowed;
use super::namespace::{Binding, Scope};
use super::tag::Tag;

/// What a [`Cursor`] stands at. Comments, processing instructions and the XML declaration are passed over.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Token<'a> {
    /// An element begins; when it is `empty`, it has ended as well.
    Open(Tag<'a>),
    /// An element ends.
    Close,
    /// Text or a reference, as it stands.
    Text(&'a str),
    /// The content of a CDATA section.
    CData(&'a str),
    /// The text is over.
    End,
}

/// Reads XML text from front to back.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    /// What `text` begins at in the whole text.
    offset: usize,
    reader: Reader<&'a [u8]>,
    depth: usize,
    scope: Scope<'a>,
    /// The text was read before, so that attributes need no second check.
    checked: bool,
}

impl<'a> Cursor<'a> {
    /// At the start of a text.
    pub(crate) fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_comments = true;
        Self { text, offset: 0, reader, depth: 0, scope: Scope::within(Vec::new()), checked: false }
    }

    /// At the start of a range of a text that another cursor has read, with the declarations that are in scope there.
    /// An impossible range is read as empty.
    pub(crate) fn again(text: &'a str, range: Range<usize>, bindings: Vec<Binding<'a>>) -> Self {
        let offset = range.start;
        let scope = Scope::within(bindings);
        Self { offset, scope, checked: true, ..Self::new(text.get(range).unwrap_or("")) }
    }

    /// Offset in the whole text.
    pub(crate) fn position(&self) -> usize {
        self.offset + self.local_position()
    }

    fn local_position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(self.text.len())
    }

    /// Part of the whole text, by offsets in it.
    pub(crate) fn slice(&self, range: Range<usize>) -> &'a str {
        let local = range.start.saturating_sub(self.offset)..range.end.saturating_sub(self.offset);
        self.text.get(local).unwrap_or("")
    }

    /// The declarations in scope.
    pub(crate) fn bindings(&self) -> &[Binding<'a>] {
        self.scope.bindings()
    }

    /// Reads on.
    pub(crate) fn next(&mut self) -> Result<Token<'a>, UpdateError> {
        // What an empty element declared is out of scope now.
        self.scope.leave(self.depth);
        loop {
            let start = self.position();
            let event = match self.reader.read_event() {
                Ok(event) => event,
                Err(source) => return Err(self.malformed(source)),
            };
            let text = self.slice(start..self.position());
            return Ok(match event {
                Event::Start(tag) => Token::Open(self.open(tag.name().as_ref().len(), text, false, start)?),
                Event::Empty(tag) => Token::Open(self.open(tag.name().as_ref().len(), text, true, start)?),
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Token::Close
                }
                Event::Text(_) => Token::Text(text),
                Event::GeneralRef(_) => {
                    known_reference(text, start)?;
                    Token::Text(text)
                }
                Event::CData(_) => {
                    Token::CData(text.strip_prefix("<![CDATA[").and_then(|t| t.strip_suffix("]]>")).unwrap_or(""))
                }
                Event::DocType(_) => return Err(UpdateError::Dtd { position: start }),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => continue,
                Event::Eof if self.depth > 0 => return Err(UpdateError::Unclosed { position: start }),
                Event::Eof => Token::End,
            });
        }
    }

    fn open(&mut self, name_len: usize, text: &'a str, empty: bool, start: usize) -> Result<Tag<'a>, UpdateError> {
        let mut tag = new_tag(name_len, text, empty, start);
        self.check(&tag)?;
        if self.depth == MAX_DEPTH {
            return Err(UpdateError::TooMany { what: "open elements", limit: MAX_DEPTH, position: start });
        }
        if !empty {
            self.depth += 1;
        }
        // The declarations of an empty element live one deeper, so that the next read drops them.
        let depth = self.depth + usize::from(empty);
        if memchr::memmem::find(tag.content().as_bytes(), b"xmlns").is_some() {
            for (key, uri) in tag.attributes() {
                match key.strip_prefix("xmlns") {
                    Some("") => self.scope.declare(depth, "", uri, start)?,
                    Some(named) => {
                        if let Some(prefix) = named.strip_prefix(':') {
                            self.scope.declare(depth, prefix, uri, start)?;
                        }
                    }
                    None => {}
                }
            }
        }
        tag.namespace = self
            .scope
            .resolve(tag.prefix())
            .ok_or_else(|| UpdateError::Prefix { prefix: tag.prefix().to_owned(), position: start })?;
        Ok(tag)
    }

    /// The next element inside `parent`, or `None` at its end. Text between is passed over. Each child must be read to
    /// its end before asking for the next one.
    pub(crate) fn child(&mut self, parent: &Tag<'a>) -> Result<Option<Tag<'a>>, UpdateError> {
        if parent.empty {
            return Ok(None);
        }
        self.sibling()
    }

    /// The next element at this level, or `None` when the level or the text ends.
    pub(crate) fn sibling(&mut self) -> Result<Option<Tag<'a>>, UpdateError> {
        loop {
            match self.next()? {
                Token::Open(tag) => return Ok(Some(tag)),
                Token::Close | Token::End => return Ok(None),
                Token::Text(_) | Token::CData(_) => {}
            }
        }
    }

    /// The text of an element, references resolved; elements inside are passed over.
    pub(crate) fn text(&mut self, tag: &Tag<'a>) -> Result<Cow<'a, str>, UpdateError> {
        let mut text = Cow::Borrowed("");
        if tag.empty {
            return Ok(text);
        }
        loop {
            let position = self.position();
            let piece = match self.next()? {
                Token::Open(inner) => {
                    self.skip(&inner)?;
                    continue;
                }
                Token::Close | Token::End => return Ok(text),
                Token::Text(raw) => quick_xml::escape::unescape(raw).map_err(|_| UpdateError::Entity { position })?,
                Token::CData(plain) => Cow::Borrowed(plain),
            };
            if text.len() + piece.len() > MAX_TEXT {
                return Err(UpdateError::TooMany { what: "bytes of text", limit: MAX_TEXT, position });
            }
            if text.is_empty() {
                text = piece;
            } else {
                text.to_mut().push_str(&piece);
            }
        }
    }

    /// Reads over an element to its end, checking what [`Cursor::next`] checks except prefixes, and gives the range it
    /// has in the whole text.
    pub(crate) fn skip(&mut self, tag: &Tag<'a>) -> Result<Range<usize>, UpdateError> {
        let mut open = usize::from(!tag.empty);
        while open > 0 {
            let start = self.position();
            let event = match self.reader.read_event() {
                Ok(event) => event,
                Err(source) => return Err(self.malformed(source)),
            };
            match event {
                Event::Start(inner) => {
                    let text = self.slice(start..self.position());
                    self.check(&new_tag(inner.name().as_ref().len(), text, false, start))?;
                    open += 1;
                    // The element skipped is counted in both.
                    if self.depth + open > MAX_DEPTH + 1 {
                        return Err(UpdateError::TooMany { what: "open elements", limit: MAX_DEPTH, position: start });
                    }
                }
                Event::Empty(inner) => {
                    let text = self.slice(start..self.position());
                    self.check(&new_tag(inner.name().as_ref().len(), text, true, start))?;
                }
                Event::End(_) => open -= 1,
                Event::GeneralRef(_) => known_reference(self.slice(start..self.position()), start)?,
                Event::DocType(_) => return Err(UpdateError::Dtd { position: start }),
                Event::Eof => return Err(UpdateError::Unclosed { position: start }),
                Event::Text(_) | Event::CData(_) | Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            }
        }
        if !tag.empty {
            self.depth = self.depth.saturating_sub(1);
        }
        self.scope.leave(self.depth);
        Ok(tag.start..self.position())
    }

    /// Names are well-formed; so are attributes, which are named once, not too many, and hold known references only.
    fn check(&self, tag: &Tag<'_>) -> Result<(), UpdateError> {
        if self.checked {
            return Ok(());
        }
        let position = tag.start;
        if !is_name(tag.name()) {
            return Err(UpdateError::Name { position });
        }
        for (count, attribute) in tag.raw_attributes().enumerate() {
            if count == MAX_ATTRIBUTES {
                return Err(UpdateError::TooMany { what: "attributes", limit: MAX_ATTRIBUTES, position });
            }
            let attribute = attribute.map_err(|error| UpdateError::Xml { position, source: error.into() })?;
            if !is_name(attribute.key.into_inner()) {
                return Err(UpdateError::Name { position });
            }
            if memchr::memchr2(b'&', b'<', attribute.value.as_bytes()).is_some() {
                known_reference(&attribute.value, position)?;
            }
        }
        Ok(())
    }

    fn malformed(&self, source: quick_xml::Error) -> UpdateError {
        let local = usize::try_from(self.reader.error_position()).unwrap_or(self.text.len());
        UpdateError::Xml { position: self.offset + local, source }
    }
}

/// `text` is the tag with its brackets.
fn new_tag(name_len: usize, text: &str, empty: bool, start: usize) -> Tag<'_> {
    let end = text.len().saturating_sub(if empty { 2 } else { 1 });
    Tag::new(text.get(1..end).unwrap_or(""), name_len, empty, start)
}

/// A name with at most one prefix (Namespaces in XML §4). Beyond ASCII everything passes.
fn is_name(name: &str) -> bool {
    let part = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii())
            && !part.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '.'))
            && !part.is_empty()
    };
    match name.split_once(':') {
        Some((prefix, local)) => part(prefix) && part(local),
        None => part(name),
    }
}

/// References name a character XML allows or one of its five entities; an attribute holds no `<`.
fn known_reference(text: &str, position: usize) -> Result<(), UpdateError> {
    match quick_xml::escape::unescape(text) {
        Ok(plain) if is_allowed(&plain).is_ok() && !text.contains('<') => Ok(()),
        _ => Err(UpdateError::Entity { position }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(text: &str) -> Result<String, UpdateError> {
        let mut cursor = Cursor::new(text);
        let mut seen = Vec::new();
        loop {
            seen.push(match cursor.next()? {
                Token::Open(tag) => format!("<{}:{:?}>", tag.local, tag.namespace),
                Token::Close => "</>".to_owned(),
                Token::Text(text) => text.to_owned(),
                Token::CData(text) => format!("[{text}]"),
                Token::End => return Ok(seen.join(" ")),
            });
        }
    }

    #[test]
    fn namespaces_are_resolved_in_their_scope() {
        let text = r#"<?xml version="1.0"?><u:a xmlns:u="http://schemas.microsoft.com/msus/2002/12/Update"><b xmlns="urn:x"/><c>&amp;t<![CDATA[<d>]]></c><!-- no --></u:a>"#;
        assert_eq!(walk(text).unwrap(), "<a:Update> <b:Foreign> <c:None> &amp; t [<d>] </> </>");
    }

    #[test]
    fn what_is_refused_and_where() {
        let error = |text: &str| walk(text).unwrap_err().to_string();
        assert_eq!(error("<a><p:b/></a>"), r#"byte 3: the namespace prefix "p" is not declared"#);
        assert_eq!(error("<!DOCTYPE a []><a/>"), "byte 0: document type declarations are refused");
        assert_eq!(
            error("<a>&xxe;</a>"),
            "byte 3: a reference to an unknown entity or to a character XML does not allow"
        );
        assert_eq!(
            error("<a><b c=\"&xxe;\"/></a>"),
            "byte 3: a reference to an unknown entity or to a character XML does not allow"
        );
        assert_eq!(error("<a>"), "byte 3: the update metadata ends inside an element");
        assert_eq!(error("<a></b>"), "byte 3: the update metadata is not well-formed XML");
        assert_eq!(error("<a b=\"1\" b=\"2\"/>"), "byte 0: the update metadata is not well-formed XML");
        assert_eq!(error(&"<a>".repeat(300)), "byte 768: more than 256 open elements");
        let attributes: String = (0..300).map(|n| format!(" a{n}=\"\"")).collect();
        assert_eq!(error(&format!("<a{attributes}/>")), "byte 0: more than 256 attributes");
        let declarations: String = (0..200).map(|n| format!(" xmlns:a{n}=\"u\"")).collect();
        let error_text = error(&format!("<a{declarations}><a{declarations}/></a>"));
        assert!(error_text.ends_with("more than 256 namespace declarations in scope"), "{error_text}");
    }

    #[test]
    fn skipping_checks_the_same() {
        let skip = |text: &str| {
            let mut cursor = Cursor::new(text);
            let Token::Open(tag) = cursor.next().unwrap() else { panic!("no element") };
            cursor.skip(&tag).map_err(|error| error.to_string())
        };
        assert_eq!(skip("<a><b/><a>&lt;</a></a> "), Ok(0..22));
        assert_eq!(skip("<a/> "), Ok(0..4));
        assert_eq!(
            skip("<a><b c=\"&x;\"/></a>"),
            Err("byte 3: a reference to an unknown entity or to a character XML does not allow".into())
        );
        assert_eq!(skip(&"<a>".repeat(300)), Err("byte 768: more than 256 open elements".into()));
        assert_eq!(skip("<a><a>"), Err("byte 6: the update metadata ends inside an element".into()));
    }

    #[test]
    fn text_is_borrowed_when_it_can_be() {
        let text = |text: &'static str| {
            let mut cursor = Cursor::new(text);
            let Token::Open(tag) = cursor.next().unwrap() else { panic!("no element") };
            cursor.text(&tag).unwrap()
        };
        assert!(matches!(text("<a>plain</a>"), Cow::Borrowed("plain")));
        assert_eq!(text("<a>R&amp;D <b>no</b><![CDATA[<x>]]></a>"), "R&D <x>");
        assert_eq!(text("<a/>"), "");
    }
}
