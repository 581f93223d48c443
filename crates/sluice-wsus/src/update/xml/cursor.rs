//! Reading in order.

use std::borrow::Cow;
use std::ops::Range;

use super::super::error::UpdateError;
use super::super::limits::{MAX_DEPTH, MAX_INHERITED, MAX_TEXT};
use super::namespace::{Binding, Namespace, Scope};
use super::scan::{Piece, Scanner, StartTag};
use super::tag::Tag;

/// What a [`Cursor`] stands at. Comments, processing instructions and the XML declaration are passed over.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Token<'a> {
    /// An element begins; when it is `empty`, it has ended as well.
    Open(Tag<'a>),
    /// An element ends.
    Close,
    /// Text with references, as it stands.
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
    scanner: Scanner<'a>,
    depth: usize,
    scope: Scope<'a>,
    /// Bytes of declarations inherited by elements of other vocabularies that were passed.
    inherited: usize,
}

impl<'a> Cursor<'a> {
    /// At the start of a text.
    pub(crate) fn new(text: &'a str) -> Self {
        let scope = Scope::within(Vec::new());
        Self { text, offset: 0, scanner: Scanner::new(text, 0, false), depth: 0, scope, inherited: 0 }
    }

    /// At the start of a range of a text that another cursor has read, with the declarations that are in scope there.
    /// An impossible range is read as empty.
    pub(crate) fn again(text: &'a str, range: Range<usize>, bindings: Vec<Binding<'a>>) -> Self {
        let offset = range.start;
        let text = text.get(range).unwrap_or("");
        let scope = Scope::within(bindings);
        Self { text, offset, scanner: Scanner::new(text, offset, true), depth: 0, scope, inherited: 0 }
    }

    /// Offset in the whole text.
    pub(crate) fn position(&self) -> usize {
        self.scanner.position()
    }

    /// The next piece of markup, and where it begins.
    fn piece(&mut self) -> Result<(Piece<'a>, usize), UpdateError> {
        let piece = self.scanner.next()?;
        Ok((piece, self.scanner.start()))
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
        let (piece, start) = self.piece()?;
        Ok(match piece {
            Piece::Open(tag) => Token::Open(self.open(&tag, start)?),
            Piece::Close => {
                self.depth = self.depth.saturating_sub(1);
                Token::Close
            }
            Piece::Text(text) => Token::Text(text),
            Piece::CData(text) => Token::CData(text),
            Piece::Dtd => return Err(UpdateError::Dtd { position: start }),
            Piece::End if self.depth > 0 => return Err(UpdateError::Unclosed { position: start }),
            Piece::End => Token::End,
        })
    }

    fn open(&mut self, found: &StartTag<'a>, start: usize) -> Result<Tag<'a>, UpdateError> {
        let mut tag = Tag::new(found.content, found.name_len, found.empty, start);
        if self.depth == MAX_DEPTH {
            return Err(UpdateError::TooMany { what: "open elements", limit: MAX_DEPTH, position: start });
        }
        if !found.empty {
            self.depth += 1;
        }
        // The declarations of an empty element live one deeper, so that the next read drops them.
        let depth = self.depth + usize::from(found.empty);
        if found.declares {
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
                    self.pass(&inner)?;
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

    /// As [`Cursor::skip`], and checks that every prefix is declared, but for what is inside elements of other
    /// vocabularies: nobody looks at those. With it, everything is checked that copying an element needs.
    pub(crate) fn pass(&mut self, tag: &Tag<'a>) -> Result<Range<usize>, UpdateError> {
        if tag.namespace == Namespace::Foreign {
            return self.pass_foreign(tag);
        }
        let mut open = usize::from(!tag.empty);
        while open > 0 {
            match self.next()? {
                Token::Open(inner) if inner.namespace == Namespace::Foreign => {
                    self.pass_foreign(&inner)?;
                }
                Token::Open(inner) => open += usize::from(!inner.empty),
                Token::Close => open -= 1,
                Token::Text(_) | Token::CData(_) => {}
                Token::End => break,
            }
        }
        Ok(tag.start..self.position())
    }

    fn pass_foreign(&mut self, tag: &Tag<'a>) -> Result<Range<usize>, UpdateError> {
        /// What is written beside prefix and address: ` xmlns:="…"`.
        const AROUND: usize = 10;
        let all: usize = self.bindings().iter().map(|binding| AROUND + binding.prefix.len() + binding.uri.len()).sum();
        self.inherited = self.inherited.saturating_add(all);
        if self.inherited > MAX_INHERITED {
            return Err(UpdateError::TooMany {
                what: "bytes of inherited namespace declarations",
                limit: MAX_INHERITED,
                position: tag.start,
            });
        }
        self.skip(tag)
    }

    /// Reads over an element to its end, checking what [`Cursor::next`] checks except prefixes, and gives the range it
    /// has in the whole text.
    pub(crate) fn skip(&mut self, tag: &Tag<'a>) -> Result<Range<usize>, UpdateError> {
        let mut open = usize::from(!tag.empty);
        while open > 0 {
            match self.piece()? {
                (Piece::Open(inner), start) if !inner.empty => {
                    open += 1;
                    // The element skipped is counted in both.
                    if self.depth + open > MAX_DEPTH + 1 {
                        return Err(UpdateError::TooMany { what: "open elements", limit: MAX_DEPTH, position: start });
                    }
                }
                (Piece::Close, _) => open -= 1,
                (Piece::Dtd, start) => return Err(UpdateError::Dtd { position: start }),
                (Piece::End, start) => return Err(UpdateError::Unclosed { position: start }),
                (Piece::Open(_) | Piece::Text(_) | Piece::CData(_), _) => {}
            }
        }
        if !tag.empty {
            self.depth = self.depth.saturating_sub(1);
        }
        self.scope.leave(self.depth);
        Ok(tag.start..self.position())
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
        assert_eq!(walk(text).unwrap(), "<a:Update> <b:Foreign> <c:None> &amp;t [<d>] </> </>");
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
        for unended in ["<a", "<a/", "<a><!-- x", "<?>", "<a b=\"1/>"] {
            assert!(error(unended).ends_with("the update metadata is not well-formed XML"), "{unended}");
        }
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
    fn passing_checks_prefixes_as_well() {
        let pass = |text: &str| {
            let mut cursor = Cursor::new(text);
            let Token::Open(tag) = cursor.next().unwrap() else { panic!("no element") };
            let range = cursor.pass(&tag).map_err(|error| error.to_string())?;
            assert!(matches!(cursor.next().unwrap(), Token::End), "{text}");
            Ok::<_, String>(range)
        };
        assert_eq!(pass("<a><b/><a>&lt;</a></a>"), Ok(0..22));
        assert_eq!(pass("<a/>"), Ok(0..4));
        assert_eq!(pass("<a><b xmlns='urn:x'><p:c/></b></a>"), Ok(0..34));
        assert_eq!(pass("<b xmlns='urn:x'><p:c/></b>"), Ok(0..27));
        assert_eq!(
            pass("<a><b xmlns:p='urn:x'/><p:c/></a>"),
            Err("byte 23: the namespace prefix \"p\" is not declared".into())
        );
        let long = format!("<a xmlns:p='{}'>{}</a>", "u".repeat(1 << 20), "<p:b/>".repeat(40));
        assert!(pass(&long).unwrap_err().ends_with("more than 33554432 bytes of inherited namespace declarations"));
        assert!(pass(&long.replacen("<p:b/>", "", 10)).is_ok());
        assert_eq!(pass("<a><b>"), Err("byte 6: the update metadata ends inside an element".into()));
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
